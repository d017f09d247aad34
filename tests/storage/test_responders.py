"""Who answers for a unit at each step, which units a problem is for, and the figures of both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, TextClause, delete, insert, select, update
from sqlalchemy.orm import Session

from bot import decisions, sample, settings
from governance.duties import Slot, Swap
from governance.org import Area, Post, PostKind, Seat, Unit, UnitKind
from governance.whistlefile import Whistle, new_call, new_whistle
from governance.whistles import By, Level, Role
from governance.worktime import WorkTime
from storage import duties, org, responders, whistlefigures, whistles
from storage.database import connect
from storage.org import posts, responsibilities, units
from tests import databases

WORK = WorkTime(ZoneInfo("Asia/Shanghai"), time(8, 30), time(18), lambda day: day.weekday() < 5)
MORNING = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)  # a Monday
NIGHT = MORNING + timedelta(hours=13)
MONDAY = date(2026, 11, 23)
NIGHTS = [(day, Slot.NIGHT) for day in range(5)]
POLICY = decisions.policy(settings.load(None), decisions.categories())
DUTY, PARTNER, LEADER = Level.DUTY, Level.PARTNER, Level.LEADER


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def loaded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """The small sample district, loaded once on each database."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("responders") / "shaodao.db"
        path.write_bytes(request.getfixturevalue("migrated_sqlite"))
        url = f"sqlite:///{path}"
    else:
        server: Engine = request.getfixturevalue("migrated_postgres")
        emptying: TextClause = request.getfixturevalue("emptying")
        url = server.url.render_as_string(hide_password=False)
    engine = connect(url)
    with engine.begin() as conn:
        sample.load(conn, POLICY, MONDAY)
    yield engine
    engine.dispose()
    if request.param == "postgresql":
        databases.empty(server, emptying)


@pytest.fixture
def db(loaded: Engine) -> Iterator[Session]:
    """Afterwards nothing has happened."""
    with loaded.connect() as conn, conn.begin() as whole:
        with Session(conn, autoflush=False, join_transaction_mode="rollback_only") as session:
            yield session
        whole.rollback()


@pytest.fixture
def roads(db: Session) -> Unit:
    return unit(db, sample.ROADS)


def unit(db: Session, code: str) -> Unit:
    return db.scalars(select(Unit).where(units.c.code == code)).one()


def post_of(db: Session, of: Unit, name: str) -> Post:
    found = db.scalars(select(Post).where(posts.c.unit_id == of.id)).all()
    names = org.names(db, [post.person_id for post in found])
    return next(post for post in found if names[post.person_id] == name)


def at(db: Session, level: Level, of: Unit, now: datetime = MORNING) -> str:
    """Who stands at this step of the unit's ladder for something in 翠湖 ("": nobody)."""
    path = org.by_code(db, "QH-LL-CH-1").path_ids
    found = responders.officer_at(db, level, of.id, path, now, WORK)
    return found.name if found else ""


def ladder(db: Session, of: Unit, now: datetime = MORNING) -> list[str]:
    return [at(db, level, of, now) for level in Level]


# ── who stands where ─────────────────────────────────────────────────────────


def test_without_a_calendar_the_first_holder_is_asked_then_the_second_then_those_above(
    db: Session, roads: Unit
) -> None:
    assert ladder(db, roads) == ["石磊", "蒋帆", "姚刚", "钱勇", "何伟"]
    # A leader who stands in for the duty officer is both the second and the leader.
    assert ladder(db, unit(db, sample.LAMPS))[:3] == ["冯川", "罗安", "罗安"]


def test_the_duty_calendar_names_the_officer_and_a_swap_says_it_before_the_pattern(
    db: Session, roads: Unit
) -> None:
    first, second = post_of(db, roads, "石磊"), post_of(db, roads, "蒋帆")
    duties.set_pattern(db, first.seat, NIGHTS, second.person_id, first.person_id, MORNING)
    assert ladder(db, roads, MORNING)[:2] == ["石磊", "蒋帆"]
    assert ladder(db, roads, NIGHT)[:2] == ["蒋帆", "石磊"]
    on_watch = [r.name for r in responders.officers(db, [roads.id], NIGHT, WORK) if r.on_duty]
    assert on_watch == ["蒋帆"]

    seat = (first.kind, None, roads.id, MONDAY, Slot.NIGHT)
    people = (first.person_id, second.person_id, first.person_id)
    db.add(Swap(*seat, *people, MORNING, agreed_at=MORNING))
    db.flush()
    assert ladder(db, roads, NIGHT)[:2] == ["石磊", "蒋帆"]
    assert ladder(db, roads, NIGHT + timedelta(days=1))[:2] == ["蒋帆", "石磊"]


def test_whoever_the_calendar_names_while_away_is_passed_over(db: Session, roads: Unit) -> None:
    first, second = post_of(db, roads, "石磊"), post_of(db, roads, "蒋帆")
    duties.set_pattern(db, first.seat, NIGHTS, second.person_id, first.person_id, MORNING)
    second.away_until = NIGHT + timedelta(days=1)
    db.flush()
    assert ladder(db, roads, NIGHT)[:3] == ["石磊", "", "姚刚"]


def test_where_the_first_is_away_the_partner_is_asked_and_there_is_no_second(
    db: Session, roads: Unit
) -> None:
    post_of(db, roads, "石磊").away_until = NIGHT
    db.flush()
    assert ladder(db, roads)[:3] == ["蒋帆", "", "姚刚"]
    assert ladder(db, roads, NIGHT)[:3] == ["石磊", "蒋帆", "姚刚"]  # back again


def test_a_second_on_leave_is_not_asked(db: Session, roads: Unit) -> None:
    post_of(db, roads, "蒋帆").away_until = NIGHT
    db.flush()
    assert ladder(db, roads)[:3] == ["石磊", "", "姚刚"]


def test_a_leader_who_is_away_without_a_partner_is_not_there(db: Session, roads: Unit) -> None:
    post_of(db, roads, "姚刚").away_until = NIGHT
    db.flush()
    assert ladder(db, roads)[:3] == ["石磊", "蒋帆", ""]


def test_a_term_that_is_over_or_has_not_begun_is_no_post(db: Session, roads: Unit) -> None:
    post_of(db, roads, "石磊").until = MONDAY - timedelta(days=1)
    post_of(db, roads, "蒋帆").since = MONDAY + timedelta(days=1)
    db.flush()
    assert ladder(db, roads)[:3] == ["", "", "姚刚"]


def test_a_unit_without_anybody_still_has_street_and_centre(db: Session, roads: Unit) -> None:
    db.execute(delete(posts).where(posts.c.unit_id == roads.id))
    assert ladder(db, roads) == ["", "", "", "钱勇", "何伟"]
    street = db.connection().execute(delete(posts).where(posts.c.kind == PostKind.STREET_DUTY))
    assert street.rowcount == 1
    assert ladder(db, roads) == ["", "", "", "", "何伟"]


def test_who_may_take_over_stands_in_order_whoever_is_on_duty_now_first(
    db: Session, roads: Unit
) -> None:
    first, second = post_of(db, roads, "石磊"), post_of(db, roads, "蒋帆")
    assert [o.name for o in responders.answerers(db, roads.id, MORNING, WORK)] == [
        *("石磊", "蒋帆", "姚刚")
    ]
    duties.set_pattern(db, first.seat, NIGHTS, second.person_id, first.person_id, MORNING)
    assert responders.answerers(db, roads.id, NIGHT, WORK)[0].name == "蒋帆"


# ── which units ──────────────────────────────────────────────────────────────


def add_unit(db: Session, name: str, area: Area | None = None, category: str = "") -> int:
    values = {
        "code": f"U-{name}"[:24],
        "name": name,
        "kind": UnitKind.DEPARTMENT,
        "area_id": area.id if area else None,
        "phone": "0421-0000999",
        "hours": "",
    }
    unit_id = int(db.execute(insert(units).values(**values).returning(units.c.id)).scalar_one())
    if category:
        db.execute(insert(responsibilities).values(unit_id=unit_id, category=category))
    return unit_id


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("100%", ["百分100%达标办"]),
        ("_", ["下划_线所"]),
        ("/", ["斜/杠站"]),
        ("没有这样的", []),
        ("市政", ["清河区市政工程管理处"]),
    ],
)
def test_a_name_is_found_by_what_was_typed_and_by_nothing_else(
    db: Session, typed: str, found: list[str]
) -> None:
    for name in ("百分100%达标办", "下划_线所", "斜/杠站"):
        add_unit(db, name)
    assert [unit.name for unit in responders.named(db, typed)] == found


def test_units_that_answer_for_a_category_come_nearest_first_and_others_places_not_at_all(
    db: Session,
) -> None:
    db.execute(delete(responsibilities))
    street, here, there = (org.by_code(db, c) for c in ("QH-LL", "QH-LL-CH", "QH-LL-CX"))
    everywhere = add_unit(db, "全市", None, "0201")
    of_the_street = add_unit(db, "街道的", street, "0201")
    nearest = add_unit(db, "社区的", here, "0201")
    add_unit(db, "别处的", there, "0201")
    add_unit(db, "管别的", here, "0301")
    grid = org.by_code(db, "QH-LL-CH-1")
    found = responders.responsible(db, "0201", grid.path)
    assert [unit.id for unit in found] == [nearest, of_the_street, everywhere]


def blown(db: Session, *called: Unit, kind: str = "emergency", place: str = "QH-LL-CH") -> Whistle:
    """A whistle of 赵强 in which these units were called."""
    area = org.by_code(db, place)
    person = db.scalars(select(posts.c.person_id)).first()
    assert person is not None
    whistle = new_whistle(
        number=f"QH-S-{len(whistles.under(db, '/', 500)):04d}-{area.id}",
        kind=POLICY.whistles[kind],
        area_id=area.id,
        path=area.path,
        place=area.name,
        point=None,
        text="污水管爆了",
        by_id=person,
        by_name="赵强",
        result_due=MORNING + timedelta(hours=4),
        now=MORNING,
    )
    whistle.blow(By(Role.WHISTLER, person, "赵强"), MORNING)
    whistles.record(db, whistle)
    calls = [
        new_call(whistle, (u.id, u.name, u.phone), "来", lead=False, now=MORNING) for u in called
    ]
    for call in calls:
        call.call(MORNING, WORK)
    whistles.record(db, whistle, calls)
    return whistle


def test_units_that_came_before_are_known_the_most_frequent_first(db: Session) -> None:
    lamps, roads, drains = (unit(db, c) for c in (sample.LAMPS, sample.ROADS, sample.DRAINS))
    blown(db, roads)
    blown(db, roads, drains)
    last = blown(db, roads, drains, lamps)
    blown(db, lamps, kind="key")
    blown(db, lamps, place="QH-LL-CX")
    here, street = org.by_code(db, "QH-LL-CH").path, org.by_code(db, "QH-LL").path
    by = By(Role.WHISTLER, last.by_id, "赵强")
    [_roads, _drains, called] = whistles.calls_of(db, last.id)
    called.release(by, "", MORNING)
    whistles.record(db, last, [called])
    assert dict(whistles.called_before(db, here, "emergency")) == {roads.id: 3, drains.id: 2}
    assert list(whistles.called_before(db, street, "emergency")) == [roads.id, drains.id, lamps.id]
    assert dict(whistles.called_before(db, here, "key")) == {lamps.id: 1}


def test_what_runs_for_a_unit_is_only_what_has_been_blown_and_is_not_over(db: Session) -> None:
    roads = unit(db, sample.ROADS)
    running, over, waiting = blown(db, roads), blown(db, roads), blown(db, roads)
    for whistle, state in ((over, "ended"), (waiting, "review")):
        table = whistles.whistles
        db.execute(update(table).where(table.c.id == whistle.id).values(state=state))
    assert [call.whistle_id for call in whistles.of_units(db, [roads.id])] == [running.id]


def test_only_calls_that_are_no_emergency_are_bundled(db: Session) -> None:
    roads = unit(db, sample.ROADS)
    officer = post_of(db, roads, "石磊")
    for kind in ("key", "emergency", "key"):
        whistle = blown(db, roads, kind=kind)
        [call] = whistles.calls_of(db, whistle.id)
        call.officer_id = officer.person_id
        db.flush()
    assert len(whistles.waiting_for(db, officer.person_id)) == 2


# ── figures ──────────────────────────────────────────────────────────────────


def test_figures_are_read_for_an_area_a_time_and_a_unit(db: Session) -> None:
    roads, drains = unit(db, sample.ROADS), unit(db, sample.DRAINS)
    whistle = blown(db, roads, drains)
    blown(db, roads, place="QH-LL-CX")
    [call, _drains] = whistles.calls_of(db, whistle.id)
    by = By(Role.UNIT, whistle.by_id, "石磊")
    call.arrive(by, MORNING + timedelta(minutes=20), WORK)
    call.finish(by, "填平了", MORNING + timedelta(minutes=50))
    call.rate_whistle(by, 3, 2, MORNING + timedelta(minutes=60))
    whistles.record(db, whistle, [call])
    here, street = org.by_code(db, "QH-LL-CH").path, org.by_code(db, "QH-LL").path
    period = (MORNING, MORNING + timedelta(seconds=1))
    found = whistlefigures.answers(db, here, *period)
    assert [answer.unit for answer in found] == [roads.name, drains.name]
    assert found[0].arrived_at == MORNING + timedelta(minutes=20)
    assert found[1].reported_in_at is None
    assert len(whistlefigures.answers(db, street, *period, roads.id)) == 2
    assert whistlefigures.answers(db, street, MORNING + timedelta(days=1), *period[1:]) == []
    assert whistlefigures.answers(db, street, MORNING - timedelta(days=1), MORNING) == []
    places = {b.place: b.judged for b in whistlefigures.blown(db, street, *period)}
    assert places == {"翠湖社区": ((3, 2),), "春晓社区": ()}


def test_a_seat_at_a_unit_is_one_seat(db: Session, roads: Unit) -> None:
    held = org.holders(db, Seat(PostKind.UNIT_DUTY, None, roads.id), MONDAY)
    assert {post.seat for post in held} == {post_of(db, roads, "石磊").seat}
