"""The invented sample district, with the people of the story and, at full scale, everybody else.

The small one has all that the story needs and is there in milliseconds. The full one has the
scale of a real district: 4 streets, 37 communities, 296 grids, 116 units, 5,000 members. Both
hold the same people of the story under the same codes, and come in through the roster's
import. Every name is invented and nobody can be reached at any number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Literal, NamedTuple, TypeAlias

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from bot.sample import areas, guide, lists, shop, units
from bot.sample.areas import Row
from bot.sample.people import Staff, code_of, row_of
from bot.workbooks import roster
from governance.groups import Group
from governance.org import PostKind
from governance.people import Member, Person
from governance.policy import Policy
from governance.roster import Sheet
from storage import lanes, org, people
from storage.people import people as table

Scale: TypeAlias = Literal["small", "full"]

SEED = 1123
GROUP = "cuihu-members"
GROUP_NAMES = {"zh_CN": "翠湖党员志愿者群", "en": "Cuihu members and volunteers"}
LAMPS = "U-LD"
"""The unit of the story: it looks after the street lamps."""
ROADS, DRAINS = "U-SZ", "U-PS"
"""The units that are whistled for together with it: roads and drains."""
_SMALL_UNITS = (LAMPS, ROADS, DRAINS, "U-LL-SQB", "U-LL-HWS", "U-LL-CH-WY", "U-X08")


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of the story: their id on the local messenger, their number in the roster
    (0: not in it), name, home, post, and the key of the person who stands in for them."""

    key: str
    name: str
    number: int = 0
    home: str = ""
    post: PostKind | None = None
    place: str = ""
    phone: str = ""
    partner: str = ""
    member: Member | None = None
    unit: str = ""

    @property
    def code(self) -> str:
        return code_of(self.number)

    def row(self) -> Row:
        """What the roster says about them."""
        return row_of(
            self.number,
            self.name,
            post=self.post or "",
            place=self.place,
            duty_phone=self.phone,
            partner=BY_KEY[self.partner].code if self.partner else "",
            member=self.member or "",
            unit=self.unit,
            home=self.home,
        )


_P = PostKind
RESIDENT = Someone("zhou", "周兰", home="QH-LL-CH-1-3")
NEIGHBOUR = Someone("wu", "吴桂芳", home="QH-LL-CH-1-3")
MEMBER = Someone("chen", "陈静", 1, "QH-LL-CH-2-5", member=Member.PARTY, unit="U-X08")
WORKER = Someone("li", "李明", 2, "", _P.GRID_WORKER, "QH-LL-CH-1", "0421-0000111", "zheng")
PARTNER = Someone("zheng", "郑凯", 3, "", _P.GRID_WORKER, "QH-LL-CH-2", "0421-0000112", "li")
CHIEF = Someone("wang", "王敏", 4, "", _P.GRID_CHIEF, "QH-LL-CH-1", "0421-0000113")
CHIEF_2 = Someone("sun", "孙丽", 5, "", _P.GRID_CHIEF, "QH-LL-CH-2", "0421-0000114")
COMMUNITY = Someone("zhao", "赵强", 6, "", _P.COMMUNITY_DUTY, "QH-LL-CH", "0421-0000101")
STREET = Someone("qian", "钱勇", 7, "", _P.STREET_DUTY, "QH-LL", "0421-0000102")
DESK = Someone("he", "何伟", 8, "", _P.DISTRICT_DESK, "QH", "0421-0000100")
COMMUNITY_HEAD = Someone("guo", "郭岚", 9, "", _P.COMMUNITY_HEAD, "QH-LL-CH", "0421-0000103")
STREET_HEAD = Someone("tang", "唐松", 10, "", _P.STREET_HEAD, "QH-LL", "0421-0000104")
ADMINISTRATOR = Someone("song", "宋青", 11, "", _P.ADMINISTRATOR, "QH", "0421-0000105")
UNIT_DUTY = Someone("feng", "冯川", 12, "", _P.UNIT_DUTY, LAMPS, "0421-0000106", "luo", unit=LAMPS)
UNIT_LEADER = Someone(
    *("luo", "罗安", 13, "", _P.UNIT_LEADER, LAMPS, "0421-0000107", "feng"), unit=LAMPS
)
ROADS_DUTY = Someone(
    "shi", "石磊", 14, "", _P.UNIT_DUTY, ROADS, "0421-0000121", "jiang", unit=ROADS
)
ROADS_SECOND = Someone(
    "jiang", "蒋帆", 15, "", _P.UNIT_DUTY, ROADS, "0421-0000122", "shi", unit=ROADS
)
ROADS_LEADER = Someone("yao", "姚刚", 16, "", _P.UNIT_LEADER, ROADS, "0421-0000123", unit=ROADS)
DRAINS_DUTY = Someone(
    *("du", "杜雨", 17, "", _P.UNIT_DUTY, DRAINS, "0421-0000124", "meng"), unit=DRAINS
)
DRAINS_LEADER = Someone(
    *("meng", "孟云", 18, "", _P.UNIT_LEADER, DRAINS, "0421-0000125", "du"), unit=DRAINS
)
PARTY_MEMBER = Someone("qin", "秦棠", 19, "QH-LL-CH-1-2", member=Member.PARTY, unit="U-LL-CH-WY")
VOLUNTEER = Someone("gu", "顾苗", 20, "QH-LL-CH-2-6", member=Member.VOLUNTEER)
TEACHER = Someone("lu", "卢溪", 21, "QH-LL-CH-1-4", member=Member.VOLUNTEER)
MEMBERS = (MEMBER, PARTY_MEMBER, VOLUNTEER, TEACHER)
EVERYBODY = (
    *(RESIDENT, NEIGHBOUR, MEMBER, WORKER, PARTNER),
    *(CHIEF, CHIEF_2, COMMUNITY, STREET, DESK),
    *(COMMUNITY_HEAD, STREET_HEAD, ADMINISTRATOR, UNIT_DUTY, UNIT_LEADER),
    *(ROADS_DUTY, ROADS_SECOND, ROADS_LEADER, DRAINS_DUTY, DRAINS_LEADER),
    *(PARTY_MEMBER, VOLUNTEER, TEACHER),
)
IN_GROUP = (RESIDENT, NEIGHBOUR, *MEMBERS, WORKER, PARTNER, CHIEF)
"""Who is in the members' group."""
BY_KEY = {someone.key: someone for someone in EVERYBODY}


class Sheets(NamedTuple):
    """The roster as it stands in a workbook, sheet by sheet."""

    areas: list[Row]
    units: list[Row]
    people: list[Row]


def sheets(scale: Scale) -> Sheets:
    """The roster of the district, the same each time."""
    story = [someone.row() for someone in EVERYBODY if someone.number]
    called = units.units()
    if scale == "small":
        here = [unit for unit in called if unit["code"] in _SMALL_UNITS]
        return Sheets(areas.small(), here, story)
    random = Random(SEED)  # noqa: S311 - for names, not for secrets
    places = areas.full(random)
    return Sheets(places, called, story + Staff(story, random).everyone(places, called))


def load(conn: Connection, policy: Policy, today: date, scale: Scale = "small") -> dict[str, int]:
    """The district, its people and their posts are there; returns the story's ids by key."""
    found = sheets(scale)
    rows = {Sheet.AREAS: found.areas, Sheet.UNITS: found.units, Sheet.PEOPLE: found.people}
    outcome = roster.apply(conn, roster.from_rows(rows), policy, today)
    if not outcome.ok:
        raise ValueError(f"the sample district: {next(outcome.refused).reasons}")
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        for someone in EVERYBODY:
            if not someone.number:
                db.add(Person(someone.name, org.by_code(db, someone.home).id))
                db.flush()
        known = ids(conn)
        lists.load(db, known, policy, today)
        guide.load(db, policy, today)
    shop.fill(conn, known, policy, today)
    return known


def ids(conn: Connection) -> dict[str, int]:
    """The people of the story by their keys; those outside the roster by their names."""
    codes = {someone.code: someone.key for someone in EVERYBODY if someone.number}
    names = {someone.name: someone.key for someone in EVERYBODY if not someone.number}
    known = select(table.c.id, table.c.code, table.c.name)
    rows = conn.execute(known.where(table.c.code.in_(codes) | table.c.name.in_(names)))
    found = {codes[row.code] if row.code else names[row.name]: row.id for row in rows}
    return {key: found[key] for key in BY_KEY}


def bind(
    conn: Connection,
    ids: Mapping[str, int],
    channel: str,
    bot: str,
    language: str,
    group: str | None = GROUP,
) -> None:
    """These people (their ids on the channel → ours) have accounts, and the members a group,
    unless the messenger has none."""
    sender = f"{channel}/{bot}"
    for key, person_id in ids.items():
        lane = f"{sender}/{key}"
        lanes.add_lane(conn, lane, sender, "private", key)
        people.bind_account(conn, (channel, bot, key), person_id, language, lane)
    if group is None:
        return
    lane = f"{sender}/{group}"
    lanes.add_lane(conn, lane, sender, "group", group)
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        db.add(Group(lane, org.by_code(db, "QH-LL-CH").id, language))
        db.flush()
