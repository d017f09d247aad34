"""What a unit and its group see: what is asked, by when, with whom, and what they may do."""

from __future__ import annotations

from governance.unitcalls import UnitCall
from governance.whistlefile import Whistle
from governance.whistles import UnitState, WhistleState
from handlers.message import Card, Choice
from handlers.registry import view
from handlers.turn import Turn
from handlers.whistles.common import BUNDLE, GROUP, UNIT, answers_for, title, whistler_of
from handlers.whistles.ladder import bundle_card
from handlers.whistles.reached import not_reached
from handlers.whistles.states import how_far, photos, result_by
from handlers.words import Text, When, _, line, lines, listed
from storage import whistles

_S = UnitState

# ── the units ────────────────────────────────────────────────────────────────


@view(UNIT)
def unit_card(turn: Turn, call_id: int, _again: bool) -> Card | None:
    """What a unit is asked to do, by when, with whom; and what its reader may do now."""
    call = turn.db.get(UnitCall, call_id, populate_existing=True)
    if call is None:
        return None
    whistle = turn.db.get_one(Whistle, call.whistle_id, populate_existing=True)
    calls = whistles.calls_of(turn.db, whistle.id)
    others = [other for other in calls if other is not call and other.state is not _S.RELEASED]
    helpers = [i.name for i in whistles.involved(turn.db, call.id) if i.goes]
    text = lines(
        title(turn, whistle),
        _clock(call, whistle),
        _("{unit}: {asked}", unit=call.unit_name, asked=call.asked_to),
        f"“{whistle.text}”",
        _("Meet: {place}", place=whistle.meet) if whistle.meet else "",
        photos(turn, "whistle", whistle.id),
        _("You lead.") if call.lead and others else "",
        _("With you: {units}", units=listed(*(o.unit_name for o in others))) if others else "",
        _("Also going: {names}", names=listed(*helpers)) if helpers else "",
        _mine(call),
        # The first to be called has it, or nobody would read this.
        not_reached(turn, [call]).get(call.id, "") if call.step > 0 else "",
        line(whistler_of(whistle), whistle.number),
    )
    return Card(text, _units_choices(turn, call, whistle))


def _clock(call: UnitCall, whistle: Whistle) -> Text:
    if whistle.state is WhistleState.ENDED:
        return _("Ended {when}", when=When(whistle.ended_at or whistle.made_at))
    if call.state is _S.CALLED:
        return _("Report in by {when}", when=When(call.report_due))
    return line(how_far(call), result_by(whistle))


def _mine(call: UnitCall) -> Text:
    if call.unfounded and call.state is _S.CALLED:
        return _("The district has decided: this one is yours.")
    if call.state is _S.REPORTED_IN and call.redone:
        return _("The whistler says that it is not done yet.")
    return ""


def _units_choices(turn: Turn, call: UnitCall, whistle: Whistle) -> tuple[Choice, ...]:
    if not answers_for(turn, call):
        return ()
    on = call.id
    if whistle.state is WhistleState.ENDED:
        rate = Choice(_("Judge this whistle"), f"whistles.rate:{on}")
        return (rate,) if call.state in {_S.DONE, _S.EXCUSED} and not call.needed else ()
    mine = call.officer_id == turn.speaker.person_id
    on_site = Choice(_("On site"), f"whistles.on_site:{on}")
    help_ = Choice(_("Need help"), f"whistles.help:{on}")
    result = Choice(_("Report the result"), f"whistles.result:{on}")
    hand_over = Choice(_("Hand over"), f"whistles.hand_over:{on}")
    join = () if mine else (Choice(_("I go too"), f"whistles.join:{on}"),)
    if call.state is _S.CALLED:
        refuse = Choice(_("Not ours"), f"whistles.refuse:{on}")
        report_in = Choice(_("We are coming"), f"whistles.in:{on}")
        return (report_in, on_site, help_, *(() if call.unfounded else (refuse,)))
    if call.state is _S.REPORTED_IN:
        return (on_site, result, help_, hand_over, *join)
    if call.state is _S.ON_SITE:
        still = Choice(_("Still at it"), f"whistles.still:{on}")
        return (result, still, help_, hand_over, *join)
    if call.state is _S.DONE and call.lead and call.next_at is not None:
        return (Choice(_("Say the last word"), f"whistles.conclude:{on}"),)
    return ()


@view(GROUP)
def group_card(turn: Turn, call_id: int, _again: bool) -> Card | None:
    """The same for a unit's group: what is asked and how far it is, nothing that was told."""
    call = turn.db.get(UnitCall, call_id, populate_existing=True)
    if call is None:
        return None
    whistle = turn.db.get_one(Whistle, call.whistle_id, populate_existing=True)
    text = lines(
        title(turn, whistle),
        _clock(call, whistle),
        call.asked_to,
        _("Meet: {place}", place=whistle.meet) if whistle.meet else "",
        whistle.number,
    )
    choices: tuple[Choice, ...] = ()
    if whistle.state is WhistleState.BLOWN and call.state is _S.CALLED:
        choices = (
            Choice(_("We are coming"), f"whistles.in:{call.id}"),
            Choice(_("On site"), f"whistles.on_site:{call.id}"),
        )
    elif whistle.state is WhistleState.BLOWN and call.state is _S.REPORTED_IN:
        choices = (Choice(_("On site"), f"whistles.on_site:{call.id}"),)
    return Card(text, choices)


@view(BUNDLE)
def bundle(turn: Turn, person_id: int, _again: bool) -> Card | None:
    return bundle_card(turn, person_id)
