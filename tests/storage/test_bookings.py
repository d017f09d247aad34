"""Two communities booking the last of a month at the same moment: exactly one has it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from bot import decisions, sample, settings
from governance.bookings import Booking, BookingState
from governance.lists import Supply
from governance.matching import Record, Who
from governance.pledges import Give, Line, Pledge, Project, require_pledge
from governance.refused import Refused
from storage import bookings, lists, org, pledges

POLICY = decisions.policy(settings.load(None), decisions.categories())
NOW = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)
TODAY = date(2026, 11, 23)
AT_ONCE = 4


@pytest.fixture
def ids(engine: Engine) -> dict[str, int]:
    with engine.begin() as conn:
        return sample.load(conn, POLICY, TODAY)


def race(engine: Engine, act: Callable[[Session], None]) -> list[str]:
    """The act in several transactions at once; what each came to."""
    barrier = Barrier(AT_ONCE)
    came: list[str] = []

    def one() -> None:
        barrier.wait()
        try:
            with Session(engine, autoflush=False) as db, db.begin():
                act(db)
            came.append("won")
        except Refused as refused:
            came.append(refused.code)

    threads = [Thread(target=one) for _n in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(came)


def test_of_many_who_booking_the_last_one_exactly_one_has_it(
    engine: Engine, ids: dict[str, int]
) -> None:
    with Session(engine) as db, db.begin():
        [supply] = [s for s in db.scalars(select(Supply)) if s.what == "电工义诊"]
        supply_id, unit_id, supply.monthly = supply.id, supply.unit_id, 1
        area_id = org.by_code(db, "QH-LL-CH").id

    def booking(db: Session) -> None:
        supply = lists.lock_supply(db, supply_id)
        assert supply is not None
        supply.booking(bookings.booked(db, supply.id, "2026-11"), TODAY)
        placed = Booking(area_id, ids["zhao"], NOW, "查线路", unit_id=unit_id, supply_id=supply_id)
        placed.ask(POLICY, NOW)
        db.add(placed)

    assert race(engine, booking) == ["quota_full"] * (AT_ONCE - 1) + ["won"]
    with Session(engine) as db:
        assert bookings.booked(db, supply_id, "2026-11") == 1
        assert bookings.booked_of(db, [supply_id], "2026-11") == {supply_id: 1}


def test_of_many_who_pledge_what_is_missing_exactly_one_can(
    engine: Engine, ids: dict[str, int]
) -> None:
    with Session(engine) as db, db.begin():
        area_id = org.by_code(db, "QH-LL-CH").id
        project = Project(area_id, ids["zhao"], "扶手", "3号楼", TODAY, NOW)
        db.add(project)
        db.flush()
        line = Line(project.id, Give.GOODS, "扶手", 10)
        db.add(line)
        db.flush()
        project_id, line_id = project.id, line.id

    def pledge(db: Session) -> None:
        pledges.lock(db, project_id)
        [filled] = pledges.lines_of(db, project_id)
        require_pledge(7, filled.missing)
        given = Pledge(project_id, line_id, ids["chen"], 7, NOW, person_id=ids["chen"])
        db.add(given)

    assert race(engine, pledge) == ["pledge_too_much"] * (AT_ONCE - 1) + ["won"]


def test_the_counts_of_a_time_that_is_over_stay_the_same(
    engine: Engine, ids: dict[str, int]
) -> None:
    with Session(engine, autoflush=False) as db, db.begin():
        area = org.by_code(db, "QH-LL-CH")
        [supply] = [s for s in db.scalars(select(Supply)) if s.what == "电工义诊"]
        late, end = NOW.replace(day=28), NOW.replace(day=30)
        placed = Booking(area.id, ids["zhao"], NOW, "查线路", unit_id=supply.unit_id)
        placed.ask(POLICY, NOW)
        placed.accept(ids["feng"], TODAY, POLICY, NOW)
        placed.deliver("查了", POLICY, NOW)
        db.add(placed)
        db.flush()
        before = bookings.tally_of_unit(db, supply.unit_id, NOW, late)
        assert (before.asked, before.promised, before.done, before.still) == (1, 1, 0, 1)
        placed.strike(ids["zhao"], POLICY, late)
        db.flush()
        again = bookings.tally_of_unit(db, supply.unit_id, NOW, late)
        assert vars(again) == vars(before)
        after = bookings.tally_of_area(db, area.path, late, end)
        assert (after.asked, after.done, after.still, after.silent) == (0, 1, 0, False)
        assert db.scalar(select(func.count()).where(Booking.state == BookingState.STRUCK)) == 1  # type: ignore[arg-type]
        kept = bookings.records(db, Who.UNIT, [supply.unit_id], NOW.replace(day=1))
        assert kept == {supply.unit_id: Record(taken=1, kept=1)}
