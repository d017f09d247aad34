"""A unit is called, and whoever does not come is chased up the ladder, level by level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TypeAlias

from governance.unitcalls import UnitCall
from governance.whistlefile import Whistle
from governance.whistles import ABOVE, Act, Level, UnitState
from handlers.message import Card, Choice
from handlers.registry import Due, receipt, tick
from handlers.turn import Turn
from handlers.whistles.common import (
    BEHIND,
    BUNDLE,
    UNIT,
    Scene,
    areas_of,
    ask_for_ruling,
    ask_whistler,
    load_calls,
    officer_at,
    put_before,
    refresh,
    save,
    show_groups,
    tell,
    urgency,
    when_heard,
)
from handlers.words import Text, When, Words, _, lines
from storage import callings, whistles
from storage.responders import Officer, Responders

MOST_SINGLE = 5
"""Calls that wait for one officer; from the next one on they come as one card."""

LEVELS: dict[Level, Words] = {
    Level.DUTY: _("duty officer"),
    Level.PARTNER: _("the second on duty"),
    Level.LEADER: _("leader of the unit"),
    Level.STREET: _("street"),
    Level.CENTRE: _("district desk"),
}


Part: TypeAlias = tuple[Scene, UnitCall]


def call_units(turn: Turn, scene: Scene, calls: list[UnitCall]) -> None:
    """These units are called now: their duty officers and their groups have it."""
    for call in calls:
        call.call(turn.now, turn.policy.work)
    climb(turn, [(scene, call) for call in calls])
    show_groups(turn, calls)


def climb(turn: Turn, parts: Sequence[Part]) -> None:
    """The step whose time has come for each of these units is alerted."""
    units = [call.unit_id for _scene, call in parts]
    standing = Responders(turn.db, units, turn.now, turn.policy.work)
    alerts = [
        (scene, call, officer)
        for scene, call in parts
        if (officer := _next(turn, standing, scene.whistle, call)) is not None
    ]
    save(turn, *dict.fromkeys(scene for scene, _call in parts))
    _alert(turn, alerts)
    for _scene, call in parts:
        refresh(turn, call)


def _next(turn: Turn, standing: Responders, whistle: Whistle, call: UnitCall) -> Officer | None:
    """One step up, and whom to alert there; steps at which nobody is there are passed over."""
    steps, path = call.ladder.steps, areas_of(whistle)
    step = call.next_step(turn.now, turn.policy.work)
    nobody: list[Level] = []
    officer = standing.at(steps[step].level, call.unit_id, path)
    while officer is None and step < len(steps) - 1:
        nobody.append(steps[step].level)
        step += 1
        officer = standing.at(steps[step].level, call.unit_id, path)
    person_id, name = (officer.person_id, officer.name) if officer else (None, "")
    call.alert(step, person_id, name, turn.now, turn.policy.work, nobody=nobody)
    return officer


def _alert(turn: Turn, alerts: Sequence[tuple[Scene, UnitCall, Officer]]) -> None:
    """On the officers' phones; where one cannot be reached, the receipt climbs on at once."""
    callings.involve_all(
        turn.db,
        (
            callings.Alerted(call.id, officer.person_id, officer.name, _level(call))
            for _scene, call, officer in alerts
        ),
        turn.now,
    )
    singly = {o.person_id for scene, _call, o in alerts if not scene.whistle.emergency}
    waiting = callings.waiting(turn.db, singly) if singly else {}
    for scene, call, officer in alerts:
        _show(turn, scene.whistle, call, officer, waiting.get(officer.person_id, 0))


def _show(turn: Turn, whistle: Whistle, call: UnitCall, officer: Officer, waiting: int) -> None:
    """The call's own card; one of all that waits where that is too much to come singly."""
    view, subject = (BEHIND if _level(call) in ABOVE else UNIT), call.id
    told = f"whistles.alert:{call.id}:{call.step}.{officer.person_id}"
    if view == UNIT and not whistle.emergency and waiting > MOST_SINGLE:
        view, subject = BUNDLE, officer.person_id
        told = f"whistles.bundle:{officer.person_id}"
    turn.post.show(
        view,
        subject,
        officer.person_id,
        kind=urgency(whistle),
        fresh=True,
        receipt=told,
        release_at=when_heard(turn, whistle),
    )


def _level(call: UnitCall) -> Level:
    """The step that was alerted last."""
    return call.ladder.steps[call.step].level


# ── what the sender knows ────────────────────────────────────────────────────


@receipt("whistles.alert")
def alert_came(turn: Turn, call_id: int, told: str, delivered: bool) -> None:
    """Shown as reached; an alert that can reach nobody makes the next step due at once."""
    step, _sep, person = told.partition(".")
    parts = load_calls(turn, [call_id])
    if delivered:
        _reached(turn, parts, int(person))
    else:
        climb(turn, [p for p in parts if step == str(p[1].step) and p[1].hurry(turn.now)])


@receipt("whistles.bundle")
def bundle_came(turn: Turn, person_id: int, _arg: str, delivered: bool) -> None:
    """The same for everything that the one card stood for."""
    waiting = whistles.waiting_for(turn.db, person_id)
    parts = load_calls(turn, [call.id for call in waiting])
    if delivered:
        _reached(turn, parts, person_id)
    else:
        climb(turn, [part for part in parts if part[1].hurry(turn.now)])


def _reached(turn: Turn, parts: Sequence[Part], person_id: int) -> None:
    for scene, call in parts:
        if call.officer_id == person_id and call.reached_at is None and call.next_at is not None:
            call.reach(turn.now)
            save(turn, scene)


# ── the clock ────────────────────────────────────────────────────────────────


def handle(turn: Turn, call_id: int) -> None:
    """Does the one thing that is due about a unit; what is no longer due is left alone."""
    handle_all(turn, [call_id])


def handle_all(turn: Turn, call_ids: Sequence[int]) -> None:
    """The same for many units, in few more statements than for one."""
    due: dict[Act | None, list[Part]] = defaultdict(list)
    for scene, call in load_calls(turn, call_ids):
        due[call.due_act(turn.now)].append((scene, call))
    climb(turn, due[Act.CLIMB])
    for scene, call in due[Act.NEEDS_CALL]:
        call.ask_for_a_call(turn.now)
        save(turn, scene)
        ask_whistler(turn, scene)
    for scene, call in due[Act.NUDGE]:
        _nudge(turn, scene, call)


def _nudge(turn: Turn, scene: Scene, call: UnitCall) -> None:
    """Silent since its last word: the unit is asked; then the level above it hears."""
    whistle = scene.whistle
    level = call.nudge(turn.now, turn.policy.work)
    save(turn, scene)
    if call.state is UnitState.REFUSED:
        ask_for_ruling(turn, scene, call)
        return
    _ask_unit(turn, scene, call)
    above = officer_at(turn, whistle, level, call.unit_id) if level else None
    if above is not None and above.person_id != call.officer_id:
        whistles.involve(turn.db, call.id, above.person_id, above.name, level, turn.now)
        tell(turn, whistle, above.person_id, _silent(call, whistle), *_look(call))


def _ask_unit(turn: Turn, scene: Scene, call: UnitCall) -> None:
    """Whoever answers for the unit, and whoever is on duty there by now, are asked how it is."""
    whistle = scene.whistle
    on_duty = officer_at(turn, whistle, Level.DUTY, call.unit_id)
    asked = {call.officer_id} | ({on_duty.person_id} if on_duty else set())
    for person_id in sorted(person for person in asked if person is not None):
        if on_duty is not None and person_id == on_duty.person_id:
            whistles.involve(turn.db, call.id, person_id, on_duty.name, Level.DUTY, turn.now)
        put_before(turn, UNIT, call.id, person_id, whistle)


def _silent(call: UnitCall, whistle: Whistle) -> Text:
    return lines(
        _(
            "{unit} reported in {when} for {place}, and nothing has been heard since.",
            unit=call.unit_name,
            when=When(call.reported_in_at or call.called_at),
            place=whistle.place,
        ),
        _(
            "{name} answers for it. Please see how it stands; what they report shows on the card.",
            name=call.officer_name or call.unit_name,
        ),
        whistle.number,
    )


def _look(call: UnitCall) -> tuple[Choice, ...]:
    return (Choice(_("Show it"), f"whistles.show:{call.id}"),)


def bundle_card(turn: Turn, person_id: int) -> Card | None:
    """Everything that waits for one officer, due first, one tap each."""
    waiting = whistles.waiting_for(turn.db, person_id)
    if not waiting:
        return None
    shown = waiting[:10]
    rows = [_bundle_row(turn, n, call) for n, call in enumerate(shown, 1)]
    choices = tuple(
        Choice(_("Open {n}", n=n), f"whistles.show:{call.id}") for n, call in enumerate(shown, 1)
    )
    heading = _("{count} whistles wait for you:", count=len(waiting))
    return Card(lines(heading, *rows), choices)


def _bundle_row(turn: Turn, n: int, call: UnitCall) -> Words:
    whistle = turn.db.get_one(Whistle, call.whistle_id)
    return _(
        "{n}) {place}: {asked}, report in by {when}",
        n=n,
        place=whistle.place,
        asked=call.asked_to[:30],
        when=When(call.report_due),
    )


tick(Due("unit_calls", callings.calls_due, handle, callings.NEXT_CALL, together=handle_all))
