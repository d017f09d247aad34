"""The duty calendar as both databases keep it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot import decisions, sample, settings
from governance.duties import Entry, Slot, Swap
from governance.org import Area, Post, PostKind, Seat
from governance.worktime import WorkTime
from storage import duties, org

WORK = WorkTime(ZoneInfo("Asia/Shanghai"), time(8, 30), time(18), lambda day: day.weekday() < 5)
MORNING = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)  # a Monday
NIGHT = MORNING + timedelta(hours=13)
MONDAY = date(2026, 11, 23)
NIGHTS = [(day, Slot.NIGHT) for day in range(5)]


@pytest.fixture
def db(engine: Engine) -> Iterator[Session]:
    with engine.begin() as conn:
        sample.load(conn, decisions.policy(settings.load(None), decisions.categories()), MONDAY)
    with Session(engine, autoflush=False) as session, session.begin():
        yield session


@pytest.fixture
def grid(db: Session) -> Area:
    return org.by_code(db, "QH-LL-CH-1")


@pytest.fixture
def post(db: Session, grid: Area) -> Post:
    """Of the grid's worker."""
    [found] = org.holders(db, Seat(PostKind.GRID_WORKER, grid.id), MONDAY)
    return found


def first_asked(db: Session, grid: Area, at: datetime) -> int:
    return org.ladder_above(db, grid.path_ids, at, WORK)[0].person_id


def test_the_calendar_says_who_is_asked_first_and_a_swap_says_it_before_the_pattern(
    db: Session, grid: Area, post: Post
) -> None:
    worker, partner = post.person_id, post.partner_id
    assert partner is not None
    assert first_asked(db, grid, NIGHT) == worker
    assert duties.set_pattern(db, post.seat, NIGHTS, partner, worker, MORNING) == set()
    assert first_asked(db, grid, NIGHT) == partner
    assert first_asked(db, grid, MORNING) == worker

    at = (post.kind, post.area_id, None, MONDAY, Slot.NIGHT)
    swap = Swap(*at, worker, partner, worker, MORNING, agreed_at=MORNING)
    offer = Swap(*at, partner, worker, worker, MORNING)
    elsewhere = Swap(*at, worker, partner, worker, MORNING, agreed_at=MORNING)
    elsewhere.area_id = grid.parent_id
    db.add_all([swap, offer, elsewhere])
    db.flush()
    assert duties.swaps_of(db, post.seat, MONDAY, MONDAY) == [swap]
    assert duties.swaps_of(db, post.seat, MONDAY + timedelta(days=1), MONDAY) == []
    assert first_asked(db, grid, NIGHT) == worker
    assert first_asked(db, grid, NIGHT + timedelta(days=1)) == partner

    locked = duties.lock(db, swap.id)
    assert locked is swap
    assert duties.lock(db, 0) is None
    locked.ended_at, locked.ended_by = NIGHT, worker
    db.flush()
    assert first_asked(db, grid, NIGHT) == partner


def test_a_line_of_the_pattern_that_is_replaced_ends_and_stays_on_record(
    db: Session, post: Post
) -> None:
    worker, partner = post.person_id, post.partner_id or 0
    both = [(0, Slot.DAY), (0, Slot.NIGHT)]
    duties.set_pattern(db, post.seat, both, worker, worker, MORNING)
    assert duties.set_pattern(db, post.seat, NIGHTS, partner, worker, NIGHT) == {worker}
    lines = {(e.weekday, e.slot): e.person_id for e in duties.entries_of(db, post.seat)}
    assert lines == {(0, Slot.DAY): worker, **dict.fromkeys(NIGHTS, partner)}
    [ended] = db.scalars(select(Entry).where(Entry.ended_at.is_not(None)))  # type: ignore[union-attr]
    assert (ended.weekday, ended.slot, ended.ended_at, ended.ended_by) == (
        0,
        Slot.NIGHT,
        NIGHT,
        worker,
    )

    assert duties.set_pattern(db, post.seat, NIGHTS, partner, worker, NIGHT) == set()
    assert duties.set_pattern(db, post.seat, NIGHTS, None, worker, NIGHT) == {partner}
    assert [e.slot for e in duties.entries_of(db, post.seat)] == [Slot.DAY]


def test_whoever_is_away_without_a_partner_is_not_on_duty(
    db: Session, grid: Area, post: Post
) -> None:
    worker, partner = post.person_id, post.partner_id or 0
    duties.set_pattern(db, post.seat, NIGHTS, worker, worker, MORNING)
    post.away_until = NIGHT + timedelta(days=1)
    db.flush()
    assert first_asked(db, grid, NIGHT) == partner
    assert org.in_charge_of(db, partner, NIGHT) == [partner, worker]
    post.partner_id = None
    db.flush()
    chief = org.holders(db, Seat(PostKind.GRID_CHIEF, grid.id), MONDAY)[0]
    assert first_asked(db, grid, NIGHT) == chief.person_id
