"""What those above see: a unit that does not come, a refusal to rule, a whistle to review."""

from __future__ import annotations

from governance.authority import Power
from governance.unitcalls import UnitCall
from governance.whistlefile import Whistle
from governance.whistles import UnitState, WhistleState
from handlers import authority
from handlers.message import Card, Choice
from handlers.registry import view
from handlers.turn import Turn
from handlers.whistles.common import BEHIND, REVIEW, RULING, Scene, title, whistler_of
from handlers.whistles.ladder import LEVELS
from handlers.whistles.reached import not_reached
from handlers.whistles.states import how_far, result_by, row, stand
from handlers.words import Text, When, _, line, lines, listed
from storage import whistles

_S = UnitState

# ── those above ──────────────────────────────────────────────────────────────


@view(BEHIND)
def behind_card(turn: Turn, call_id: int, _again: bool) -> Card | None:
    """Street and centre: this unit does not come; how it was called, and what can be done."""
    call = turn.db.get(UnitCall, call_id, populate_existing=True)
    if call is None:
        return None
    whistle = turn.db.get_one(Whistle, call.whistle_id, populate_existing=True)
    asked = [
        _("{name} ({level})", name=i.name, level=_level(i.level))
        for i in whistles.involved(turn.db, call.id)
        if i.level
    ]
    text = lines(
        title(turn, whistle),
        row(call),
        _("Called {when}, to: {asked}", when=When(call.called_at), asked=call.asked_to),
        _("Alerted so far: {names}", names=listed(*asked)) if asked else "",
        not_reached(turn, [call]).get(call.id, ""),
        line(whistler_of(whistle), whistle.number),
    )
    choices: tuple[Choice, ...] = ()
    if call.state is _S.CALLED and whistle.state is WhistleState.BLOWN:
        choices = (
            Choice(_("Telephoned {unit}", unit=call.unit_name), f"whistles.phoned:{call.id}"),
            Choice(_("Change something"), f"whistles.change:{whistle.id}"),
        )
    return Card(text, choices)


def _level(code: str) -> Text:
    return next((words for level, words in LEVELS.items() if level.value == code), code)


@view(RULING)
def ruling_card(turn: Turn, call_id: int, _again: bool) -> Card | None:
    """The district decides whether a unit was right to say "not ours"."""
    call = turn.db.get(UnitCall, call_id, populate_existing=True)
    if call is None:
        return None
    whistle = turn.db.get_one(Whistle, call.whistle_id, populate_existing=True)
    text = lines(
        title(turn, whistle),
        _("{unit} was asked: {asked}", unit=call.unit_name, asked=call.asked_to),
        f"“{whistle.text}”",
        _("{unit} says it is not theirs: {ground}", unit=call.unit_name, ground=call.ground),
        "" if call.state is _S.REFUSED else how_far(call),
        line(whistler_of(whistle), whistle.number),
    )
    choices: tuple[Choice, ...] = ()
    may = authority.may(turn, Power.RULE_REFUSAL, area_id=whistle.area_id)
    if call.state is _S.REFUSED and may:
        choices = (
            Choice(_("They are right"), f"whistles.founded:{call.id}"),
            Choice(_("It is theirs"), f"whistles.unfounded:{call.id}"),
        )
    return Card(text, choices)


@view(REVIEW)
def review_card(turn: Turn, whistle_id: int, _again: bool) -> Card | None:
    """A whistle that wants to be blown, or an emergency that was, before a higher level."""
    whistle = turn.db.get(Whistle, whistle_id, populate_existing=True)
    if whistle is None:
        return None
    calls = whistles.calls_of(turn.db, whistle_id)
    text = lines(
        title(turn, whistle),
        line(stand(whistle), whistler_of(whistle)),
        f"“{whistle.text}”",
        *(_("{unit}: {asked}", unit=call.unit_name, asked=call.asked_to) for call in calls),
        result_by(whistle),
        whistle.number,
    )
    return Card(text, _reviewers_choices(turn, Scene(whistle, calls)))


def _reviewers_choices(turn: Turn, scene: Scene) -> tuple[Choice, ...]:
    whistle, on = scene.whistle, scene.whistle.id
    if not authority.may(turn, Power.REVIEW_WHISTLE, area_id=whistle.area_id):
        return ()
    if whistle.state is WhistleState.REVIEW:
        return (
            Choice(_("Blow it"), f"whistles.approve:{on}"),
            Choice(_("Do not blow it"), f"whistles.decline:{on}"),
        )
    if whistle.emergency and not whistle.reviewed and whistle.state is not WhistleState.DECLINED:
        return (
            Choice(_("It was called for"), f"whistles.justified:{on}"),
            Choice(_("It was not"), f"whistles.unjustified:{on}"),
        )
    return ()
