"""Words on a case: from its holder to the resident, from the resident to its holder, from
above as a supervision note. By its card, by its number, or through a choice."""

from __future__ import annotations

from governance.casefile import Case
from governance.cases import Actor, Role, State
from handlers.cases.common import WORK, Desk, load, load_to_work, tell_holder, tell_resident, title
from handlers.cases.helping import fed_back
from handlers.message import Card
from handlers.posts import holder
from handlers.registry import choice, conversation, replied
from handlers.talk.answers import Text
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import _, lines
from storage import cases


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
    desk = load_to_work(turn, talk.given("case"))
    question = _("{title}: what shall the resident read?", title=title(turn, desk.case))
    word_to_resident(turn, desk, talk.ask("words", question, Text(1, 500)).text)


def word_to_resident(turn: Turn, desk: Desk, words: str) -> None:
    """The resident reads the holder's words, the telephone beside them; that is the contact
    they were promised, so the holder has accepted."""
    case = desk.case
    if case.state is State.ASSIGNED:
        case.accept(desk.by, desk.rungs, turn.now)
        cases.record(turn.db, case)
        turn.post.refresh(case.id, (WORK,))
    said = _(
        "{holder} about {title}: “{words}”",
        holder=holder(case),
        title=title(turn, case),
        words=words[:500],
    )
    reach = _("Telephone {phone}. {number}", phone=case.holder_phone, number=case.number)
    tell_resident(turn, case.reporter_id, lines(said, reach))
    turn.post.reply(Card(_("Passed on to the resident. {number}", number=case.number)))


@replied(WORK)
def replied_to_card(turn: Turn, case_id: int, words: str) -> None:
    about(turn, load(turn, case_id).case, words)


def about(turn: Turn, case: Case, words: str) -> bool:
    """Words on a case, by its card or number: from above a supervision note, from its holder a
    word to the resident, from a unit that helps what it did, from its reporter more to it. False from anybody else."""
    desk = load(turn, case.id)
    role = desk.by.role
    if role is Role.HOLDER:
        word_to_resident(turn, desk, words)
    elif role is Role.SUPERIOR:
        supervise(turn, case.id, words)
        noted = _(
            "Noted on {number}; {holder} has been told.", number=case.number, holder=holder(case)
        )
        turn.post.reply(Card(noted))
    elif role is Role.PARTNER:
        fed_back(turn, desk, words)
    elif role is Role.REPORTER and desk.case.state is not State.CLOSED:
        add_words(turn, desk.case, words)
    else:
        return False
    return True


def add_words(turn: Turn, case: Case, words: str) -> None:
    """The reporter's later words reach whoever holds the case."""
    case.add(Actor(Role.REPORTER, turn.speaker.person_id, turn.speaker.name), words, turn.now)
    cases.record(turn.db, case)
    more = _(
        "The resident adds to {title}: “{words}” {number}",
        title=title(turn, case),
        words=words[:500],
        number=case.number,
    )
    tell_holder(turn, case, more)
    passed = _("Added, and passed to {holder}. {number}", holder=holder(case), number=case.number)
    turn.post.reply(Card(passed))
