"""Residents write to those who answer for their home, and are answered, through the bot.

Neither learns the other's number or account; the officer reads the building, never the door.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from governance.contacts import Contact, allow
from governance.org import Area, AreaKind, PostKind, Rung, Seat
from governance.refused import Refused
from handlers import places
from handlers.message import Card, Choice
from handlers.posts import called
from handlers.refusals import words_for
from handlers.registry import Due, choice, conversation, receipt, tick
from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text, When, Words, _, lines, paragraphs
from storage import contacts, gazetteer, org, people
from storage.contacts import Line

MOST_WORDS = 500
EARLIER = 2  # lines that were said before are shown with a new one
HEADS = {
    AreaKind.STAIRWELL: PostKind.STAIRWELL_HEAD,
    AreaKind.BUILDING: PostKind.BUILDING_HEAD,
}
DESKS = frozenset({PostKind.COMMUNITY_DUTY, PostKind.STREET_DUTY, PostKind.DISTRICT_DESK})
"""Posts at a desk: their telephone is an office line that residents may have."""


# ── who answers for a place ──────────────────────────────────────────────────


def answering(turn: Turn, path: Sequence[int]) -> tuple[Rung, ...]:
    """Who answers for a home, nearest first: heads of its stairwell and building, the ladder."""
    day = turn.policy.local_date(turn.now)
    heads: list[Rung] = []
    for area_id in reversed(path):
        kind = HEADS.get(turn.db.get_one(Area, area_id).kind)
        if kind is not None:
            held = org.holders(turn.db, Seat(kind, area_id), day)
            names = org.names(turn.db, {post.answering(turn.now) for post in held})
            heads += [Rung(kind, area_id, who, names[who], "") for who in names]
    return (*heads, *org.ladder_above(turn.db, path, turn.now, turn.policy.work))


def writable(turn: Turn, rungs: Sequence[Rung]) -> tuple[Choice, ...]:
    """A choice to write to each of them who has an account, and is not the speaker."""
    found = {r.person_id: r for r in reversed(rungs) if r.person_id != turn.speaker.person_id}
    reached = people.accounts_of(turn.db.connection(), found) if found else {}
    nearest = sorted((r for r in found.values() if r.person_id in reached), key=rungs.index)
    return tuple(
        Choice(_("Write to {name}", name=rung.name), f"contacts.write:{rung.person_id}")
        for rung in nearest
    )


def _officer(turn: Turn, officer_id: int) -> Rung:
    """The post in which this person answers for the speaker's home now. Raises `Refused`."""
    home = places.home_of(turn)
    rungs = answering(turn, home.path_ids) if home else ()
    found = next((rung for rung in rungs if rung.person_id == officer_id), None)
    if found is None or officer_id == turn.speaker.person_id:
        raise Refused("not_your_officer")
    return found


# ── the resident writes ──────────────────────────────────────────────────────


@choice("contacts.write")
def write(turn: Turn, officer_id: int, _arg: str) -> Start | None:
    _officer(turn, officer_id)
    allow(_sent_today(turn))
    return Start("contact", {"officer": officer_id})


@conversation("contact")
def contact_talk(talk: Talk, turn: Turn) -> None:
    """The officer has the words, or the writer knows why not."""
    officer_id = int(talk.given("officer"))
    who = talk.recall("who", lambda: _named(_officer(turn, officer_id)))
    words = _ask_words(talk, called(PostKind(who[0]), who[1]))
    if words is None:
        talk.say(_("Nothing was sent."))
        return
    try:
        _pass_up(talk, turn, _officer(turn, officer_id), words)
    except Refused as refused:
        talk.say(words_for(refused))


def _named(rung: Rung) -> list[str]:
    return [rung.post.value, rung.name]


def _ask_words(talk: Talk, to: Text) -> str | None:
    question = lines(
        _("What shall {who} read?", who=to),
        _("Your number and account stay hidden."),
    )
    none = Option("none", _("Nothing"))
    said = talk.ask("words", question, Typed(1, MOST_WORDS), options=(none,))
    return said.text if said.kind == "text" else None


def _pass_up(talk: Talk, turn: Turn, rung: Rung, words: str) -> None:
    allow(_sent_today(turn))
    contact, me = _open(turn, rung), turn.speaker.person_id
    contact.pass_on(me, _sent_today(turn), turn.policy, turn.now, serving=True)
    earlier = contacts.last_lines(turn.db, contact.id, EARLIER)
    turn.db.add(Line(contact.id, me, words, turn.now))
    turn.db.flush()
    reads_at = turn.policy.work.next_open(turn.now)
    later = reads_at > turn.now
    turn.post.to(
        rung.person_id,
        _officers_card(contact, turn.speaker.name, words, earlier),
        receipt=f"contacts.passed:{contact.id}:{me}",
        release_at=reads_at if later else None,
    )
    who = called(rung.post, rung.name)
    passed = (
        _(
            "Passed on. {who} is at work again {when} and reads it then.",
            who=who,
            when=When(reads_at),
        )
        if later
        else _("Passed on to {who}.", who=who)
    )
    talk.say(lines(passed, _("The answer comes here. If it is urgent, send “human”.")))


def _open(turn: Turn, rung: Rung) -> Contact:
    """The open contact with this officer, or a new one, as of today's post and home."""
    me, home = turn.speaker.person_id, turn.speaker.home_id
    found = contacts.open_between(turn.db, me, rung.person_id)
    place = places.name_of(gazetteer.chain(turn.db, home)) if home else ""
    if found is None:
        until = turn.now + turn.policy.retention
        found = Contact(me, rung.person_id, rung.post, place, turn.now, until)
        turn.db.add(found)
        turn.db.flush()
    found.post, found.place = rung.post, place
    return found


def _officers_card(contact: Contact, name: str, words: str, earlier: Sequence[Line]) -> Card:
    said = [_line(contact, line) for line in reversed(earlier)]
    text = paragraphs(
        lines(
            _("✉️ {place}, {name} writes to you:", place=contact.place, name=name),
            f"“{words}”",
        ),
        lines(_("Before that:"), *said) if said else "",
        _("What you answer goes to them under your name and post, without your number."),
    )
    choices = (
        Choice(_("Answer"), f"contacts.reply:{contact.id}"),
        Choice(_("This was handled: end"), f"contacts.end:{contact.id}"),
    )
    return Card(text, choices, secret=True)


def _line(contact: Contact, line: Line) -> Words:
    if line.person_id == contact.officer_id:
        return _("You: {words}", words=line.words)
    return _("Resident: {words}", words=line.words)


def _sent_today(turn: Turn) -> int:
    since = turn.now - timedelta(days=1)
    return contacts.sent_since(turn.db, turn.speaker.person_id, since)


# ── the officer answers, and either ends it ──────────────────────────────────


@choice("contacts.reply")
def reply(turn: Turn, contact_id: int, _arg: str) -> Start | None:
    contact = _load(turn, contact_id)
    if contact.resident_id == turn.speaker.person_id:
        return write(turn, contact.officer_id, "")
    if contact.ended_at is not None:
        raise Refused("contact_over")
    return Start("contact_reply", {"contact": contact_id})


@conversation("contact_reply")
def reply_talk(talk: Talk, turn: Turn) -> None:
    """The resident has the officer's words, or the officer knows why not."""
    contact_id = int(talk.given("contact"))
    resident = talk.recall("who", lambda: _resident(turn, contact_id))
    words = _ask_words(talk, resident)
    if words is None:
        talk.say(_("Nothing was sent."))
        return
    try:
        _pass_down(talk, turn, _load(turn, contact_id), words)
    except Refused as refused:
        talk.say(words_for(refused))


def _resident(turn: Turn, contact_id: int) -> str:
    return org.person_name(turn.db, _load(turn, contact_id).resident_id)


def _pass_down(talk: Talk, turn: Turn, contact: Contact, words: str) -> None:
    me, day = turn.speaker.person_id, turn.policy.local_date(turn.now)
    standing_in = len(org.in_charge_of(turn.db, me, turn.now)) > 1
    serving = standing_in or bool(org.serving(turn.db, me, day))
    to = contact.pass_on(me, 0, turn.policy, turn.now, serving=serving)
    turn.db.add(Line(contact.id, me, words, turn.now))
    turn.db.flush()
    who = called(contact.post, turn.speaker.name)
    card = Card(
        lines(_("{who} answers you:", who=who), f"“{words}”"),
        (
            Choice(_("Write again"), f"contacts.reply:{contact.id}"),
            Choice(_("That is settled, thank you"), f"contacts.end:{contact.id}"),
        ),
        secret=True,
    )
    at = turn.policy.waking(turn.now)
    turn.post.to(
        to,
        card,
        receipt=f"contacts.passed:{contact.id}:{me}",
        release_at=at if at > turn.now else None,
    )
    name = org.person_name(turn.db, to)
    talk.say(
        _("Passed on; {name} reads it {when}.", name=name, when=When(at))
        if at > turn.now
        else _("Passed on to {name}.", name=name)
    )


@choice("contacts.end")
def end(turn: Turn, contact_id: int, _arg: str) -> None:
    """Nothing more goes through this contact, and both know."""
    contact = _load(turn, contact_id)
    me = turn.speaker.person_id
    other = contact.end(me, turn.now)
    at = turn.policy.waking(turn.now)
    turn.post.to(other, Card(_ended(turn, contact)), release_at=at if at > turn.now else None)
    turn.post.reply(Card(_("Ended; {name} is told.", name=org.person_name(turn.db, other))))


def _ended(turn: Turn, contact: Contact) -> Text:
    if contact.resident_id == turn.speaker.person_id:
        return _("{name} says it is settled, with thanks.", name=turn.speaker.name)
    return _(
        "{who} says this was handled. If it was not, send “who answers for me” and write again, or send “human”.",
        who=called(contact.post, turn.speaker.name),
    )


def _load(turn: Turn, contact_id: int) -> Contact:
    """A contact of the speaker. Raises `Refused`, for strangers as if there were none."""
    contact = contacts.lock(turn.db, contact_id)
    if contact is None:
        raise Refused("no_such_contact")
    contact.other(turn.speaker.person_id)
    return contact


# ── what did not arrive, and what is no longer kept ──────────────────────────


@receipt("contacts.passed")
def passed(turn: Turn, contact_id: int, arg: str, delivered: bool) -> None:
    """Whoever wrote knows when the other could not be reached."""
    contact = turn.db.get(Contact, contact_id)
    if delivered or contact is None:
        return
    writer = int(arg)
    turn.post.to(writer, Card(_lost(turn, contact, writer)))


def _lost(turn: Turn, contact: Contact, writer: int) -> Words:
    if writer == contact.resident_id:
        who = called(contact.post, org.person_name(turn.db, contact.officer_id))
        return _(
            "What you wrote could not reach {who}. Send “human” and somebody on duty takes it.",
            who=who,
        )
    name = org.person_name(turn.db, contact.resident_id)
    return _("Your answer could not reach {name}, of {place}.", name=name, place=contact.place)


def _forget(turn: Turn, contact_id: int) -> None:
    contacts.remove(turn.db, [contact_id])


tick(Due("contacts", contacts.to_forget, _forget, contacts.NEXT_FORGOTTEN))
