"""From the units' results to the whistler's yes: 事不完人不撤."""

from __future__ import annotations

from governance.authority import Power
from governance.refused import Refused
from governance.unitcalls import UnitCall
from governance.whistles import Act, By, Level, Role, UnitState, WhistleState
from handlers import authority
from handlers.registry import Moment, choice, conversation, follow
from handlers.talk.answers import Option, Text
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.whistles.common import (
    JUDGE,
    REVIEW,
    UNIT,
    WHISTLE,
    Scene,
    ask_whistler,
    by_for,
    load,
    load_call,
    names_of,
    officer_at,
    put_before,
    refresh,
    save,
    tell,
)
from handlers.words import Text as AnyText
from handlers.words import _, lines, listed
from storage import cases


def after_a_unit(turn: Turn, scene: Scene, call: UnitCall, by: By) -> AnyText:
    """What follows from a unit's result or leaving; returns what its speaker reads."""
    became = scene.whistle.settle(scene.calls, by, turn.now, turn.policy.work, call)
    save(turn, scene)
    refresh(turn, call)
    if became is Act.CONCLUDE:
        ask_whistler(turn, scene)
        return _(
            "Thank you. {name} is asked whether it is done; only their yes ends it.",
            name=scene.whistle.by_name,
        )
    if became is Act.LEAD:
        lead = next(one for one in scene.staying if one.lead)
        if lead.officer_id is not None:
            put_before(turn, UNIT, lead.id, lead.officer_id, scene.whistle)
        return _("Thank you. All units are done; {unit} says the last word.", unit=lead.unit_name)
    if became is Act.CALL_OFF:
        finished(turn, scene)
        return _("No unit is left, so the whistle is over.")
    others = [one for one in scene.staying if one.state is not UnitState.DONE]
    return _("Thank you. Still at it: {units}.", units=listed(*names_of(others)))


@conversation("last_word", act=True, of_dangers=True)
def last_word_talk(talk: Talk, turn: Turn) -> None:
    """The lead unit concludes for all."""
    scene, call = load_call(turn, talk.given("call"))
    by = by_for(turn, Act.CONCLUDE, scene)
    question = _(
        "{place}: all units are done. How stands the whole? One line.", place=scene.whistle.place
    )
    words = talk.ask("words", question, Text(2, 300)).text
    scene.whistle.conclude(by, scene.calls, words, turn.now, turn.policy.work)
    save(turn, scene)
    refresh(turn, call)
    ask_whistler(turn, scene)
    talk.say(_("{name} is asked whether it is done.", name=scene.whistle.by_name))


# ── the whistler decides ─────────────────────────────────────────────────────


@choice("whistles.accept")
def accept(turn: Turn, whistle_id: int, _arg: str) -> None:
    scene = load(turn, whistle_id)
    scene.whistle.accept(by_for(turn, Act.ACCEPT, scene), turn.now, turn.policy.work)
    turn.post.toast = _("It is done; the units can go.")
    finished(turn, scene)
    turn.post.show(WHISTLE, whistle_id, turn.speaker.person_id, kind="reply")


@choice("whistles.send_back")
def send_back(_turn: Turn, whistle_id: int, _arg: str) -> Start:
    return Start("send_back", {"whistle": whistle_id})


@conversation("send_back", act=True, of_dangers=True)
def send_back_talk(talk: Talk, turn: Turn) -> None:
    """Which unit has to go on, and why."""
    scene = load(turn, talk.given("whistle"))
    by = by_for(turn, Act.SEND_BACK, scene)
    done = [call for call in scene.staying if call.state is UnitState.DONE]
    chosen = "all"
    if len(done) > 1:
        options = [Option(str(call.id), call.unit_name) for call in done]
        everyone = Option("all", _("All of them"))
        chosen = talk.choose("unit", _("Whose part is not done?"), [*options, everyone])
    words = talk.ask("words", _("What is still missing? One line."), Text(2, 200)).text
    again = [call for call in done if chosen in {"all", str(call.id)}]
    scene.whistle.send_back(by, words, turn.now)
    for call in again:
        call.redo(By(Role.WHISTLER, by.person_id, by.name), words, turn.now, turn.policy.work)
    save(turn, scene)
    for call in again:
        refresh(turn, call)
        if call.officer_id is not None:
            told = _("{name} says it is not done yet: {words}", name=by.name, words=words)
            tell(turn, scene.whistle, call.officer_id, lines(told, scene.whistle.number))
            put_before(turn, UNIT, call.id, call.officer_id, scene.whistle)
    talk.say(_("They have it back: {units}.", units=listed(*names_of(again))))


# ── over ─────────────────────────────────────────────────────────────────────


def finished(turn: Turn, scene: Scene) -> None:
    """Everybody is told, both sides are asked to judge, and an emergency goes to the street."""
    whistle = scene.whistle
    by = By(Role.WHISTLER, whistle.by_id, whistle.by_name)
    for call in scene.staying:
        call.rest()
        if call.state is not UnitState.DONE:
            call.release(by, whistle.ended_how, turn.now)
    whistle.words_until = turn.now + turn.policy.retention
    save(turn, scene)
    for call in scene.calls:
        refresh(turn, call)
        if call.state is UnitState.DONE and call.officer_id is not None:
            put_before(turn, JUDGE, call.id, call.officer_id, whistle)
    _tell_the_case(turn, scene)
    follow(Moment.OVER, turn, whistle.id)
    if whistle.emergency and not whistle.reviewed and whistle.blown_at is not None:
        street = officer_at(turn, whistle, Level.STREET) or officer_at(turn, whistle, Level.CENTRE)
        if street is not None:
            put_before(turn, REVIEW, whistle.id, street.person_id, whistle)


def _tell_the_case(turn: Turn, scene: Scene) -> None:
    """Whoever holds the case the whistle was blown from reads what the units did."""
    whistle = scene.whistle
    case = cases.lock(turn.db, whistle.case_id) if whistle.case_id else None
    if case is None or not whistle.conclusion:
        return
    told = _(
        "The units called to {place} are done: {words}. Report the result of {number}, then the resident is asked.",
        place=whistle.place,
        words=whistle.conclusion,
        number=case.number,
    )
    tell(turn, whistle, case.holder_id, told)


@choice("whistles.end")
def end(_turn: Turn, whistle_id: int, _arg: str) -> Start:
    return Start("end_whistle", {"whistle": whistle_id})


@conversation("end_whistle", act=True, of_dangers=True)
def end_talk(talk: Talk, turn: Turn) -> None:
    """A superior ends it against the whistler's word; the reason is on record."""
    scene = load(turn, talk.given("whistle"))
    if scene.whistle.state in {WhistleState.ENDED, WhistleState.DECLINED}:
        raise Refused("whistle_moved_on", number=scene.whistle.number)
    authority.require(turn, Power.END_WHISTLE, area_id=scene.whistle.area_id)
    question = _(
        "{name} has not said that it is done. Why does it end? One line, on record.",
        name=scene.whistle.by_name,
    )
    words = talk.ask("words", question, Text(4, 200)).text
    by = by_for(turn, Act.END, scene)
    scene.whistle.end(by, words, turn.now, turn.policy.work)
    finished(turn, scene)
    told = _("{name} has ended this whistle: {words}", name=by.name, words=words)
    tell(turn, scene.whistle, scene.whistle.by_id, lines(told, scene.whistle.number))
    talk.say(_("Ended. {name} and the units have been told.", name=scene.whistle.by_name))
