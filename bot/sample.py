"""A small district for the demo, the stories and the tests. Every name is invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from governance.org import Area, AreaKind, Post, PostKind
from governance.people import Person
from storage import lanes, org, people
from storage.groups import Group

CENTRE = (41.8021, 120.7790)
GROUP = "cuihu-members"
GROUP_NAMES = {"zh_CN": "翠湖党员志愿者群", "en": "Cuihu members and volunteers"}


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of the sample: their id on the local messenger, name, home and posts."""

    key: str
    name: str
    home: str = ""
    post: PostKind | None = None
    area: str = ""
    phone: str = ""
    partner: str = ""


RESIDENT = Someone("zhou", "周兰", home="QH-LL-CH-1-3")
NEIGHBOUR = Someone("wu", "吴桂芳", home="QH-LL-CH-1-3")
MEMBER = Someone("chen", "陈静", home="QH-LL-CH-2-5")
WORKER = Someone("li", "李明", "", PostKind.GRID_WORKER, "QH-LL-CH-1", "0421-0000111", "zheng")
PARTNER = Someone("zheng", "郑凯", "", PostKind.GRID_WORKER, "QH-LL-CH-2", "0421-0000112", "li")
CHIEF = Someone("wang", "王敏", "", PostKind.GRID_CHIEF, "QH-LL-CH-1", "0421-0000113")
CHIEF_2 = Someone("sun", "孙丽", "", PostKind.GRID_CHIEF, "QH-LL-CH-2", "0421-0000114")
COMMUNITY = Someone("zhao", "赵强", "", PostKind.COMMUNITY_DUTY, "QH-LL-CH", "0421-0000101")
STREET = Someone("qian", "钱勇", "", PostKind.STREET_DUTY, "QH-LL", "0421-0000102")
DESK = Someone("he", "何伟", "", PostKind.DISTRICT_DESK, "QH", "0421-0000100")
EVERYBODY = (
    *(RESIDENT, NEIGHBOUR, MEMBER, WORKER, PARTNER),
    *(CHIEF, CHIEF_2, COMMUNITY, STREET, DESK),
)

_AREAS = (
    ("QH", "", AreaKind.DISTRICT, "清河区"),
    ("QH-LL", "QH", AreaKind.STREET, "柳林街道"),
    ("QH-LL-CH", "QH-LL", AreaKind.COMMUNITY, "翠湖社区"),
    ("QH-LL-CX", "QH-LL", AreaKind.COMMUNITY, "春晓社区"),
    ("QH-LL-CH-1", "QH-LL-CH", AreaKind.GRID, "第一网格"),
    ("QH-LL-CH-2", "QH-LL-CH", AreaKind.GRID, "第二网格"),
    ("QH-LL-CX-1", "QH-LL-CX", AreaKind.GRID, "第一网格"),
)
_BUILDINGS = {
    "QH-LL-CH-1": (1, 2, 3, 4),
    "QH-LL-CH-2": (5, 6, 7, 8),
    "QH-LL-CX-1": (1, 2, 3, 4, 5, 6),
}
APART = 0.0008  # degrees between two buildings, about 70 m


def load(conn: Connection) -> dict[str, int]:
    """The district, its people and their posts are there; returns the people's ids by key."""
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        areas = _load_areas(db)
        return _load_people(db, areas)


def bind(
    conn: Connection,
    ids: Mapping[str, int],
    channel: str,
    bot: str,
    language: str,
    group: str = GROUP,
) -> None:
    """These people (their ids on the channel → ours) have accounts, and the members a group."""
    sender = f"{channel}/{bot}"
    for key, person_id in ids.items():
        lane = f"{sender}/{key}"
        lanes.add_lane(conn, lane, sender, "private", key)
        people.bind_account(conn, (channel, bot, key), person_id, language, lane)
    lane = f"{sender}/{group}"
    lanes.add_lane(conn, lane, sender, "group", group)
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        db.add(Group(lane, org.by_code(db, "QH-LL-CH").id, language))
        db.flush()


def _load_areas(db: Session) -> dict[str, Area]:
    areas: dict[str, Area] = {}
    buildings = [
        (f"{grid}-{n}", grid, AreaKind.BUILDING, f"{n}号楼")
        for grid, numbers in _BUILDINGS.items()
        for n in numbers
    ]
    for code, parent, kind, name in (*_AREAS, *buildings):
        above = areas.get(parent)
        area = Area(above.id if above else None, kind, code, name, "")
        if kind is AreaKind.BUILDING:
            area.latitude, area.longitude = point_of(code)
        db.add(area)
        db.flush()
        area.path = f"{above.path if above else '/'}{area.id}/"
        areas[code] = area
    return areas


def point_of(code: str) -> tuple[float, float]:
    """Where a building of the sample stands: each community has its own street."""
    north = int(code.rsplit("-", 1)[1]) * APART
    return CENTRE[0] + north, CENTRE[1] + (0.01 if "-CX-" in code else 0.0)


def _load_people(db: Session, areas: dict[str, Area]) -> dict[str, int]:
    known = {s.key: Person(s.name, areas[s.home].id if s.home else None) for s in EVERYBODY}
    for person in known.values():
        db.add(person)
        db.flush()  # one by one, so that ids follow the order above
    ids = {key: person.id for key, person in known.items()}
    for someone in EVERYBODY:
        if someone.post is not None:
            area_id, partner = areas[someone.area].id, ids.get(someone.partner)
            db.add(Post(someone.post, area_id, ids[someone.key], someone.phone, partner))
    db.flush()
    return ids
