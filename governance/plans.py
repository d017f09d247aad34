"""A plan for an emergency (预案): which units come and what each one does, decided beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from governance.refused import Refused


@dataclass(frozen=True, slots=True)
class Task:
    """What one unit does under a plan."""

    unit_id: int
    asked_to: str
    lead: bool = False


@dataclass(eq=False)
class Plan:
    """Units and tasks for one area, blown as a whistle of `kind` in two taps.

    So many `volunteers` are asked for in the same act, to do `volunteers_do`; 0 for none. A plan
    is never changed: a new one of the same name takes its place, and the old one stays on record.
    """

    area_id: int
    name: str
    kind: str
    made_by: int
    made_at: datetime
    volunteers: int = 0
    volunteers_do: str = ""
    ended_at: datetime | None = None
    id: int = field(init=False)

    def end(self, now: datetime) -> None:
        """Nobody can blow by it any more."""
        if self.ended_at is not None:
            raise Refused("plan_ended", plan=self.name)
        self.ended_at = now


def checked(tasks: Sequence[Task]) -> Sequence[Task]:
    """The tasks of a plan: each unit once, exactly one leads. Raises `ValueError`."""
    units = [task.unit_id for task in tasks]
    if not units or len(set(units)) != len(units) or sum(task.lead for task in tasks) != 1:
        raise ValueError("each unit once, and one of them leads")
    return tasks
