"""Words and pictures on a case: from its holder to the resident, from the resident to its
holder, from above as a supervision note, and among those who work on it as notes that nobody
else reads. By answering any message that names it, by its number, or through a choice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from governance.casefile import Case
from governance.cases import TABLE, Act, Actor, Role, State
from governance.refused import Refused
from governance.roles import as_reporter
from handlers import files
from handlers.cases.common import (
    VERDICT,
    WORK,
    Desk,
    load,
    load_as_reporter,
    load_to_work,
    tell_holder,
    tell_officer,
    tell_reporter,
    title,
)
from handlers.cases.follow import urge_case
from handlers.cases.helping import fed_back
from handlers.cases.history import THEIRS
from handlers.cases.offers import offer
from handlers.cases.private import hidden, opening, tell_written
from handlers.cases.wording import ended
from handlers.message import Card, Choice
from handlers.posts import holder
from handlers.registry import choice, conversation
from handlers.talk.answers import PHOTO, VOICE, Text
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text as AnyText
from handlers.words import _, lines
from storage import case_numbers, cases

_INTERNAL = re.compile(r"^(?:内部|internal)\s*[:：]\s*", re.IGNORECASE)
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody says about a case in one message."""

    words: str = ""
    photos: Sequence[str] = ()
    voices: Sequence[Sequence[str]] = ()

    @property
    def internal(self) -> bool:
        return _INTERNAL.match(self.words) is not None

    @property
    def plain(self) -> str:
        """The words without the mark that they are internal."""
        return _INTERNAL.sub("", self.words)[:LONGEST]

    def keep(self, turn: Turn, case: Case, part: str) -> None:
        files.keep(turn, "case", case.id, self.photos, self.voices, part=part)


@choice("cases.supervise")
def supervise_one(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("supervise", {"case": case_id})


@conversation("supervise", act=True)
def supervise_talk(talk: Talk, turn: Turn) -> None:
    """A higher level's note on a case."""
    desk = load_to_work(turn, talk.given("case"))
    question = _(
        "{title}: what should {holder} know?",
        title=title(turn, desk.case),
        holder=holder(desk.case),
    )
    note = talk.ask("note", question, Text(2, 200)).text
    supervise(turn, desk.case.id, note)
    talk.say(
        _(
            "Noted on {number}; {holder} has been told.",
            number=desk.case.number,
            holder=holder(desk.case),
        )
    )


def supervise(turn: Turn, case_id: int, note: str) -> Case:
    """The note stands on the case and its holder hears it. Raises `Refused`."""
    desk = load(turn, case_id)
    desk.case.supervise(desk.by, note, turn.now)
    cases.record(turn.db, desk.case)
    turn.post.refresh(case_id, (WORK,))
    text = _(
        "Supervision note from {name}: {note}\n{title} {number}",
        name=desk.by.name,
        note=note,
        title=title(turn, desk.case),
        number=desk.case.number,
    )
    tell_holder(turn, desk.case, text)
    return desk.case


@choice("cases.word")
def word(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("word", {"case": case_id})


@conversation("word", act=True)
def word_talk(talk: Talk, turn: Turn) -> None:
    """The holder writes to the resident."""
    talk.accepts(PHOTO)
    desk = load_to_work(turn, talk.given("case"))
    question = _("{title}: what shall the resident read?", title=title(turn, desk.case))
    words = talk.ask("words", question, Text(1, LONGEST)).text
    word_to_resident(turn, desk, Sent(words, talk.sent(PHOTO)))


def word_to_resident(turn: Turn, desk: Desk, sent: Sent) -> None:
    """The resident reads the holder's words, the telephone beside them; that is the contact
    they were promised, so the holder has accepted."""
    case = desk.case
    if case.state is State.ASSIGNED:
        case.accept(desk.by, desk.rungs, turn.now)
    case.word(desk.by, sent.plain, turn.now)
    cases.record(turn.db, case)
    sent.keep(turn, case, "word")
    turn.post.refresh(case.id, (WORK,))
    said = (
        _(
            "{holder} about {title}: “{words}”",
            holder=holder(case),
            title=title(turn, case),
            words=sent.plain,
        )
        if sent.plain
        else _(
            "{holder} sends a photo about {title}.", holder=holder(case), title=title(turn, case)
        )
    )
    reach = _("Telephone {phone}. {number}", phone=case.holder_phone, number=case.number)
    if hidden(case):
        tell_written(turn, case)
    else:
        tell_reporter(turn, case, lines(said, reach))
    turn.post.reply(Card(_("Passed on to the resident. {number}", number=case.number)))


# ── among those who work on it ───────────────────────────────────────────────


@choice("cases.note")
def note(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("note", {"case": case_id})


offer(Act.NOTE, _("Internal note"), "cases.note")


@conversation("note", act=True)
def note_talk(talk: Talk, turn: Turn) -> None:
    """A line for those who work on it."""
    talk.accepts(PHOTO)
    desk = load(turn, talk.given("case"))
    question = _(
        "{title}: what should the others who work on it know?", title=title(turn, desk.case)
    )
    words = talk.ask("words", question, Text(1, LONGEST)).text
    note_inside(turn, desk, Sent(words, talk.sent(PHOTO)))


def note_inside(turn: Turn, desk: Desk, sent: Sent) -> None:
    """The note is in the history, and whoever works on the case has a line; nobody else does."""
    case, me = desk.case, turn.speaker
    case.note(desk.by, sent.plain, turn.now)
    cases.record(turn.db, case)
    sent.keep(turn, case, "note")
    text = _(
        "Internal note from {name} on {title}: {words} {number}",
        name=me.name,
        title=title(turn, case),
        words=f"“{sent.plain}”" if sent.plain and not hidden(case) else "",
        number=case.number,
    )
    if desk.by.role is Role.HOLDER:
        helping = {r.unit_id: r.person_id for r in reversed(desk.rungs) if r.unit_id is not None}
        for unit_id, person_id in helping.items():
            if unit_id != case.holder_unit_id:
                tell_officer(turn, person_id, text)
    else:
        tell_holder(turn, case, text)
    kept = _("Noted inside; the resident does not read it. {number}", number=case.number)
    turn.post.reply(Card(kept))


@choice("cases.phoned")
def phoned(turn: Turn, case_id: int, _arg: str) -> None:
    _contacted(turn, case_id, "phone")


@choice("cases.visited")
def visited(turn: Turn, case_id: int, _arg: str) -> None:
    _contacted(turn, case_id, "visit")


def _contacted(turn: Turn, case_id: int, how: str) -> None:
    """Somebody has spoken with the resident: they are not asked again how at the end."""
    desk = load(turn, case_id)
    desk.case.contact(desk.by, how, turn.now)
    cases.record(turn.db, desk.case)
    turn.post.refresh(case_id, (WORK,))
    kept = _("Noted: you have spoken with the resident. {number}", number=desk.case.number)
    turn.post.reply(Card(kept))


def _of_others(turn: Turn, case: Case, _by: Actor) -> bool:
    return case.reporter_id != turn.speaker.person_id


offer(Act.CONTACT, _("I have telephoned them"), "cases.phoned", _of_others)
offer(Act.CONTACT, _("I have been to see them"), "cases.visited", _of_others)


# ── from its reporter ────────────────────────────────────────────────────────


@choice("cases.add")
def add(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("add", {"case": case_id})


@conversation("add", act=True)
def add_talk(talk: Talk, turn: Turn) -> None:
    """The reporter says or shows more."""
    talk.accepts(PHOTO, VOICE)
    desk = load_as_reporter(turn, talk.given("case"))
    if desk.by.role not in THEIRS:
        raise Refused("not_yours", holder=desk.case.holder_name, number=desk.case.number)
    question = _(
        "{title}: what should {holder} know? Type it, say it, or send a photo.",
        title=title(turn, desk.case),
        holder=holder(desk.case),
    )
    said = talk.ask("words", question, Text(1, LONGEST), PHOTO, VOICE)
    add_words(turn, desk.case, desk.by, Sent(said.text, talk.sent(PHOTO), talk.sent(VOICE)))


def add_words(turn: Turn, case: Case, by: Actor, sent: Sent) -> None:
    """The later words and pictures of its reporter, or of whoever filed it for them, reach whoever
    holds the case."""
    case.add(by, sent.plain, turn.now)
    cases.record(turn.db, case)
    sent.keep(turn, case, "report")
    turn.post.refresh(case.id, (WORK,))
    more = (
        _(
            "The resident adds to {title}: “{words}” {number}",
            title=title(turn, case),
            words=sent.plain,
            number=case.number,
        )
        if sent.plain and not hidden(case)
        else _(
            "The resident sends more about {title}; it comes in a moment. {number}",
            title=title(turn, case),
            number=case.number,
        )
    )
    tell_holder(turn, case, more, opening(case) if hidden(case) else ())
    passed = _("Added, and passed to {holder}. {number}", holder=holder(case), number=case.number)
    turn.post.reply(Card(passed))


def _from_reporter(turn: Turn, case: Case, by: Actor, sent: Sent) -> Start | None:
    """More to an open one; about a result that is to be judged, or was, what it says of it."""
    reading = turn.event.reading if turn.event is not None else None
    intent = reading.intent if reading is not None else ""
    if case.state not in {State.ANSWERED, State.CLOSED}:
        add_words(turn, case, by, sent)
        return None
    if intent in {"not_fixed", "urge"}:
        return Start("not_solved", {"case": case.id, "said": sent.plain})
    if case.state is State.ANSWERED:
        if intent == "thanks":
            turn.post.show(VERDICT, case.id, turn.speaker.person_id, kind="reply", fresh=True)
        else:
            add_words(turn, case, by, sent)
        return None
    turn.post.reply(_about_closed(turn, case))
    return None


def _about_closed(turn: Turn, case: Case) -> Card:
    again = case.reopen_until is not None and turn.now <= case.reopen_until
    asks: AnyText = _("Is it not right after all?") if again else ""
    other = Choice(_("It is something else"), "cases.other:0")
    reopen = (Choice(_("Not solved"), f"cases.no:{case.id}"),) if again else ()
    return Card(lines(title(turn, case), ended(case), asks, case.number), (*reopen, other))


# ── by its card or its number ────────────────────────────────────────────────


def numbered(turn: Turn, number: str) -> int | None:
    """The newest case of this number on which the speaker has something to say."""
    today = turn.policy.local_date(turn.now)
    for case in case_numbers.numbered(turn.db, number, turn.policy.district, today)[:MOST_TRIED]:
        if load(turn, case.id).by.role is not Role.STRANGER:
            return case.id
    return None


MOST_TRIED = 30  # days on which the last four digits were given out


def about(turn: Turn, case_id: int, sent: Sent) -> Start | None:
    """What is said on a case, by its card or number: from its holder a word to the resident, from
    above a supervision note, an internal note from both, from a unit that helps what it did, from
    its reporter more to it, from a neighbour that they wait too. Raises `Refused` for anybody else."""
    desk = load(turn, case_id)
    case, by = desk.case, as_reporter(desk.case, desk.by)
    helps = by.role is Role.PARTNER
    if helps and sent.plain and not sent.internal and case.state in TABLE[Act.FEED_BACK].where:
        fed_back(turn, desk, sent.plain)
        sent.keep(turn, case, "helper")
    elif helps or (sent.internal and by.role in {Role.HOLDER, Role.SUPERIOR}):
        note_inside(turn, desk, sent)
    elif by.role is Role.HOLDER:
        word_to_resident(turn, desk, sent)
    elif by.role is Role.SUPERIOR and not sent.plain:
        note_inside(turn, desk, sent)
    elif by.role is Role.SUPERIOR:
        supervise(turn, case.id, sent.plain)
        noted = _(
            "Noted on {number}; {holder} has been told.", number=case.number, holder=holder(case)
        )
        turn.post.reply(Card(noted))
    elif by.role in THEIRS:
        return _from_reporter(turn, case, by, sent)
    elif by.role is Role.FOLLOWER:
        sent.keep(turn, case, "report")
        urge_case(turn, case, sent.plain or turn.say(_("see the photo or voice")))
    else:
        raise Refused("not_yours", holder=case.holder_name, number=case.number)
    return None
