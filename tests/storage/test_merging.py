"""Two persons become one: nothing of either is lost, and it can be undone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Table, create_engine, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.types import Enum

from governance.claims import SEATED, Claim, ClaimState
from governance.people import Person
from governance.tasks import Shift
from storage import claims, merging, people
from storage.digests import digests
from storage.merging import LOOSE
from storage.schema import Id, metadata
from tests.storage.modules import MODULES
from tests.storage.test_statements import count_on, value_of

NO_PERSONS = frozenset(
    {
        *("cards.subject", "outbox.card_id", "media.subject_id", "tokens.subject_id"),
        *("awards.subject_id", "postings.subject_id", "service_hours.subject_id"),
        *("deeds.subject_id", "media.used_in"),
        *("bulletins.after_group", "bulletins.after_person"),  # how far its copies are written
        *("photo_prints.subject_id", "point_alerts.subject_id", "tasks.subject_id"),
    }
)  # ids of other things, without a foreign key

GONE, KEPT = 101, 102
MOMENT = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)


@pytest.fixture(scope="module")
def memory() -> Iterator[Engine]:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def db(engine: Engine) -> Iterator[Session]:
    with engine.connect() as conn:
        begun = conn.begin()
        with Session(conn, autoflush=False, join_transaction_mode="rollback_only") as session:
            yield session
        begun.rollback()


def test_every_column_that_may_hold_a_person_is_known() -> None:
    assert MODULES
    moved = {f"{c.table.name}.{c.name}" for c in merging.person_columns()}
    bare = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.type is Id and not column.foreign_keys and not column.primary_key
    }
    assert bare - NO_PERSONS == LOOSE
    assert moved >= LOOSE | {"cases.reporter_id", "case_followers.person_id", "calls.officer_id"}


def test_nothing_refers_to_a_row_that_is_dropped_where_both_have_one() -> None:
    dropped = {c.table for c in merging.person_columns() if list(merging._uniques(c))}
    referred = {key.column.table for t in metadata.tables.values() for key in t.foreign_keys}
    assert dropped
    assert not dropped & referred


def rows_of(db: Session, person_id: int) -> dict[str, int]:
    """How many rows refer to a person, by column."""
    found = {
        f"{c.table.name}.{c.name}": len(db.execute(select(c).where(c == person_id)).all())
        for c in merging.person_columns()
    }
    return {name: count for name, count in found.items() if count}


NOT_ONESELF = frozenset({"claims.leader_id", "family.helper_id"})
"""Nobody comes along with themselves, or helps themselves."""


def fill(db: Session, person_id: int, ids: Iterator[int]) -> None:
    """A row in every table that refers to a person refers to this one."""
    for table in metadata.sorted_tables:
        mine = [c for c in merging.person_columns() if c.table is table]
        if mine and table is not people.people:
            # Where something is there once only whoever it is about (a unit in a whistle), the
            # second person has none.
            with suppress(IntegrityError), db.begin_nested():
                db.execute(insert(table), _row(table, mine, person_id, ids))


def _row(
    table: Table, mine: Sequence[Column[Any]], person_id: int, ids: Iterator[int]
) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in table.columns:
        if column in mine and str(column) not in NOT_ONESELF:
            row[column.name] = person_id
        elif column.nullable:
            row[column.name] = None
        elif column.foreign_keys:
            row[column.name] = 1
        elif column is table.autoincrement_column:
            row[column.name] = next(ids)
        elif isinstance(column.type, Enum) or not hasattr(column.type, "length"):
            row[column.name] = value_of(column.type, "x")
        else:
            row[column.name] = f"x{next(ids)}"[: getattr(column.type, "length", None) or 9]
    return row


@pytest.fixture
def two(db: Session) -> Session:
    """Both have something in every table there is."""
    referred = {key.column.table for t in metadata.tables.values() for key in t.foreign_keys}
    for table in metadata.sorted_tables:
        if table in referred:
            row = {c.name: value_of(c.type, "x") for c in table.columns if not c.nullable}
            db.execute(insert(table), row)
    count_on(db.connection(), people.people)
    db.execute(insert(people.people), [{"id": i, "name": f"n{i}"} for i in (GONE, KEPT)])
    ids = iter(range(1000, 9000))
    fill(db, GONE, ids)
    fill(db, KEPT, ids)
    return db


def test_everything_belongs_to_the_one_who_stays(two: Session) -> None:
    before, mine = rows_of(two, GONE), rows_of(two, KEPT)
    assert len(before) >= 12
    moved = merging.merge(two, GONE, KEPT)
    assert rows_of(two, GONE) == {}
    assert two.get(Person, GONE) is None
    after = rows_of(two, KEPT)
    for name, count in before.items():
        assert after[name] == mine.get(name, 0) + len(moved.get(name, ()))
        assert len(moved.get(name, ())) in {0, count}
    assert "cases.reporter_id" in moved
    assert "accounts.person_id" in moved


def test_what_had_moved_goes_back(two: Session) -> None:
    before, mine = rows_of(two, GONE), rows_of(two, KEPT)
    theirs = list(
        two.scalars(select(people.accounts.c.id).where(people.accounts.c.person_id == GONE))
    )
    moved = merging.merge(two, GONE, KEPT)
    fresh = merging.part(two, KEPT, theirs, "老丁", moved)
    assert two.get_one(Person, fresh).name == "老丁"
    assert {n: c for n, c in rows_of(two, fresh).items() if n in moved} == {
        n: c for n, c in before.items() if n in moved
    }
    assert rows_of(two, KEPT).keys() == mine.keys()


def test_in_a_chat_that_was_parted_nothing_of_the_person_goes_on(db: Session) -> None:
    conn = db.connection()
    key = ("local", "demo", "ding")
    speaker = people.register(conn, key, "老丁", "zh_CN", "local/demo/ding")
    merging.part(db, speaker.person_id, [speaker.account_id], "老丁", {})
    lane = {"lane": "local/demo/ding", "person_id": speaker.person_id}
    assert db.execute(text("SELECT 1 FROM cards WHERE lane = :lane"), lane).all() == []
    assert people.accounts_of(conn, [speaker.person_id]) == {}


def test_what_only_one_has_told_is_known_of_both(db: Session) -> None:
    one = Person("兰兰", phone="0421-0000188", skills=["水电"])
    other = Person("周兰", code="P-1", address="301")
    db.add_all([one, other])
    db.flush()
    merging.merge(db, one.id, other.id)
    db.flush()
    kept = db.get_one(Person, other.id, populate_existing=True)
    assert (kept.name, kept.phone, kept.skills, kept.address) == (
        *("周兰", "0421-0000188", ["水电"], "301"),
    )


@given(
    follows=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["a", "b", "c"])), unique=True, max_size=9
    )
)
def test_of_what_there_is_once_for_each_one_remains(
    memory: Engine, follows: list[tuple[int, str]]
) -> None:
    """Whoever of four is merged into whomever, a list is due once for each kind."""
    with Session(memory, autoflush=False) as db:
        ids = [people.new_person(db.connection(), str(n)) for n in range(4)]
        for n, kind in follows:
            db.execute(insert(digests), {"person_id": ids[n], "kind": kind, "due_at": MOMENT})
        for gone in ids[1:]:
            merging.merge(db, gone, ids[0])
        left = {tuple(row) for row in db.execute(select(digests.c.person_id, digests.c.kind))}
        assert left == {(ids[0], kind) for _n, kind in follows}


STATES = sorted(ClaimState)


@given(
    mine=st.sampled_from(STATES),
    theirs=st.sampled_from(STATES),
    team=st.integers(1, 4),
    mine_first=st.booleans(),
)
def test_of_two_claims_on_a_shift_the_better_one_is_left_and_counted_once(
    memory: Engine, mine: ClaimState, theirs: ClaimState, team: int, mine_first: bool
) -> None:
    with Session(memory, autoflush=False) as db:
        gone, kept, other = (people.new_person(db.connection(), name) for name in "abc")
        made = [
            Claim(1, gone, mine, 1 if mine_first else 2, MOMENT, seats=team),
            Claim(1, kept, theirs, 2 if mine_first else 1, MOMENT),
            Claim(1, other, ClaimState.WAITLISTED, 3, MOMENT),
        ]
        seats = sum(claim.seats for claim in made if claim.state in SEATED)
        waiting = sum(claim.state is ClaimState.WAITLISTED for claim in made)
        shift = Shift(1, MOMENT, MOMENT, 5, "1234", seats, waiting, last=3)
        db.add(shift)
        db.flush()
        for claim in made:
            claim.shift_id = shift.id
        db.add_all(made)
        db.flush()

        merging.merge(db, gone, kept)
        left = claims.of_shift(db, shift.id)
        assert sorted(claim.person_id for claim in left) == [kept, other]
        assert shift.taken == sum(claim.seats for claim in left if claim.state in SEATED) <= seats
        assert shift.waiting == sum(claim.state is ClaimState.WAITLISTED for claim in left)
        [stays] = [claim for claim in left if claim.person_id == kept]
        assert stays.state in {mine, theirs} or (
            {mine, theirs} == {ClaimState.HELD, ClaimState.WAITLISTED}
            and stays.state is ClaimState.CLAIMED
        )
        for worse, better in (
            (ClaimState.WAITLISTED, ClaimState.CLAIMED),
            (ClaimState.CLAIMED, ClaimState.ARRIVED),
            (ClaimState.ABSENT, ClaimState.CONFIRMED),
            (ClaimState.RELEASED, ClaimState.WAITLISTED),
        ):
            if {mine, theirs} == {worse, better}:
                assert stays.state is better
        if mine in SEATED:
            assert stays.seats == team  # whoever came along still has a seat
