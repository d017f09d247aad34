"""Whom of a unit the alerts did not reach, why, and what follows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from governance.deliveries import Delivery
from governance.unitcalls import UnitCall
from governance.whistles import UnitState
from handlers.deliveries import Alert, missed, standings
from handlers.turn import Turn
from handlers.words import Text, When, _, line
from storage import callings
from storage.callings import Alerted


def not_reached(turn: Turn, calls: Sequence[UnitCall]) -> Mapping[int, Text]:
    """For each unit that has not come yet, who has no word of it; nothing where all have."""
    waiting = {call.id: call for call in calls if call.state is UnitState.CALLED}
    if not waiting:
        return {}
    alerts = [
        (one.call_id, Alert(one.person_id, one.name, _receipts(one, waiting[one.call_id].step)))
        for one in callings.alerted_for(turn.db, list(waiting))
    ]
    told = standings(turn, [alert for _call, alert in alerts])
    by_call: dict[int, list[tuple[Alert, Delivery | None]]] = defaultdict(list)
    for (call_id, alert), stands in zip(alerts, told, strict=True):
        by_call[call_id].append((alert, stands))
    found = {call_id: missed(*zip(*some, strict=True)) for call_id, some in by_call.items()}
    return {
        call_id: line(words, _what_follows(waiting[call_id]))
        for call_id, words in found.items()
        if words
    }


def _receipts(one: Alerted, step: int) -> Sequence[str]:
    """Under which the alert may stand, the newest last."""
    person = one.person_id
    singly = (f"whistles.alert:{one.call_id}:{n}.{person}" for n in range(step + 1))
    return (f"whistles.bundle:{person}", *singly)


def _what_follows(call: UnitCall) -> Text:
    if call.needs_call or call.next_at is None:
        return ""  # the unit's line says whom to telephone
    return _("without a word by {when}, the next one is told", when=When(call.next_at))
