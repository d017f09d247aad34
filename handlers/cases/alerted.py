"""Whether whoever is to take a case has it on the phone; whom it did not reach, and why."""

from __future__ import annotations

from collections.abc import Sequence

from governance.casefile import Case
from governance.cases import State
from governance.org import Rung
from governance.roles import answering
from handlers.deliveries import Alert, missed, standings
from handlers.turn import Turn
from handlers.words import Text, When, _, line
from storage import cases


def alerted(turn: Turn, case: Case, rungs: Sequence[Rung]) -> Text:
    """A line for a case that nobody has taken yet; nothing for any other."""
    if case.state is not State.ASSIGNED:
        return ""
    held = (event.data for event in cases.history(turn.db, case) if "person" in event.data)
    names = {int(data["person"]): data.get("to", "") for data in held}
    now = answering(case, rungs)
    names |= {rung.person_id: rung.name for rung in rungs if rung.person_id in {now, *names}}
    alerts = [Alert(p, name, (f"cases.alert:{case.id}:{p}",)) for p, name in names.items()]
    found = standings(turn, alerts)
    come = now != turn.speaker.person_id and any(
        alert.person_id == now and stands is not None and stands.arrived
        for alert, stands in zip(alerts, found, strict=True)
    )
    reached = _("{name} has it on the phone", name=names[now]) if come and now in names else ""
    lost = missed(alerts, found)
    if lost and case.next_at is not None:
        lost = line(lost, _("not taken by {when}, it goes on up", when=When(case.next_at)))
    return line(reached, lost)
