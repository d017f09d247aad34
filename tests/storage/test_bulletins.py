"""Who a bulletin reaches: groups first, then the rest, each once; and what is kept of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from governance.bulletins import Bulletin, Level, Whom
from governance.groups import Group, GroupKind
from governance.org import Area, AreaKind, Post, PostKind, Unit, UnitKind
from governance.people import Member, Person
from governance.privacy import Purpose
from storage import (
    bulletin_audience,
    bulletin_lists,
    bulletin_reach,
    bulletins,
    forgetting,
    group_members,
    lanes,
    people,
    privacy,
)
from storage.bulletin_audience import Audience

NOW = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)
TODAY = date(2026, 11, 23)
SENDER = "telegram/7001"


class District:
    """A community with building 3 and its first stairwell, two groups, and people of every sort."""

    def __init__(self, db: Session) -> None:
        self.db = db
        self.community = self._area(None, AreaKind.COMMUNITY, "翠湖社区", "/1/")
        self.building = self._area(self.community, AreaKind.BUILDING, "3号楼", "")
        self.stairwell = self._area(self.building, AreaKind.STAIRWELL, "1单元", "")
        self.unit = Unit("U1", "市政", UnitKind.UTILITY)
        db.add(self.unit)
        self.officer = self.person("赵强")
        self.group = self._group("g1", GroupKind.AREA)
        self._group("g2", GroupKind.TEAM, "义诊队")
        self._group("g3", GroupKind.AREA).gone_at = NOW
        self.neighbour = self.resident("吴桂芳", news=True)
        self.stranger = self.resident("不看", account=False)
        self.private = self.resident("没同意")
        self.angry = self.resident("拉黑", news=True)
        lanes.disable_lane(db.connection(), f"{SENDER}/拉黑", "blocked")
        self.chatty = self.resident("群友", news=True)
        group_members.seen(db.connection(), self.group.lane, self.chatty, TODAY)
        self.gone = self.resident("早走了", news=True)
        group_members.seen(db.connection(), self.group.lane, self.gone, date(2026, 1, 1))
        self.head = self.person("郭岚")
        db.add(Post(PostKind.COMMUNITY_HEAD, self.community.id, self.head, ""))
        self.elsewhere = self.person("外区")
        db.flush()

    def _area(self, above: Area | None, kind: AreaKind, name: str, path: str) -> Area:
        area = Area(above.id if above else None, kind, name, name, path)
        self.db.add(area)
        self.db.flush()
        area.path = f"{above.path if above else '/'}{area.id}/"
        self.db.flush()
        return area

    def _group(self, name: str, kind: GroupKind, team: str = "") -> Group:
        lanes.add_lane(self.db.connection(), f"{SENDER}/{name}", SENDER, "group", name)
        group = Group(f"{SENDER}/{name}", self.community.id, "zh_CN", kind, team=team)
        self.db.add(group)
        self.db.flush()
        return group

    def person(self, name: str, home: Area | None = None, *, account: bool = True) -> int:
        person = Person(name, home.id if home else None, member=Member.VOLUNTEER if home else None)
        self.db.add(person)
        self.db.flush()
        if account:
            conn, lane = self.db.connection(), f"{SENDER}/{name}"
            lanes.add_lane(conn, lane, SENDER, "private", name)
            people.bind_account(conn, ("telegram", "7001", name), person.id, "zh_CN", lane)
        return person.id

    def resident(self, name: str, *, account: bool = True, news: bool = False) -> int:
        person_id = self.person(name, self.stairwell, account=account)
        if news:
            privacy.give(self.db, person_id, Purpose.NEWS, NOW)
        return person_id

    def audience(self, whom: Whom = Whom.AREA, *, to_all: bool = True) -> Audience:
        path = self.community.path
        return Audience(whom, self.officer, date(2026, 8, 25), NOW, to_all, path)


@pytest.fixture
def district(engine: Engine) -> Iterator[District]:
    with Session(engine, autoflush=False) as session:
        lanes.describe(session.connection(), SENDER, 0.04, windowed=False)
        yield District(session)


def reached(district: District, audience: Audience) -> set[int]:
    return {row.id for row in bulletin_audience.people_after(district.db, audience, 0, 100)}


def test_groups_get_it_and_whoever_is_in_none_of_them(district: District) -> None:
    to = district.audience(to_all=False)
    groups = bulletin_audience.groups_after(district.db, to, 0, 100)
    assert [group.lane for group in groups] == [district.group.lane]
    assert reached(district, to) == {district.neighbour, district.gone, district.head}
    found = bulletin_audience.count(district.db, to)
    assert (found.groups, found.people) == ({SENDER: 1}, {SENDER: 3})
    assert found.gaps == {"grouped": 1, "no_account": 1, "not_agreed": 1, "blocked": 1}


def test_an_emergency_goes_also_to_those_who_have_not_agreed_to_news(district: District) -> None:
    to = district.audience()
    wanted = {district.neighbour, district.gone, district.head, district.private}
    assert reached(district, to) == wanted
    page = bulletin_audience.people_after(district.db, to, 0, 2)
    after = bulletin_audience.people_after(district.db, to, page[-1].id, 2)
    assert [row.id for row in (*page, *after)] == sorted(wanted)


def test_a_building_a_team_a_unit_and_a_list_have_their_own_people(district: District) -> None:
    db = district.db
    building = replace(district.audience(), path=district.building.path)
    assert reached(district, building) == {
        *(district.neighbour, district.gone, district.private, district.chatty)
    }, "whoever reads the community's group reads nothing of a building there"
    assert district.chatty in reached(district, district.audience(Whom.TEAM))
    assert bulletin_audience.teams_under(db, district.community.path) == ["义诊队"]
    colleague = district.person("石磊")
    db.get_one(Person, colleague).unit_id = district.unit.id
    db.flush()
    unit = replace(district.audience(Whom.UNIT), unit_id=district.unit.id)
    assert reached(district, unit) == {colleague}
    found = bulletin_lists.find(db, ["吴桂芳", "外区", "没有"], [district.community.path], [])
    assert found == {"吴桂芳": [district.neighbour]}
    named = replace(district.audience(Whom.LIST), people=(district.neighbour,))
    assert reached(district, named) == {district.neighbour}


def test_nobody_has_two_copies_and_nothing_is_kept_of_whoever_is_forgotten(
    district: District,
) -> None:
    db = district.db
    one = Bulletin(
        *(district.officer, None, "翠湖社区", "", Level.EMERGENCY, Whom.AREA, "暴雨", NOW, NOW),
        area_id=district.community.id,
    )
    db.add(one)
    db.flush()
    mine = (f"{SENDER}/吴桂芳", SENDER, district.neighbour)
    assert len(bulletins.add_copies(db, one.id, [mine, (district.group.lane, SENDER, None)])) == 2
    assert not bulletins.add_copies(
        db, one.id, [mine, ("telegram/2/x", SENDER, district.neighbour)]
    )
    assert bulletins.acknowledge(db, one.id, district.neighbour, NOW)
    assert not bulletins.acknowledge(db, one.id, district.neighbour, NOW)
    [house, _none] = sorted(
        bulletin_reach.houses(db, one.id, district.audience()), key=lambda h: -h.people
    )
    assert (house.name, house.people, house.know) == ("3号楼", 6, 1)
    still = bulletin_reach.missing(
        db, one.id, district.audience(), district.building.path, ("", 0), 100
    )
    assert [(m.name, m.way) for m in still] == [
        *(("不看", "no_account"), ("没同意", "reached"), ("拉黑", "blocked")),
        *(("群友", "grouped"), ("早走了", "reached")),
    ]
    group_members.seen(db.connection(), district.group.lane, district.neighbour, TODAY)
    forgetting.forget(db, district.neighbour)
    for table in (bulletins.copies, bulletins.acks, group_members.group_members):
        kept = select(table).where(table.c.person_id == district.neighbour)
        assert db.execute(kept).all() == []
