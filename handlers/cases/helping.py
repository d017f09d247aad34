"""加派: units that help whoever leads: added, heard from, and let go."""

from __future__ import annotations

from governance.casefile import Case
from governance.casehands import CoUnit
from governance.cases import Act, Actor, Role
from governance.org import Rung, Unit
from governance.refused import Refused
from governance.roles import answering
from handlers import files
from handlers.cases.asking import ask_unit, ask_words, begin, officer_of
from handlers.cases.common import WORK, Desk, ladder, load, tell_officer, title
from handlers.cases.offers import offer
from handlers.cases.telling import promised, tell
from handlers.message import Card
from handlers.posts import holder
from handlers.registry import choice, conversation, receipt
from handlers.talk.answers import PHOTO, Option, Text
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import _, lines
from storage import cases, responders


@choice("cases.add_unit")
def add_unit(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("add_unit", {"case": case_id})


@choice("cases.drop_unit")
def drop_unit(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("drop_unit", {"case": case_id})


@choice("cases.feed_back")
def feed_back(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("feed_back", {"case": case_id})


def _not_private(_turn: Turn, case: Case, _by: Actor) -> bool:
    return not case.private


def _is_helped(_turn: Turn, case: Case, _by: Actor) -> bool:
    return case.co_units > 0


offer(Act.ADD_UNIT, _("Add a unit that helps"), "cases.add_unit", _not_private)
offer(Act.DROP_UNIT, _("Let a helping unit go"), "cases.drop_unit", _is_helped)


# ── added ────────────────────────────────────────────────────────────────────


@conversation("add_unit", act=True)
def add_unit_talk(talk: Talk, turn: Turn) -> None:
    """Another unit has its part in it; whoever holds the case leads."""
    desk = begin(talk, turn, Act.ADD_UNIT)
    case = desk.case
    here = [unit.unit_id for unit in cases.co_units(turn.db, case)]
    leads = [case.holder_unit_id] if case.holder_unit_id is not None else []
    unit_id, basis = ask_unit(
        talk, turn, case, _("Which unit shall help?"), without=[*leads, *here]
    )
    officer = officer_of(turn, case, int(unit_id))
    words = ask_words(talk, "words", _("One line for {unit}: what is its part?", unit=officer.unit))
    if unit_id in here:
        raise Refused("helps_already", unit=officer.unit, number=case.number)
    unit = CoUnit(case.id, int(unit_id), officer.unit, turn.now, turn.speaker.person_id)
    told = case.add_unit(desk.by, unit, basis, words, turn.now)
    turn.db.add(unit)
    cases.record(turn.db, case)
    resident = lines(
        _("{unit} helps with {title}, too.", unit=unit.name, title=title(turn, case)),
        _("{holder} still leads. Telephone {phone}.", holder=holder(case), phone=case.holder_phone),
        promised(turn, case),
        case.number,
    )
    tell(turn, case, [role for role in told if role is not Role.PARTNER], {Role.REPORTER: resident})
    _put_before_unit(turn, case, officer)
    talk.say(
        _(
            "{unit} helps and feeds back to {holder}; the resident has been told. {number}",
            unit=unit.name,
            holder=holder(case),
            number=case.number,
        )
    )


def _put_before_unit(turn: Turn, case: Case, officer: Rung) -> None:
    """The unit's duty officer has the card: now in an emergency or while they are on duty, else
    when work begins."""
    at = turn.policy.work.next_open(turn.now)
    now = case.emergency or officer.on_duty or at <= turn.now
    turn.post.show(
        WORK,
        case.id,
        officer.person_id,
        kind="alert",
        fresh=True,
        receipt=f"cases.helper:{case.id}:{officer.unit_id}",
        release_at=None if now else at,
    )
    turn.post.refresh(case.id, (WORK,))


@receipt("cases.helper")
def helper_told(turn: Turn, case_id: int, unit: str, delivered: bool) -> None:
    """A unit that cannot be reached here has to be telephoned by whoever leads."""
    case = None if delivered else cases.lock(turn.db, case_id)
    if case is None:
        return
    for helping in cases.co_units(turn.db, case):
        if str(helping.unit_id) == unit:
            phone = turn.db.get_one(Unit, helping.unit_id).phone
            text = _(
                "{unit} cannot be reached here; please telephone them: {phone}. {title} {number}",
                unit=helping.name,
                phone=phone,
                title=title(turn, case),
                number=case.number,
            )
            tell_officer(turn, answering(case, ladder(turn, case)), text)


# ── heard from ───────────────────────────────────────────────────────────────


@conversation("feed_back", act=True)
def feed_back_talk(talk: Talk, turn: Turn) -> None:
    """The helping unit tells whoever leads what it did."""
    talk.accepts(PHOTO)
    desk = load(turn, talk.given("case"))  # whoever leads meanwhile, hears it
    case = desk.case
    case.may(Act.FEED_BACK, desk.by)
    _of_speaker(turn, case)
    question = _(
        "{title}: what did your unit do? One line; photos go along.", title=title(turn, case)
    )
    words = talk.ask("note", question, Text(2, 300)).text
    files.keep(turn, "case", case.id, talk.sent(PHOTO), part="helper")
    fed_back(turn, desk, words)


def fed_back(turn: Turn, desk: Desk, words: str) -> None:
    """Whoever leads reads what the helping unit says."""
    case = desk.case
    unit = _of_speaker(turn, case)
    told = case.feed_back(desk.by, unit, words[:300], turn.now)
    cases.record(turn.db, case)
    turn.post.refresh(case.id, (WORK,))
    text = _(
        "{unit} about {title}: “{words}” {number}",
        unit=unit.name,
        title=title(turn, case),
        words=unit.note,
        number=case.number,
    )
    tell(turn, case, told, {Role.HOLDER: text})
    passed = _(
        "Passed on to {holder}, who leads. {number}", holder=holder(case), number=case.number
    )
    turn.post.reply(Card(passed))


def _of_speaker(turn: Turn, case: Case) -> CoUnit:
    """The helping unit that the speaker answers for; of several the one not heard from yet."""
    helping = cases.co_units(turn.db, case)
    there = responders.officers(
        turn.db, [unit.unit_id for unit in helping], turn.now, turn.policy.work
    )
    mine = {rung.unit_id for rung in there if rung.person_id == turn.speaker.person_id}
    own = [unit for unit in helping if unit.unit_id in mine]
    if not own:
        raise Refused("not_helping", unit="", number=case.number)
    return next((unit for unit in own if unit.fed_back_at is None), own[0])


# ── let go ───────────────────────────────────────────────────────────────────


@conversation("drop_unit", act=True)
def drop_unit_talk(talk: Talk, turn: Turn) -> None:
    """A unit that is not needed any more is told so."""
    desk = begin(talk, turn, Act.DROP_UNIT)
    case = desk.case
    helping = {str(unit.unit_id): unit for unit in cases.co_units(turn.db, case)}
    if not helping:
        raise Refused("not_helping", unit="", number=case.number)
    chosen = talk.choose(
        "unit",
        _("{title}: which unit is not needed any more?", title=title(turn, case)),
        [Option(code, unit.name) for code, unit in helping.items()],
    )
    if chosen not in helping:
        name = turn.db.get_one(Unit, int(chosen)).name
        raise Refused("not_helping", unit=name, number=case.number)
    unit = helping[chosen]
    there = responders.officers(turn.db, [unit.unit_id], turn.now, turn.policy.work)
    case.drop_unit(desk.by, unit, turn.now)
    cases.record(turn.db, case)
    turn.post.refresh(case.id, (WORK,))
    text = _(
        "{title}: {unit} is not needed any more, thank you. {holder} goes on. {number}",
        title=title(turn, case),
        unit=unit.name,
        holder=holder(case),
        number=case.number,
    )
    for officer in there[:1]:
        tell_officer(turn, officer.person_id, text)
    talk.say(_("{unit} has been told. {number}", unit=unit.name, number=case.number))
