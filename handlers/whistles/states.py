"""How far a whistle and its units are, in words."""

from __future__ import annotations

from datetime import datetime

from governance.unitcalls import Telephoned, UnitCall
from governance.whistlefile import Whistle
from governance.whistles import ABOVE, UnitState, WhistleState
from handlers.turn import Turn
from handlers.whistles.common import Scene
from handlers.whistles.ladder import LEVELS
from handlers.words import Text, When, Words, _, line, ngettext
from storage import media

_S = UnitState
MANY = 4  # units from which on they are counted too
TELEPHONED: dict[Telephoned, Words] = {
    Telephoned.COMING: _("said on the telephone that they come"),
    Telephoned.NO_ANSWER: _("nobody answered the telephone"),
    Telephoned.NOT_THEIRS: _("said on the telephone that it is not theirs"),
}


def stand(whistle: Whistle) -> Text:
    if whistle.state is WhistleState.REVIEW:
        return _("Waits for the street's yes since {when}", when=When(whistle.made_at))
    if whistle.state is WhistleState.DECLINED:
        return _("Not blown: {reason}", reason=whistle.ended_how)
    if whistle.state is WhistleState.ENDED:
        return _("Ended {when}", when=When(whistle.ended_at or whistle.made_at))
    if whistle.state is WhistleState.CONCLUDED:
        return _("The units say that it is done")
    return _("Blown {when}", when=When(whistle.blown_at or whistle.made_at))


def result_by(whistle: Whistle) -> Text:
    if whistle.state not in {WhistleState.BLOWN, WhistleState.REVIEW}:
        return ""
    if whistle.overdue_at:
        return _("was to be done by {when}", when=When(whistle.result_due))
    return _("to be done by {when}", when=When(whistle.result_due))


def lead_name(scene: Scene) -> str:
    return next((call.unit_name for call in scene.staying if call.lead), "")


def roll_call(scene: Scene) -> Text:
    """How many are reached, have reported in, are there: said where a list is too long to count."""
    calls = [call for call in scene.staying if call.state is not _S.REFUSED]
    if len(calls) < MANY:
        return ""
    return _(
        "{count} units: {reached} reached, {came} reported in, {there} on site, {done} done",
        count=len(calls),
        reached=sum(bool(call.reached_at or call.reported_in_at) for call in calls),
        came=sum(bool(call.reported_in_at) for call in calls),
        there=sum(bool(call.arrived_at) for call in calls),
        done=sum(call.state is _S.DONE for call in calls),
    )


def common_due(scene: Scene) -> datetime | None:
    """By when those that have not reported in must, where that is one and the same moment."""
    due = {call.report_due for call in scene.calls if call.state is _S.CALLED}
    return due.pop() if len(due) == 1 else None


def report_by(scene: Scene) -> Text:
    """The limit that all have in common, so that no line has to repeat it."""
    due = common_due(scene)
    running = scene.whistle.state is WhistleState.BLOWN
    return _("report in by {when}", when=When(due)) if due and running else ""


def row(call: UnitCall, due: datetime | None = None) -> Text:
    """One unit in one line: who, how far, until when (unless `due` says that already)."""
    who = _("{unit} (leads)", unit=call.unit_name) if call.lead else call.unit_name
    return _("{mark} {unit}: {how}", mark=_MARKS[call.state], unit=who, how=how_far(call, due))


_MARKS = {
    _S.CALLED: "○",
    _S.REPORTED_IN: "◐",
    _S.ON_SITE: "◕",
    _S.DONE: "●",
    _S.REFUSED: "×",
    _S.EXCUSED: "×",
    _S.RELEASED: "—",
}


def how_far(call: UnitCall, due: datetime | None = None) -> Text:
    """Its state in words; the signs before it say nothing that the words do not."""
    if call.state is _S.CALLED:
        return _not_yet(call, due)
    if call.state is _S.REPORTED_IN:
        came = _("{name} reported in {when}", name=_name(call), when=_at(call.reported_in_at))
        return line(came, _("late") if call.late else "", _help(call))
    if call.state is _S.ON_SITE:
        came = _("{name} there since {when}", name=_name(call), when=_at(call.arrived_at))
        return line(came, _distance(call), _help(call))
    if call.state is _S.DONE:
        return _("done {when}: {words}", when=_at(call.done_at), words=call.result[:60])
    if call.state is _S.REFUSED:
        return _("“not ours: {ground}”; the district decides", ground=call.ground[:60])
    if call.state is _S.EXCUSED:
        return _("not theirs, the district says")
    return _("not needed any more")


def _not_yet(call: UnitCall, due: datetime | None) -> Text:
    """Who has it and whether it has arrived; what was tried besides."""
    level = call.ladder.steps[max(call.step, 0)].level
    by = "" if call.report_due == due else _("report in by {when}", when=When(call.report_due))
    call_them = _("please telephone {phone}", phone=call.phone) if call.needs_call else ""
    came = TELEPHONED[call.telephoned] if call.telephoned else ""
    if level in ABOVE:
        return line(_("has not come; {level} is on it", level=LEVELS[level]), by, came, call_them)
    who = _("{post} {name}", post=LEVELS[level], name=call.officer_name)
    if not call.officer_id:
        has: Text = _("nobody is there")
    elif call.reached_at:
        has = _("{who} has it on the phone", who=who)
    else:
        has = _("{who} is being told", who=who)
    return line(has, by, came, call_them)


def _name(call: UnitCall) -> str:
    return call.officer_name or call.unit_name


def _help(call: UnitCall) -> Text:
    return _("needs help: {words}", words=call.help[:60]) if call.help else ""


def _distance(call: UnitCall) -> Text:
    if call.metres is None:
        return ""
    return ngettext("{count} metre away", "{count} metres away", call.metres)


def _at(moment: object) -> When:
    assert moment is not None  # noqa: S101 - the state says that it has happened
    return When(moment)  # type: ignore[arg-type]


def photos(turn: Turn, about: str, subject_id: int) -> Text:
    count = sum(f.state in {"waiting", "stored"} for f in media.of(turn.db, about, subject_id))
    return ngettext("{count} photo", "{count} photos", count) if count else ""
