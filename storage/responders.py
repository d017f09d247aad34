"""Which units answer for a kind of problem, and who answers for a unit at this moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from governance.org import Post, PostKind, Rung, Seat, Unit, UnitKind
from governance.whistles import Level
from governance.worktime import WorkTime
from storage import duties, org
from storage.org import areas, posts, responsibilities, units

NAMED = 12  # units found by a name; a longer list helps nobody
_LEVELS = {Level.STREET: PostKind.STREET_DUTY, Level.CENTRE: PostKind.DISTRICT_DESK}


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who answers, and the telephone of the post in which they do."""

    person_id: int
    name: str
    phone: str


_OF_UNITS = (
    select(Post)
    .where(
        posts.c.unit_id.in_(bindparam("units", expanding=True)),
        posts.c.kind.in_([PostKind.UNIT_DUTY, PostKind.UNIT_LEADER]),
    )
    .order_by(posts.c.id)
)
_AWAY = select(posts.c.person_id).where(
    posts.c.person_id.in_(bindparam("people", expanding=True)),
    posts.c.away_until > bindparam("now"),
)
_RESPONSIBLE = (
    select(Unit, areas.c.path)
    .join(responsibilities, responsibilities.c.unit_id == units.c.id)
    .outerjoin(areas, areas.c.id == units.c.area_id)
    .where(responsibilities.c.category == bindparam("category"))
    .order_by(units.c.id)
)
_CALLED_SO = (
    select(Unit)
    .where(units.c.name.like(bindparam("words"), escape="/"))
    .order_by(units.c.kind == UnitKind.SENT_DOWN, units.c.name)
    .limit(NAMED)
)
_UNITS = select(Unit).where(units.c.id.in_(bindparam("ids", expanding=True))).order_by(units.c.id)


class Responders:
    """Who answers for these units at one moment, and above the places they are called to.

    The units are read at once, however many they are; a street's ladder when it is asked for.
    """

    def __init__(self, db: Session, unit_ids: Iterable[int], now: datetime, work: WorkTime) -> None:
        self._db, self._now, self._work = db, now, work
        self._above: dict[tuple[int, ...], Sequence[Rung]] = {}
        self._held: dict[int, list[Post]] = defaultdict(list)
        self._named: Mapping[Seat, int] = {}
        self._away: set[int] = set()
        self._names: Mapping[int, str] = {}
        if ids := sorted(set(unit_ids)):
            self._read(ids)

    def _read(self, ids: Sequence[int]) -> None:
        today = self._now.astimezone(self._work.zone).date()
        for post in self._db.scalars(_OF_UNITS, {"units": ids}):
            if post.unit_id is not None and post.serving(today):
                self._held[post.unit_id].append(post)
        self._named = duties.now_at(self._db, (), self._now, self._work, units=ids)
        held = [post for posts in self._held.values() for post in posts]
        known = {post.person_id for post in held} | {p.partner_id for p in held if p.partner_id}
        known |= set(self._named.values())
        values = {"people": list(known), "now": self._now}
        self._away = set(self._db.scalars(_AWAY, values)) if known else set()
        self._names = org.names(self._db, known) if known else {}

    def at(self, level: Level, unit_id: int, path: Sequence[int]) -> Officer | None:
        """Who is alerted at this step of a unit's ladder; None where nobody is there.

        `path`: area ids from the district down to where it happens, for street and centre.
        """
        if level in _LEVELS:
            rungs = self._ladder(tuple(path))
            found = next((rung for rung in rungs if rung.post is _LEVELS[level]), None)
            return Officer(found.person_id, found.name, found.phone) if found else None
        wanted = self._of_unit(level, unit_id)
        return Officer(wanted[0], self._names[wanted[0]], wanted[1]) if wanted else None

    def everybody(self, unit_id: int) -> list[Officer]:
        """All who hold a post at the unit or stand in for one: on duty now first."""
        first = self._of_unit(Level.DUTY, unit_id)
        found = dict([first] if first else [])
        for post in self._held[unit_id]:
            for person in (post.person_id, post.partner_id):
                if person is not None:
                    found.setdefault(person, post.phone)
        return [Officer(person, self._names[person], phone) for person, phone in found.items()]

    def rungs(self, unit: Unit) -> list[Rung]:
        """The unit's officers as steps beside the ladder: on duty now first, its leaders after."""
        first = self._of_unit(Level.DUTY, unit.id)
        found = {(PostKind.UNIT_DUTY, first[0]): first[1]} if first else {}
        for post in sorted(self._held[unit.id], key=lambda post: post.kind is PostKind.UNIT_LEADER):
            for person in (post.answering(self._now), post.person_id, post.partner_id):
                if person is not None:
                    found.setdefault((post.kind, person), post.phone)
        return [
            Rung(post, None, person, self._names[person], phone, unit_id=unit.id, unit=unit.name)
            for (post, person), phone in found.items()
        ]

    def _ladder(self, path: tuple[int, ...]) -> Sequence[Rung]:
        if path not in self._above:
            self._above[path] = org.ladder_above(self._db, path, self._now, self._work)
        return self._above[path]

    def _of_unit(self, level: Level, unit_id: int) -> tuple[int, str] | None:
        now, held = self._now, self._held[unit_id]
        there = [post for post in held if not post.deserted(now)]
        on_duty = [post for post in there if post.kind is PostKind.UNIT_DUTY]
        if level is Level.LEADER:
            leaders = [p for p in there if p.kind is PostKind.UNIT_LEADER]
            return next(((p.answering(now), p.phone) for p in leaders), None)
        first = self._first(unit_id, on_duty)
        if level is Level.DUTY:
            return first
        others = [(p.partner_id, p.phone) for p in held if p.partner_id and p in on_duty]
        others += [(p.answering(now), p.phone) for p in on_duty]
        free = ((p, tel) for p, tel in others if p is not None and p not in self._away)
        return next((o for o in free if first is None or o[0] != first[0]), None)

    def _first(self, unit_id: int, held: Sequence[Post]) -> tuple[int, str] | None:
        """Whoever the duty calendar names, else the first holder who is there."""
        named = self._named.get(Seat(PostKind.UNIT_DUTY, None, unit_id))
        phone = next((post.phone for post in held if post.phone), "")
        if named is not None and named not in self._away:
            return named, next((p.phone for p in held if p.person_id == named), phone)
        return (held[0].answering(self._now), held[0].phone) if held else None


def officer_at(
    db: Session,
    level: Level,
    unit_id: int,
    path: Sequence[int],
    now: datetime,
    work: WorkTime,
) -> Officer | None:
    """Who is alerted at this step of one unit's ladder; None where nobody is there."""
    units = () if level in _LEVELS else (unit_id,)
    return Responders(db, units, now, work).at(level, unit_id, path)


def answerers(db: Session, unit_id: int, now: datetime, work: WorkTime) -> list[Officer]:
    """Everybody who holds a post at the unit or stands in for one: on duty now first."""
    return Responders(db, (unit_id,), now, work).everybody(unit_id)


def officers(
    db: Session, unit_ids: Sequence[int], now: datetime, work: WorkTime
) -> tuple[Rung, ...]:
    """Who answers for each of these units, as steps beside the ladder."""
    if not unit_ids:
        return ()
    there = Responders(db, unit_ids, now, work)
    return tuple(rung for unit in by_ids(db, unit_ids) for rung in there.rungs(unit))


def responsible(db: Session, category: str, path: str) -> list[Unit]:
    """Units that answer for this category at a place: those of the nearest area first."""
    found = [
        (len(row.path or ""), row.Unit)
        for row in db.execute(_RESPONSIBLE, {"category": category})
        if row.path is None or path.startswith(row.path)
    ]
    return [unit for _depth, unit in sorted(found, key=lambda pair: (-pair[0], pair[1].id))]


def named(db: Session, words: str) -> Sequence[Unit]:
    """Units with these words in their name, a dozen at most."""
    plain = words.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return db.scalars(_CALLED_SO, {"words": f"%{plain}%"}).all()


def by_ids(db: Session, ids: Iterable[int]) -> list[Unit]:
    """These units, in the order asked for."""
    wanted = list(ids)
    known = {unit.id: unit for unit in db.scalars(_UNITS, {"ids": wanted})}
    return [known[unit_id] for unit_id in wanted if unit_id in known]
