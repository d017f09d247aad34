"""What we hold about somebody, and who has seen it. About others nobody is told anything."""

from __future__ import annotations

from typing import Any

from governance.casefile import Case
from governance.cases import Role
from governance.org import Area, Unit
from governance.people import Person
from governance.privacy import Audit, What, mask_phone
from handlers import accounts, authority, places
from handlers.consents import NAMES
from handlers.humans import CHOICE
from handlers.message import Card, Choice
from handlers.posts import POSTS, called
from handlers.registry import KEPT, choice, command
from handlers.roster_words import MEMBERS
from handlers.turn import Turn
from handlers.words import Text, When, Words, _, line, lines, listed, ngettext, paragraphs
from storage import cases, forgetting, media, org, people, privacy, reportin

PAGE = 3  # reports shown in full at once
MESSAGES = 4  # messages shown at once, in full
LOOKS = 15


# ── my data ──────────────────────────────────────────────────────────────────


@command("mydata", menu=_("My data"), also=("我的资料", "我的数据", "my data"))
def my_data(turn: Turn) -> None:
    """Everything that is kept about the speaker, and what they can do about it."""
    me = turn.speaker.person_id
    person = turn.db.get_one(Person, me)
    mine = cases.reported_by(turn.db, me)
    found = [tell(turn) for tell in KEPT]
    text = paragraphs(
        lines(_("What is kept about you:"), *_about(turn, person)),
        lines(
            ngettext(
                "{count} report, with its words and photos",
                "{count} reports, with their words and photos",
                len(mine),
            ),
            *(f"· {case.number} {case.text[:40]}" for case in mine[:5]),
            _("Words and photos are deleted a year after a report is closed."),
        ),
        *(one.text for one in found),
    )
    more = (choice for one in found for choice in one.choices)
    turn.post.reply(Card(text, (*_choices(person, mine), *more), secret=True))


def _about(turn: Turn, person: Person) -> list[Text]:
    home = places.at_home(turn)
    on = privacy.agreed(turn.db, person.id)
    known = people.listed(turn.db, person.id)
    return [
        _("Name as shown by your messenger: {name}", name=person.name)
        if person.code is None
        else _("In the roster: {name}, number {code}", name=person.name, code=person.code),
        *_in_the_roster(turn, person),
        _("Home: {place}", place=line(home.words, person.address, separator=""))
        if home
        else _("Home: not known"),
        _("Telephone: {phone}", phone=mask_phone(person.phone))
        if person.phone
        else _("Telephone: not known"),
        _("Accounts: {accounts}", accounts=listed(*(_account(row) for row in known))),
        _("You agreed to: {purposes}", purposes=listed(*(NAMES[p] for p in sorted(on))))
        if on
        else _("You agreed to: nothing beyond your reports"),
    ]


def _in_the_roster(turn: Turn, person: Person) -> list[Text]:
    """What only members and people in posts have; the district keeps it."""
    held = [
        line(POSTS[post.kind], post.phone, separator=" ")
        for post in org.posts_of(turn.db, person.id)
    ]
    unit = turn.db.get(Unit, person.unit_id) if person.unit_id else None
    registered = reportin.of_person(turn.db, person.id)
    return [
        _("Posts: {posts}", posts=listed(*held)) if held else "",
        _("Member: {kind}", kind=MEMBERS[person.member]) if person.member else "",
        _("Unit: {unit}", unit=unit.name) if unit else "",
        _("Skills: {skills}", skills=listed(*person.skills)) if person.skills else "",
        _("Registered at: {place}", place=turn.db.get_one(Area, registered.area_id).name)
        if registered
        else "",
    ]


def _account(row: Any) -> Text:
    name = line(accounts.MESSENGERS.get(row.channel, row.channel), row.shown, separator=" ")
    return _("{account}, alerts too", account=name) if row.alerts else name


def _choices(person: Person, mine: object) -> tuple[Choice, ...]:
    return (
        *((Choice(_("Show my telephone"), "privacy.mine:0"),) if person.phone else ()),
        *((Choice(_("My reports in full"), "privacy.reports:0"),) if mine else ()),
        Choice(_("What I wrote to officers"), "privacy.messages:0"),
        Choice(_("Who has seen it"), "privacy.seen:0"),
        Choice(_("What I agree to"), "consents.see:0"),
        Choice(_("Delete it all"), "privacy.forget:0"),
    )


def _say(turn: Turn, text: Text, choices: tuple[Choice, ...] = ()) -> None:
    """In private, wherever the tap came from; the copy that was sent is not kept."""
    with turn.post.at(turn.speaker.lane):
        turn.post.reply(Card(text, choices, secret=True))


@choice("privacy.mine")
def my_phone(turn: Turn, _subject: int, _arg: str) -> None:
    """Their own number, to its owner."""
    phone = turn.db.get_one(Person, turn.speaker.person_id).phone
    _say(turn, _("Telephone: {phone}", phone=phone) if phone else _("Telephone: not known"))


@choice("privacy.reports")
def my_reports(turn: Turn, before: int, _arg: str) -> None:
    """The next reports with every word of the speaker's; the newest come first."""
    mine = [
        case
        for case in cases.reported_by(turn.db, turn.speaker.person_id)
        if not before or case.id < before
    ]
    shown = mine[:PAGE]
    photos = [Choice(_photos(c), f"privacy.photos:{c.id}") for c in shown if _files(turn, c)]
    more = _earlier(f"privacy.reports:{shown[-1].id}") if mine[PAGE:] else ()
    text = paragraphs(*(_report(turn, case) for case in shown)) if shown else _("No more reports.")
    _say(turn, text, (*photos, *more))


def _photos(case: Case) -> Words:
    return _("Photos of {number}", number=case.number[-4:])


def _report(turn: Turn, case: Case) -> Text:
    said = [
        word
        for event in cases.history(turn.db, case)
        if event.by_role is Role.REPORTER
        for key, word in event.data.items()
        if key in {"words", "note"} and word
    ]
    return lines(
        line(case.number, When(case.opened_at)),
        case.place,
        f"“{case.text}”" if case.text else _("Its words are deleted."),
        *(f"“{word}”" for word in said),
    )


def _files(turn: Turn, case: Case) -> list[str]:
    """The photos of a report that the speaker sent."""
    me = turn.speaker.person_id
    found = media.of(turn.db, "case", case.id)
    return [
        f.file
        for f in found
        if (f.person_id, f.kind, f.state) == (me, "photo", "stored") and f.file
    ]


@choice("privacy.photos")
def my_photos(turn: Turn, case_id: int, _arg: str) -> None:
    """Each photo that the speaker sent with this report."""
    case = turn.db.get(Case, case_id)
    files = _files(turn, case) if case else []
    if case is None or not files:
        _say(turn, _("There are no photos of yours any more."))
        return
    with turn.post.at(turn.speaker.lane):
        for file in files:
            turn.post.reply(Card(_photos(case), photo=file))


@choice("privacy.messages")
def my_messages(turn: Turn, before: int, _arg: str) -> None:
    """What the speaker and people in posts wrote to each other, the newest first; `before` of
    them were shown already."""
    me = turn.speaker.person_id
    found = forgetting.messages_of(turn.db, me, before + MESSAGES + 1)[before:]
    if not found:
        _say(turn, _("No messages between you and officers are kept."))
        return
    rows = [
        line(
            When(at),
            _("you: “{words}”", words=words) if own else _("to you: “{words}”", words=words),
            separator=" ",
        )
        for at, own, words in found[:MESSAGES]
    ]
    more = _earlier(f"privacy.messages:{before + MESSAGES}") if found[MESSAGES:] else ()
    _say(turn, lines(_("The last messages between you and officers:"), *rows), more)


def _earlier(token: str) -> tuple[Choice, ...]:
    return (Choice(_("Earlier ones"), token),)


# ── who has seen it ──────────────────────────────────────────────────────────


@command(
    "seen", menu=_("Who has seen my data"), also=("谁看过我的资料", "谁看过我", "who has seen")
)
def seen(turn: Turn) -> None:
    """Every look at the speaker's data: when, who in which post, what, and why."""
    _looks(turn, 0)


def _looks(turn: Turn, before: int) -> None:
    found = privacy.views_of(turn.db, turn.speaker.person_id, before + LOOKS + 1)[before:]
    if not found:
        _say(turn, _("Nobody has looked at your telephone or address. Each look would stand here."))
        return
    shown = found[:LOOKS]
    rows = [line("·", _look(turn, audit, name), separator=" ") for audit, name in shown]
    wrong = _("If one of them looks wrong to you, send “human”.")
    more = _earlier(f"privacy.seen:{before + LOOKS}") if found[LOOKS:] else ()
    _say(turn, lines(_("Who has seen your data:"), *rows, wrong), more)


@choice("privacy.seen")
def seen_by_tap(turn: Turn, before: int, _arg: str) -> None:
    _looks(turn, before)


_SEEN: dict[What, Words] = {
    What.PHONE: _("telephone"),
    What.ADDRESS: _("address"),
    What.NAME: _("name and post"),
    What.WORDS: _("the words of a report"),
    What.ROSTER: _("the whole roster"),
}


def _look(turn: Turn, audit: Audit, name: str) -> Text:
    if audit.what is What.REFUSED:
        asked = (
            _("you asked about somebody else and were told nothing")
            if audit.viewer_id == turn.speaker.person_id
            else _("somebody asked about you and was told nothing")
        )
        return line(When(audit.at), asked)
    return line(When(audit.at), _viewer(audit, name), _SEEN[audit.what], audit.context)


def _viewer(audit: Audit, name: str) -> Text:
    """Officers by post and name; whoever has none is a resident, and stays unnamed."""
    if audit.viewer_id is None:
        return _("the operator at the console")
    if audit.post is None:
        return _("a resident")
    return called(audit.post, name)


# ── about others ─────────────────────────────────────────────────────────────


def refuse_lookup(turn: Turn, said: str) -> None:
    """Nobody learns here who lives where; that it was asked, and how, is on record."""
    privacy.viewed(turn.db, turn.speaker.person_id, None, What.REFUSED, "", turn.now, words=said)
    why = (
        _("The address book is opened to nobody, in no post. On a case you hold, tap its card.")
        if authority.held(turn)
        else _(
            "Who lives where, who reported something, and anybody's number I cannot tell you, just as I tell nobody yours."
        )
    )
    text = lines(
        why,
        _(
            "To reach a neighbour, say what it is about: a leak, noise, a blocked car. The grid worker goes and speaks with them; you can also write to the grid worker."
        ),
        _("If it matters for safety, send “human”. That you asked is on record."),
    )
    who = Choice(_("Who answers for me"), "menu:0:who")
    turn.post.reply(Card(text, (who, Choice(_("Speak with a person"), CHOICE))))
