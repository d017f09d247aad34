"""A small district for the demo, the stories and the tests. Every name is invented."""

from __future__ import annotations

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


def load(conn: Connection) -> None:
    """The district, its people and their posts are in an empty database."""
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        areas = _load_areas(db)
        _load_people(db, areas)
        db.flush()


def bind(conn: Connection, channel: str, bot: str, language: str) -> None:
    """Everybody of the sample has an account on this channel, and the members a group."""
    sender = f"{channel}/{bot}"
    for i, someone in enumerate(EVERYBODY, 1):
        lane = f"{sender}/{someone.key}"
        lanes.add_lane(conn, lane, sender, "private", someone.key)
        people.bind_account(conn, (channel, bot, someone.key), i, language, lane)
    lane = f"{sender}/{GROUP}"
    lanes.add_lane(conn, lane, sender, "group", GROUP)
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        community = org.by_code(db, "QH-LL-CH")
        db.add(Group(lane, community.id, language))
        db.flush()


def _load_areas(db: Session) -> dict[str, Area]:
    areas: dict[str, Area] = {}
    rows = [(*row, None) for row in _AREAS] + [
        (f"{grid}-{n}", grid, AreaKind.BUILDING, f"{n}号楼", n)
        for grid, numbers in _BUILDINGS.items()
        for n in numbers
    ]
    for i, (code, parent, kind, name, number) in enumerate(rows, 1):
        above = areas.get(parent)
        area = Area(
            i, above.id if above else None, kind, code, name, f"{above.path if above else '/'}{i}/"
        )
        if number is not None:
            east = 0.01 if "-CX-" in code else 0.0
            area.latitude = CENTRE[0] + number * APART
            area.longitude = CENTRE[1] + east
        areas[code] = area
        db.add(area)
        db.flush()
    return areas


def _load_people(db: Session, areas: dict[str, Area]) -> None:
    ids = {someone.key: i for i, someone in enumerate(EVERYBODY, 1)}
    for someone in EVERYBODY:
        home = areas[someone.home].id if someone.home else None
        db.add(Person(ids[someone.key], someone.name, home))
    db.flush()
    for i, someone in enumerate((s for s in EVERYBODY if s.post), 1):
        if someone.post is not None:
            partner = ids.get(someone.partner)
            area = areas[someone.area].id
            db.add(Post(i, someone.post, area, ids[someone.key], someone.phone, partner))
