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
    now, me = answering(case, rungs), turn.speaker.person_id
    names = {now: case.holder_name, **_before(turn, case)}
    if set(names) == {me}:
        return ""  # nobody else was to be told, and whoever reads this has it
    names |= {rung.person_id: rung.name for rung in rungs if rung.person_id in names}
    alerts = [Alert(p, name, (f"cases.alert:{case.id}:{p}",)) for p, name in names.items()]
    found = standings(turn, alerts)
    come = now != me and any(
        alert.person_id == now and stands is not None and stands.arrived
        for alert, stands in zip(alerts, found, strict=True)
    )
    reached = _("{name} has it on the phone", name=names[now]) if come else ""
    lost = missed(alerts, found)
    if lost and case.next_at is not None:
        lost = line(lost, _("not taken by {when}, it goes on up", when=When(case.next_at)))
    return line(reached, lost)


def _before(turn: Turn, case: Case) -> dict[int, str]:
    """Who had it already, the first one first; nobody where it has stayed with one."""
    if not (case.hops or case.returned or case.holder_unit_id is not None):
        return {}
    held = (e.data for e in cases.history(turn.db, case) if e.data.get("person", "").isdecimal())
    return {int(data["person"]): data.get("to", "") for data in held}
