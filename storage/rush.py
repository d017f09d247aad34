"""Many claims at once: read for a whole batch with one statement a table, and so written.

A thousand people press within a second, and each press waits for the one row that counts the
slots. So that row is locked for as short a time as it can be: what a batch of presses needs
to know is read together, decided in memory in the order of arrival, and written together. A
single press goes the same way. On PostgreSQL shifts are locked first and people then, both in
the order of their ids, so that two batches never wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from governance.claims import BUSY, ClaimState, Press
from governance.tasks import Kind
from storage.cards import cards
from storage.claims import VIEW, claims
from storage.lanes import lanes
from storage.people import accounts, people
from storage.races import Raced
from storage.tasks import shifts, tasks

_SHIFTS = (
    select(
        shifts.c.id,
        shifts.c.task_id,
        tasks.c.title,
        tasks.c.kind,
        tasks.c.state,
        shifts.c.starts_at,
        shifts.c.ends_at,
        shifts.c.slots,
        shifts.c.taken,
        shifts.c.waiting,
        shifts.c.last,
        shifts.c.offered,
        shifts.c.version,
        shifts.c.cancelled_at,
    )
    .join(tasks, tasks.c.id == shifts.c.task_id)
    .where(shifts.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(shifts.c.id)
    .with_for_update(key_share=True, of=shifts)
)
_PEOPLE = (
    select(people.c.id, people.c.member)
    .where(people.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(people.c.id)
    .with_for_update(key_share=True)
)
_WRITTEN_TO = (
    select(accounts.c.person_id)
    .join(lanes, lanes.c.key == accounts.c.lane)
    .where(
        lanes.c.key.in_(bindparam("lanes", expanding=True)),
        lanes.c.next_free_at > 0.0,
        lanes.c.disabled == "",
    )
)
_HAVE = (
    select(
        claims.c.person_id,
        claims.c.shift_id,
        claims.c.state,
        shifts.c.starts_at,
        shifts.c.ends_at,
        tasks.c.title,
        tasks.c.kind,
    )
    .join(shifts, shifts.c.id == claims.c.shift_id)
    .join(tasks, tasks.c.id == shifts.c.task_id)
    .where(
        claims.c.person_id.in_(bindparam("people", expanding=True)),
        or_(
            claims.c.state.in_(sorted(BUSY)),
            claims.c.shift_id.in_(bindparam("shifts", expanding=True)),
        ),
    )
)
_POSTED = select(cards.c.subject, cards.c.lane).where(
    cards.c.view == VIEW,
    cards.c.subject.in_(bindparam("tasks", expanding=True)),
    cards.c.lane.in_(bindparam("groups", expanding=True)),
)
_COUNT = (
    update(shifts)
    .where(shifts.c.id == bindparam("shift"), shifts.c.version == bindparam("seen"))
    .values(
        taken=bindparam("now_taken"),
        waiting=bindparam("now_waiting"),
        last=bindparam("now_last"),
        version=shifts.c.version + 1,
    )
)


_ANEW = ("state", "place", "seats", "team", "leader_id", "claimed_at", "held_until")


def _enter(module: Any) -> Any:
    """A claim that was given back is made again, at the end of the line."""
    statement = module.insert(claims)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["shift_id", "person_id"],
        set_={name: new[name] for name in _ANEW},
        where=claims.c.state == ClaimState.RELEASED,
    ).returning(claims.c.id)


_ENTER = {"sqlite": _enter(sqlite), "postgresql": _enter(postgresql)}


class Lost(Raced):
    """A shift or a claim changed under a lock that should have kept it: nothing was written."""


class Pressed(NamedTuple):
    """Who pressed on what, from a group's lane or "" in private; `lane` is their own chat."""

    shift_id: int
    person_id: int
    lane: str
    group: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """A claim that is decided and not written yet, with the shift as it then stood."""

    row: Mapping[str, Any]
    before: Press


class Rush:
    """The presses of a batch on locked shifts. What is entered is there once it is written."""

    def __init__(self, conn: Connection, presses: Sequence[Pressed]) -> None:
        people_ids = sorted({p.person_id for p in presses})
        shift_ids = sorted({p.shift_id for p in presses})
        self._shifts: dict[int, Press] = {}
        self._seen: dict[int, int] = {}
        for row in conn.execute(_SHIFTS, {"ids": shift_ids}):
            self._shifts[row.id] = _press(row)
            self._seen[row.id] = row.version
        members = conn.execute(_PEOPLE, {"ids": people_ids})
        self._registered = {row.id: row.member is not None for row in members}
        known = conn.execute(_WRITTEN_TO, {"lanes": sorted({p.lane for p in presses})})
        self._written_to = set(known.scalars())
        self._have = _by_person(conn, people_ids, shift_ids)
        self._posted = self._where(conn, {p.group for p in presses if p.group})
        self._entries: list[_Entry] = []

    def _where(self, conn: Connection, groups: Iterable[str]) -> set[tuple[int, str]]:
        """The tasks that stand on a card in these groups."""
        if not (found := sorted(groups)):
            return set()
        subjects = sorted({press.task_id for press in self._shifts.values()})
        rows = conn.execute(_POSTED, {"tasks": subjects, "groups": found})
        return {(row.subject, row.lane) for row in rows}

    # ── one press ────────────────────────────────────────────────────────────

    def covers(self, shift_id: int, person_id: int) -> bool:
        """Whether a press can be decided here. A slot that is offered is handed over, which
        needs more than this; whoever was not known at the beginning has not been looked up."""
        found = self._shifts.get(shift_id)
        return person_id in self._registered and (found is None or not found.offered)

    def find(self, one: Pressed) -> Press | None:
        """The shift as this person finds it now; None where there is none."""
        shift = self._shifts.get(one.shift_id)
        if shift is None:
            return None
        own, clash = None, None
        for row in self._have.get(one.person_id, ()):
            if row.shift_id == one.shift_id:
                own = row.state
            elif clash is None and _clash(shift, row):
                clash = row.title
        return replace(
            shift,
            registered=self._registered.get(one.person_id, False),
            own=own,
            clash=clash,
            here=not one.group or (shift.task_id, one.group) in self._posted,
            written_to=one.person_id in self._written_to,
        )

    def enter(
        self,
        found: Press,
        person_id: int,
        state: ClaimState,
        now: datetime,
        *,
        held_until: datetime | None = None,
        seats: int = 1,
        team: str = "",
    ) -> None:
        """The claim takes its place in the order of commit, and the shift counts it."""
        before = self._shifts[found.shift_id]
        waits = state is ClaimState.WAITLISTED
        row = {
            "shift_id": found.shift_id,
            "person_id": person_id,
            "state": state,
            "place": before.last + 1,
            "seats": seats,
            "team": team,
            "leader_id": None,
            "claimed_at": now,
            "held_until": held_until,
            "minutes": 0,
            "reason": "",
        }
        self._entries.append(_Entry(row, before))
        self._shifts[found.shift_id] = replace(
            before,
            last=before.last + 1,
            taken=before.taken + (0 if waits else seats),
            waiting=before.waiting + (1 if waits else 0),
        )
        mine = self._have.setdefault(person_id, [])
        mine.append(
            _Have(
                found.shift_id, state, before.starts_at, before.ends_at, before.title, before.kind
            )
        )

    # ── the batch ────────────────────────────────────────────────────────────

    def mark(self) -> int:
        """Where `back_to` leads."""
        return len(self._entries)

    def back_to(self, mark: int) -> None:
        """What was entered since has not happened: whoever pressed was refused after all."""
        while len(self._entries) > mark:
            entry = self._entries.pop()
            self._shifts[entry.before.shift_id] = entry.before
            self._have[entry.row["person_id"]].pop()

    def write(self, conn: Connection) -> None:
        """Everything entered is in the database. Raises `Lost`."""
        if not self._entries:
            return
        changed = sorted({entry.before.shift_id for entry in self._entries})
        counts = [
            {
                "shift": one,
                "seen": self._seen[one],
                "now_taken": self._shifts[one].taken,
                "now_waiting": self._shifts[one].waiting,
                "now_last": self._shifts[one].last,
            }
            for one in changed
        ]
        counted = sum(conn.execute(_COUNT, count).rowcount for count in counts)
        rows = [entry.row for entry in self._entries]
        made = len(conn.execute(_ENTER[conn.dialect.name], rows).all())
        if (counted, made) != (len(counts), len(rows)):
            raise Lost(changed)
        self._entries.clear()
        for one in changed:
            self._seen[one] += 1


class _Have(NamedTuple):
    shift_id: int
    state: ClaimState
    starts_at: datetime
    ends_at: datetime
    title: str
    kind: Kind


def _by_person(
    conn: Connection, people_ids: Sequence[int], shift_ids: Sequence[int]
) -> dict[int, list[_Have]]:
    """What these people have claimed already."""
    found: dict[int, list[_Have]] = {}
    for row in conn.execute(_HAVE, {"people": list(people_ids), "shifts": list(shift_ids)}):
        found.setdefault(row.person_id, []).append(_Have(*tuple(row)[1:]))
    return found


def _clash(shift: Press, other: _Have) -> bool:
    """Whether somebody would be in two places at once; a post runs beside everything."""
    return (
        other.state in BUSY
        and Kind.POST not in {shift.kind, other.kind}
        and other.starts_at < shift.ends_at
        and other.ends_at > shift.starts_at
    )


def _press(row: Any) -> Press:
    return Press(
        shift_id=row.id,
        task_id=row.task_id,
        title=row.title,
        kind=row.kind,
        task_state=row.state,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        slots=row.slots,
        taken=row.taken,
        waiting=row.waiting,
        last=row.last,
        offered=row.offered,
        cancelled=row.cancelled_at is not None,
        registered=False,
        own=None,
        clash=None,
        here=True,
        written_to=False,
    )
