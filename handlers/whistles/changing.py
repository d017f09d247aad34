"""What the whistler changes while it runs: telephone calls, more units, fewer, another lead."""

from __future__ import annotations

from collections.abc import Callable

from governance.authority import Power
from governance.refused import Refused
from governance.unitcalls import Telephoned, UnitCall
from governance.whistlefile import new_call
from governance.whistles import Act, UnitState, WhistleState
from handlers import authority
from handlers.registry import choice, conversation
from handlers.talk.answers import Option, Text
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.whistles.common import (
    RULING,
    UNIT,
    Scene,
    ask_for_ruling,
    by_for,
    load,
    load_call,
    names_of,
    put_before,
    refresh,
    runs,
    save,
    tell,
)
from handlers.whistles.concluding import after_a_unit, end_talk, finished
from handlers.whistles.ladder import call_units, climb
from handlers.whistles.units import ask_task, ask_unit
from handlers.words import _, lines, listed
from storage import responders

# ── the telephone ────────────────────────────────────────────────────────────


@choice("whistles.phoned")
def phoned(_turn: Turn, call_id: int, _arg: str) -> Start:
    return Start("phoned", {"call": call_id})


@conversation("phoned", act=True, of_dangers=True)
def phoned_talk(talk: Talk, turn: Turn) -> None:
    """What came of a telephone call to a unit that had not answered."""
    scene, call = load_call(turn, talk.given("call"))
    by = by_for(turn, Act.TELEPHONED, scene, call)
    question = _("{unit}, {phone}: what did they say?", unit=call.unit_name, phone=call.phone)
    came = talk.choose(
        "came",
        question,
        (
            Option(Telephoned.COMING, _("They come")),
            Option(Telephoned.NO_ANSWER, _("Nobody answered")),
            Option(Telephoned.NOT_THEIRS, _("Not theirs, they say")),
        ),
    )
    ground = ""
    if came == Telephoned.NOT_THEIRS:
        ground = talk.ask("ground", _("Why not? As they put it."), Text(2, 200)).text
    call.telephone(by, Telephoned(came), turn.now, turn.policy.work)
    if ground:
        call.refuse(by, ground, turn.now, turn.policy.work)
    save(turn, scene)
    refresh(turn, call)
    if ground:
        ask_for_ruling(turn, scene, call)
        talk.say(_("The ground is with the district, which decides. You can call another unit."))
    elif came == Telephoned.NO_ANSWER and call.due_act(turn.now) is Act.CLIMB:
        climb(turn, [(scene, call)])
        talk.say(_("Noted. The next one above has been alerted now."))
    else:
        talk.say(_("Noted on the card."))


# ── changes ──────────────────────────────────────────────────────────────────


@choice("whistles.change")
def change(_turn: Turn, whistle_id: int, _arg: str) -> Start:
    return Start("change_whistle", {"whistle": whistle_id})


@conversation("change_whistle", act=True, of_dangers=True)
def change_talk(talk: Talk, turn: Turn) -> None:
    """One change to a whistle that runs, or to one that waits for its review."""
    scene = load(turn, talk.given("whistle"))
    if not runs(turn, scene):
        raise Refused("not_your_whistle", number=scene.whistle.number)
    chosen = talk.choose("what", _("What shall change?"), _possible(turn, scene))
    _CHANGES[chosen](talk, turn, scene)


def _possible(turn: Turn, scene: Scene) -> list[Option]:
    off = Option("off", _("Nobody needs to come any more"))
    if scene.whistle.state is WhistleState.REVIEW:
        return [off]
    found = [Option("add", _("Call one more unit"))]
    if any(call.state is not UnitState.DONE for call in scene.staying):
        found.append(Option("release", _("A unit need not come")))
    if len(scene.staying) > 1:
        found.append(Option("lead", _("Another unit leads")))
    found.append(off)
    if authority.may(turn, Power.END_WHISTLE, area_id=scene.whistle.area_id):
        found.append(Option("end", _("End it although it is not done")))
    return found


def _add(talk: Talk, turn: Turn, scene: Scene) -> None:
    whistle = scene.whistle
    known = {call.unit_id for call in scene.calls}
    unit_id = ask_unit(talk, turn, "unit", _("Which unit?"), whistle, without=known)
    if unit_id is None:
        talk.say(_("Nothing has changed."))
        return
    [unit] = responders.by_ids(turn.db, [unit_id])
    asked = ask_task(talk, "task", unit.name)
    by = by_for(turn, Act.ADD, scene)
    whistle.add(by, unit.name, turn.now)
    lead = not any(call.lead for call in scene.staying)
    for known_call in scene.calls:
        known_call.rest()  # the last word waits for the new one as well
    call = new_call(whistle, (unit.id, unit.name, unit.phone), asked, lead=lead, now=turn.now)
    scene.calls.append(call)
    save(turn, scene)
    call_units(turn, scene, [call])
    _tell_others(turn, scene, call)
    talk.say(_("{unit} is called; you see on the card when they come.", unit=unit.name))


def _tell_others(turn: Turn, scene: Scene, added: UnitCall) -> None:
    """The cards of the others name the new one."""
    for call in scene.staying:
        if call is not added:
            refresh(turn, call)


def _release(talk: Talk, turn: Turn, scene: Scene) -> None:
    open_ = [call for call in scene.staying if call.state is not UnitState.DONE]
    options = [Option(str(call.id), call.unit_name) for call in open_]
    chosen = talk.choose("unit", _("Which unit need not come?"), options)
    call = next((one for one in open_ if str(one.id) == chosen), None)
    if call is None:
        raise Refused("whistle_moved_on", number=scene.whistle.number)
    by = by_for(turn, Act.RELEASE, scene, call)
    call.release(by, "", turn.now)
    _tell_released(turn, scene, call)
    after_a_unit(turn, scene, call, by)
    talk.say(_("{unit} has been told that nobody needs to come.", unit=call.unit_name))


def _tell_released(turn: Turn, scene: Scene, call: UnitCall) -> None:
    if call.officer_id is not None:
        text = _("{place}: you need not come any more. Thank you.", place=scene.whistle.place)
        tell(turn, scene.whistle, call.officer_id, lines(text, scene.whistle.number))


def _lead(talk: Talk, turn: Turn, scene: Scene) -> None:
    others = [call for call in scene.staying if not call.lead]
    options = [Option(str(call.id), call.unit_name) for call in others]
    chosen = talk.choose("unit", _("Which unit leads?"), options)
    lead = next((one for one in others if str(one.id) == chosen), None)
    if lead is None:
        raise Refused("whistle_moved_on", number=scene.whistle.number)
    by = by_for(turn, Act.LEAD, scene)
    scene.whistle.lead_with(by, lead, scene.calls, turn.now)
    scene.whistle.settle(scene.calls, by, turn.now, turn.policy.work)
    save(turn, scene)
    for call in scene.calls:
        refresh(turn, call)
    if lead.officer_id is not None:
        put_before(turn, UNIT, lead.id, lead.officer_id, scene.whistle)
    talk.say(_("{unit} leads now, and knows it.", unit=lead.unit_name))


def _off(talk: Talk, turn: Turn, scene: Scene) -> None:
    reason = talk.ask("reason", _("Why need nobody come? One line for the units."), Text(2, 200))
    by = by_for(turn, Act.CALL_OFF, scene)
    told = [call for call in scene.staying if call.state is not UnitState.DONE]
    scene.whistle.call_off(by, reason.text, turn.now, turn.policy.work)
    finished(turn, scene)
    for call in told:
        _tell_released(turn, scene, call)
    units = listed(*names_of(told))
    talk.say(_("Over. These have been told: {units}.", units=units) if told else _("Over."))


_CHANGES: dict[str, Callable[[Talk, Turn, Scene], None]] = {
    "add": _add,
    "release": _release,
    "lead": _lead,
    "off": _off,
    "end": lambda talk, turn, _scene: end_talk(talk, turn),
}


# ── the district's word about a refusal ──────────────────────────────────────


@choice("whistles.founded")
def founded(turn: Turn, call_id: int, _arg: str) -> None:
    """It was not theirs: the unit is out of it, and it does not count against it."""
    scene, call = load_call(turn, call_id)
    by = by_for(turn, Act.EXCUSE, scene, call)
    call.rule(by, turn.now, turn.policy.work, founded=True)
    turn.post.toast = _("Decided: not theirs. The whistler has been told.")
    _ruled(turn, scene, call)
    after_a_unit(turn, scene, call, by)


@choice("whistles.unfounded")
def unfounded(turn: Turn, call_id: int, _arg: str) -> None:
    """It is theirs: called anew, and this time it cannot be refused."""
    scene, call = load_call(turn, call_id)
    by = by_for(turn, Act.INSIST, scene, call)
    call.rule(by, turn.now, turn.policy.work, founded=False)
    save(turn, scene)
    turn.post.toast = _("Decided: it is theirs. They are called again.")
    climb(turn, [(scene, call)])
    _ruled(turn, scene, call)


def _ruled(turn: Turn, scene: Scene, call: UnitCall) -> None:
    whistle = scene.whistle
    refresh(turn, call)
    turn.post.show(RULING, call.id, turn.speaker.person_id, kind="reply")
    if call.state is UnitState.EXCUSED:
        told = _(
            "The district says it is not {unit}’s. Call another unit if one is missing.",
            unit=call.unit_name,
        )
        if call.officer_id is not None:
            text = _(
                "The district agrees: {place} is not yours. Nothing more to do.",
                place=whistle.place,
            )
            tell(turn, whistle, call.officer_id, lines(text, whistle.number))
    else:
        told = _("The district says it is {unit}’s; they are called again.", unit=call.unit_name)
    tell(turn, whistle, whistle.by_id, lines(told, whistle.number))
