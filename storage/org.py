"""The tree of areas, the units, and the posts held at them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import (
    Column,
    Connection,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from governance.authority import Held
from governance.org import (
    LADDER,
    Area,
    AreaKind,
    OnDuty,
    Post,
    PostKind,
    Rung,
    Seat,
    Unit,
    UnitKind,
    ladder,
)
from governance.people import Person
from governance.worktime import WorkTime
from storage import duties
from storage.people import accounts, people
from storage.schema import Id, Utc, codes, mapper, metadata

areas = Table(
    "areas",
    metadata,
    Column("id", Id, primary_key=True),
    Column("parent_id", Id, ForeignKey("areas.id"), nullable=True),
    Column("kind", codes(AreaKind), nullable=False),
    Column("code", String(32), nullable=False, unique=True),
    Column("name", String(64), nullable=False),
    Column("path", String(128), nullable=False, index=True),
    Column("latitude", Float, nullable=True),
    Column("longitude", Float, nullable=True),
    Column("households", Integer, nullable=False, default=0, server_default="0"),
)

units = Table(
    "units",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", String(32), nullable=False, unique=True),
    Column("name", String(64), nullable=False),
    Column("kind", codes(UnitKind), nullable=False),
    Column("phone", String(32), nullable=False),
    Column("hours", String(64), nullable=False),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=True, index=True),
)

responsibilities = Table(
    "responsibilities",
    metadata,
    Column("unit_id", Id, ForeignKey("units.id"), primary_key=True),
    Column("category", String(8), primary_key=True, index=True),
)

posts = Table(
    "posts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", codes(PostKind), nullable=False),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=True),
    Column("unit_id", Id, ForeignKey("units.id"), nullable=True, index=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("phone", String(32), nullable=False),
    Column("partner_id", Id, ForeignKey("people.id"), nullable=True),
    Column("away_until", Utc, nullable=True),
    Column("since", Date, nullable=True),
    Column("until", Date, nullable=True),
    Index("ix_posts_area_id", "area_id"),
)

mapper.map_imperatively(Area, areas)
mapper.map_imperatively(Unit, units)
mapper.map_imperatively(Post, posts)

_LADDER_AT = (
    select(Post)
    .where(posts.c.area_id.in_(bindparam("ids", expanding=True)), posts.c.kind.in_(LADDER))
    .order_by(posts.c.id)
)
_NAMES = select(people.c.id, people.c.name).where(people.c.id.in_(bindparam("ids", expanding=True)))
_POSTS_OF = select(Post).where(posts.c.person_id == bindparam("person")).order_by(posts.c.id)
_POSTS_OF_ALL = (
    select(Post)
    .where(posts.c.person_id.in_(bindparam("people", expanding=True)))
    .order_by(posts.c.id)
)
_PARTNER_IN = select(Post).where(posts.c.partner_id == bindparam("person")).order_by(posts.c.id)
_STOOD_IN_FOR = (
    select(posts.c.person_id)
    .where(posts.c.partner_id == bindparam("person"), posts.c.away_until > bindparam("now"))
    .distinct()
)
_AT_SEAT = (
    select(Post)
    .where(
        posts.c.kind == bindparam("kind"),
        or_(posts.c.area_id == bindparam("place"), posts.c.unit_id == bindparam("place")),
    )
    .order_by(posts.c.id)
)
_KINDS = select(areas.c.id, areas.c.kind).where(areas.c.id.in_(bindparam("ids", expanding=True)))
_CHILDREN = (
    select(Area)
    .where(areas.c.path.like(bindparam("under")), areas.c.kind == bindparam("kind"))
    .order_by(areas.c.id)
)
_DISTRICT = select(Area).where(areas.c.parent_id.is_(None)).order_by(areas.c.id)
_NEAREST = select(Area).where(
    areas.c.kind == AreaKind.BUILDING,
    areas.c.latitude.between(bindparam("south"), bindparam("north")),
    areas.c.longitude.between(bindparam("west"), bindparam("east")),
)


def ladder_above(
    db: Session, path: Sequence[int], now: datetime, work: WorkTime
) -> tuple[Rung, ...]:
    """Who answers for a place, nearest first. `path`: area ids from the district down to it.

    Terms and the duty calendar go by the local date and hour of `work`.
    """
    return ladders_above(db, [path], now, work)[tuple(path)]


def ladders_above(
    db: Session, paths: Iterable[Sequence[int]], now: datetime, work: WorkTime
) -> dict[tuple[int, ...], tuple[Rung, ...]]:
    """The same for many places, in as many statements as for one."""
    wanted = {tuple(path) for path in paths}
    ids = sorted({area_id for path in wanted for area_id in path})
    held = db.scalars(_LADDER_AT, {"ids": ids}).all()
    today = now.astimezone(work.zone).date()
    calendar = _named(db, duties.now_at(db, ids, now, work), now, today)
    people_ids = {post.answering(now) for post in held}
    people_ids |= {named.person_id for named in calendar.values()}
    known = names(db, people_ids)
    at = defaultdict(list)
    for post in held:
        at[post.area_id].append(post)
    return {
        path: ladder(path, [p for area in path for p in at[area]], known, now, today, calendar)
        for path in wanted
    }


def _named(
    db: Session, calendar: Mapping[Seat, int], now: datetime, today: date
) -> dict[Seat, OnDuty]:
    """Who really stands there: a partner for whoever is away, nobody who has left every post."""
    if not calendar:
        return {}
    held = db.scalars(_POSTS_OF_ALL, {"people": list(set(calendar.values()))}).all()
    found: dict[Seat, OnDuty] = {}
    for seat, person_id in calendar.items():
        own = [p for p in held if p.person_id == person_id and p.serving(today)]
        own = [post for post in own if not post.deserted(now)]
        own.sort(key=lambda post: post.seat != seat)
        if own:
            found[seat] = OnDuty(own[0].answering(now), own[0].phone)
    return found


def posts_of(db: Session, person_id: int) -> Sequence[Post]:
    """Every post a person holds, held or will hold."""
    return db.scalars(_POSTS_OF, {"person": person_id}).all()


def serving(db: Session, person_id: int, day: date) -> list[Post]:
    """The posts in which a person serves on this day."""
    return [post for post in posts_of(db, person_id) if post.serving(day)]


def stands_in_for(db: Session, person_id: int, day: date) -> list[Post]:
    """The posts served on this day whose holder names this person as their partner."""
    return [p for p in db.scalars(_PARTNER_IN, {"person": person_id}) if p.serving(day)]


def names(db: Session, people_ids: Iterable[int]) -> dict[int, str]:
    """The names of these people by their ids."""
    return {row.id: row.name for row in db.execute(_NAMES, {"ids": list(people_ids)})}


def in_charge_of(db: Session, person_id: int, now: datetime) -> list[int]:
    """The person, and those for whom they stand in as a partner now."""
    away = db.scalars(_STOOD_IN_FOR, {"person": person_id, "now": now})
    return [person_id, *away]


def holders(db: Session, seat: Seat, day: date) -> list[Post]:
    """The posts of this seat that are served on this day."""
    found = db.scalars(_AT_SEAT, {"kind": seat.kind, "place": seat.area_id or seat.unit_id})
    return [post for post in found if post.seat == seat and post.serving(day)]


def held_by(db: Session, person_id: int, day: date) -> list[Held]:
    """The posts a person serves in on this day, with the areas each lies in."""
    found: list[Held] = []
    for post in serving(db, person_id, day):
        above = db.get_one(Area, post.area_id).path_ids if post.area_id else []
        kinds = {row.kind: row.id for row in db.execute(_KINDS, {"ids": above})}
        found.append(Held(post.kind, kinds, post.area_id, post.unit_id))
    return found


def district(db: Session) -> Area:
    """The root of the tree."""
    return db.scalars(_DISTRICT).one()


def below(db: Session, area: Area, kind: AreaKind) -> Sequence[Area]:
    """All areas of one kind under an area."""
    return db.scalars(_CHILDREN, {"under": area.path + "%", "kind": kind}).all()


def ancestor(db: Session, area: Area, kind: AreaKind) -> Area | None:
    """The area itself or the one above it that is of this kind."""
    for area_id in reversed(area.path_ids):
        found = db.get_one(Area, area_id)
        if found.kind is kind:
            return found
    return None


def kinds_of(db: Session, area_ids: Iterable[int]) -> dict[int, AreaKind]:
    """What kind of area each of these is."""
    return {row.id: row.kind for row in db.execute(_KINDS, {"ids": list(area_ids)})}


def buildings_near(
    db: Session, latitude: float, longitude: float, degrees: float
) -> Sequence[Area]:
    """Buildings inside a square of `degrees` around a point (WGS-84)."""
    box = {
        "south": latitude - degrees,
        "north": latitude + degrees,
        "west": longitude - degrees,
        "east": longitude + degrees,
    }
    return db.scalars(_NEAREST, box).all()


def person_name(db: Session, person_id: int) -> str:
    return db.get_one(Person, person_id).name


def path_of_person(db: Session, person_id: int) -> list[int]:
    """Area ids from the district down to a person's home; the district alone if unknown."""
    home_id = db.get_one(Person, person_id).home_id
    home = db.get_one(Area, home_id) if home_id else district(db)
    return home.path_ids


_BY_CODE = select(Area).where(areas.c.code == bindparam("code"))


def by_code(db: Session, code: str) -> Area:
    """The area with this code. Raises `NoResultFound`."""
    return db.scalars(_BY_CODE, {"code": code}).one()


_CALLED = select(Area).where(areas.c.name == bindparam("name")).order_by(areas.c.id).limit(50)


def called(db: Session, name: str) -> Sequence[Area]:
    """The areas that are called exactly so, the first 50."""
    return db.scalars(_CALLED, {"name": name}).all()


def is_empty(conn: Connection) -> bool:
    """Whether there is no district yet."""
    return conn.scalar(select(func.count()).select_from(areas)) == 0


def held_posts(conn: Connection) -> set[PostKind]:
    """The kinds of post whose holder can be reached on some channel."""
    reachable = select(accounts.c.person_id)
    return set(conn.scalars(select(posts.c.kind).where(posts.c.person_id.in_(reachable))))
