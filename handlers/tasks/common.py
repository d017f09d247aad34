"""What everything about tasks needs: load, how times and people are named, who is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from governance.authority import Power
from governance.claims import SEATED, Claim, ClaimState
from governance.groups import Group
from governance.org import Area, AreaKind, PostKind, Seat
from governance.refused import Refused
from governance.tasks import Joint, Kind, Shift, Task
from governance.whistlefile import Whistle
from handlers import authority
from handlers.message import Card
from handlers.turn import Turn
from handlers.watches import WEEKDAYS
from handlers.whistles import common as whistles
from handlers.words import Text, Words, _, line
from storage import claims, org, tasks

CARD, MINE, DESK = claims.VIEW, "tasks.mine", "tasks.desk"
CARD_VIEWS = (CARD,)
TASK = "task"  # what awards and files of a shift are about
CASE, WISH, WHISTLE = "case", "wish", "whistle"  # what a task came from
NAMED = 10  # display names on a card that a group sees
SHIFTS_SHOWN = 3

JOINTS: dict[Joint, Words] = {
    Joint.PARTY: _("Party building together"),
    Joint.EPIDEMIC: _("epidemic control together"),
    Joint.CIVILITY: _("civility together"),
    Joint.SAFETY: _("safety together"),
    Joint.COMMUNITY: _("community building together"),
    Joint.CULTURE: _("culture together"),
}
_SEATED_NOW = SEATED - {ClaimState.ABSENT, ClaimState.HELD}


@dataclass(frozen=True, slots=True)
class Desk:
    """A shift, locked, with its task."""

    task: Task
    shift: Shift


def load(turn: Turn, shift_id: int) -> Desk:
    """The shift as it is now, ours until the turn is over. Raises `Refused("no_such_task")`."""
    shift = tasks.lock(turn.db, shift_id)
    if shift is None:
        raise Refused("no_such_task")
    return Desk(turn.db.get_one(Task, shift.task_id), shift)


def load_to_run(turn: Turn, shift_id: int) -> Desk:
    """The same for whoever organizes it, or answers for its place. Raises `Refused`."""
    desk = load(turn, shift_id)
    if desk.task.organizer_id != turn.speaker.person_id:
        require_power(turn, desk.task)
    return desk


def require_power(turn: Turn, task: Task) -> None:
    """The task for whoever answers for its place, or may run the whistle it belongs to."""
    if not _of_own_whistle(turn, task):
        authority.require(turn, Power.PUBLISH_TASK, area_id=task.area_id, unit_id=task.unit_id)


def _of_own_whistle(turn: Turn, task: Task) -> bool:
    whistle = turn.db.get(Whistle, task.subject_id) if task.about == WHISTLE else None
    return whistle is not None and whistles.runs(turn, whistles.Scene(whistle, []))


def runs(turn: Turn, task: Task) -> bool:
    """Whether the speaker organizes it or answers for its place."""
    return (
        task.organizer_id == turn.speaker.person_id
        or _of_own_whistle(turn, task)
        or authority.may(turn, Power.PUBLISH_TASK, area_id=task.area_id, unit_id=task.unit_id)
    )


def mine(turn: Turn, shift: Shift) -> Claim:
    """The speaker's own claim. Raises `Refused("claim_gone")`."""
    claim = claims.one(turn.db, shift.id, turn.speaker.person_id)
    if claim is None:
        raise Refused("claim_gone")
    return claim


# ── words ────────────────────────────────────────────────────────────────────


def when(turn: Turn, kind: Kind, starts: datetime, ends: datetime) -> Words:
    """ "11月28日（周六）9:00–11:00", or the days of a post's term."""
    zone = turn.policy.zone
    start, end = starts.astimezone(zone), ends.astimezone(zone)
    first = _("{month}/{day}", month=start.month, day=start.day)
    if kind is Kind.POST:
        last = _("{month}/{day}", month=end.month, day=end.day)
        return _("from {first} to {last}", first=first, last=last)
    return _(
        "{day} ({weekday}) {start}–{end}",
        day=first,
        weekday=WEEKDAYS[start.weekday()],
        start=f"{start.hour}:{start:%M}",
        end=f"{end.hour}:{end:%M}",
    )


def when_of(turn: Turn, desk: Desk) -> Words:
    return when(turn, desk.task.kind, desk.shift.starts_at, desk.shift.ends_at)


def title(turn: Turn, desk: Desk) -> Text:
    """What and when, in one line."""
    return line(desk.task.title, when_of(turn, desk), separator=" ")


def names(turn: Turn, shift: Shift, most: int = NAMED) -> list[Text]:
    """Who has a slot, in the order of commit."""
    return [_who(row) for row in claims.shown(turn.db, shift.id, _SEATED_NOW, most)]


def in_line(turn: Turn, shift: Shift, most: int = NAMED) -> list[Text]:
    """Who waits for one, the first one first."""
    found = claims.shown(turn.db, shift.id, {ClaimState.WAITLISTED}, most)
    return [_who(row) for row in found]


def _who(row: Any) -> Text:
    """A name; a team by its own with its leader's. Whoever had theirs deleted stays unnamed."""
    name = str(row.name or "—")
    if row.seats > 1:
        return _(
            "{team} ({name} and {count} others)", team=row.team, name=name, count=row.seats - 1
        )
    return name


# ── who is told ──────────────────────────────────────────────────────────────


def tell(turn: Turn, person_id: int, text: Text) -> None:
    """A line for somebody who takes part; while people sleep it waits."""
    at = turn.policy.waking(turn.now)
    turn.post.to(person_id, Card(text), release_at=at if at > turn.now else None)


def show_mine(turn: Turn, shift_id: int, person_id: int) -> None:
    """The person has their own card of the shift as a new message; at night it waits."""
    at = turn.policy.waking(turn.now)
    late = at if at > turn.now else None
    turn.post.show(MINE, shift_id, person_id, kind="notice", fresh=True, release_at=late)


def changed(turn: Turn, desk: Desk) -> None:
    """Every card that shows the shift is drawn anew."""
    turn.db.flush()
    turn.post.refresh(desk.task.id, CARD_VIEWS)
    turn.post.refresh(desk.shift.id, (MINE, DESK))


def confirmers(turn: Turn, task: Task, but: Iterable[int] = ()) -> list[int]:
    """Who may be asked what became of it: the organizer, else whoever answers for the place."""
    found = [task.organizer_id, *_answering(turn, task)]
    return [person for person in dict.fromkeys(found) if person not in set(but)]


def _answering(turn: Turn, task: Task) -> list[int]:
    day = turn.policy.local_date(turn.now)
    seats = [
        Seat(kind, task.area_id) for kind in (PostKind.COMMUNITY_DUTY, PostKind.COMMUNITY_HEAD)
    ]
    if task.unit_id is not None:
        seats.append(Seat(PostKind.UNIT_LEADER, None, task.unit_id))
    return [post.person_id for seat in seats for post in org.holders(turn.db, seat, day)]


def groups_of(turn: Turn, task: Task) -> Sequence[Group]:
    return tasks.groups_of(turn.db, task)


def community_of(turn: Turn, area_id: int) -> Area:
    """Where a task of this place belongs: its community; above communities the area itself."""
    area = turn.db.get_one(Area, area_id)
    return org.ancestor(turn.db, area, AreaKind.COMMUNITY) or area
