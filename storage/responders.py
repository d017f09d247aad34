"""Which units answer for a kind of problem, and who answers for a unit at this moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from governance.org import Post, PostKind, Seat, Unit, UnitKind
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


_OF_UNIT = (
    select(Post)
    .where(
        posts.c.unit_id == bindparam("unit"),
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


def officer_at(
    db: Session,
    level: Level,
    unit_id: int,
    path: Sequence[int],
    now: datetime,
    work: WorkTime,
) -> Officer | None:
    """Who is alerted at this step of a unit's ladder; None where nobody is there.

    `path`: area ids from the district down to where it happens, for street and centre.
    """
    if level in _LEVELS:
        rungs = org.ladder_above(db, path, now, work)
        found = next((rung for rung in rungs if rung.post is _LEVELS[level]), None)
        return Officer(found.person_id, found.name, found.phone) if found else None
    wanted = _of_unit(db, level, unit_id, now, work)
    if wanted is None:
        return None
    person_id, phone = wanted
    return Officer(person_id, org.names(db, [person_id])[person_id], phone)


def _of_unit(
    db: Session, level: Level, unit_id: int, now: datetime, work: WorkTime
) -> tuple[int, str] | None:
    today = now.astimezone(work.zone).date()
    held = [post for post in db.scalars(_OF_UNIT, {"unit": unit_id}) if post.serving(today)]
    there = [post for post in held if not post.deserted(now)]
    on_duty = [post for post in there if post.kind is PostKind.UNIT_DUTY]
    if level is Level.LEADER:
        found = [(p.answering(now), p.phone) for p in there if p.kind is PostKind.UNIT_LEADER]
        return found[0] if found else None
    first = _first(db, unit_id, on_duty, now, work)
    if level is Level.DUTY:
        return first
    others = [(p.partner_id, p.phone) for p in held if p.partner_id and p in on_duty]
    others += [(p.answering(now), p.phone) for p in on_duty]
    known = {person for person, _phone in others if person is not None}
    away = set(db.scalars(_AWAY, {"people": list(known), "now": now}))
    free = ((p, tel) for p, tel in others if p is not None and p not in away)
    return next((o for o in free if first is None or o[0] != first[0]), None)


def _first(
    db: Session, unit_id: int, held: Sequence[Post], now: datetime, work: WorkTime
) -> tuple[int, str] | None:
    """Whoever the duty calendar names, else the first holder who is there."""
    seat = Seat(PostKind.UNIT_DUTY, None, unit_id)
    named = duties.now_at(db, (), now, work, units=(unit_id,)).get(seat)
    phone = next((post.phone for post in held if post.phone), "")
    if named is not None and not set(db.scalars(_AWAY, {"people": [named], "now": now})):
        return named, next((p.phone for p in held if p.person_id == named), phone)
    return (held[0].answering(now), held[0].phone) if held else None


def answerers(db: Session, unit_id: int, now: datetime, work: WorkTime) -> list[Officer]:
    """Everybody who holds a post at the unit or stands in for one: on duty now first."""
    today = now.astimezone(work.zone).date()
    held = [post for post in db.scalars(_OF_UNIT, {"unit": unit_id}) if post.serving(today)]
    first = _of_unit(db, Level.DUTY, unit_id, now, work)
    found = dict([first] if first else [])
    for post in held:
        for person in (post.person_id, post.partner_id):
            if person is not None:
                found.setdefault(person, post.phone)
    names = org.names(db, found)
    return [Officer(person, names[person], phone) for person, phone in found.items()]


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
