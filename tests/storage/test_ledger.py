"""The ledger as both databases keep it: only ever added to, and always what its entries say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Delete, Engine, Update, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot import sample
from governance.people import Person
from governance.points import AccountKind, Posting, PostingKind, move
from storage import merging, org, points
from storage.points import point_entries, postings
from tests.governance.district import MONDAY
from tests.storage.test_statements import STATEMENTS
from tests.stories.test_points_lives import POLICY


@pytest.fixture
def db(engine: Engine) -> Iterator[Session]:
    with engine.begin() as conn:
        sample.load(conn, POLICY, POLICY.local_date(MONDAY))
    with Session(engine, autoflush=False) as session, session.begin():
        yield session


def person(db: Session, name: str) -> int:
    return int(db.execute(text("select id from people where name = :n"), {"n": name}).scalar_one())


def gives(db: Session, name: str, amount: int) -> None:
    area = org.by_code(db, "QH-LL-CH")
    pool = points.account_at(db, AccountKind.POOL, area.id)
    entries = move(amount, out_of=pool, into=points.account_of(db, person(db, name)))
    points.post(
        db, Posting(PostingKind.AWARD, entries, "award", 1, "周六清扫", person(db, "赵强")), MONDAY
    )


def test_no_statement_of_ours_changes_or_deletes_what_is_in_it() -> None:
    ledger = {postings, point_entries}
    wrong = [n for n, s, _for in STATEMENTS if isinstance(s, Update | Delete) and s.table in ledger]
    assert wrong == []


CHANGES = (
    "update point_entries set points = points + 1",
    "update point_entries set account_id = 1",
    "update postings set note = 'x'",
    "update postings set at = null",
    "delete from point_entries",
    "delete from postings",
)


def test_the_database_refuses_to_change_it(db: Session) -> None:
    for statement in CHANGES:
        with pytest.raises(DBAPIError, match="the ledger is only added to"), db.begin_nested():
            db.execute(text(statement))
    assert points.balance(db, person(db, "陈静")) == 38


def test_a_balance_and_the_last_entries_are_what_was_posted(db: Session) -> None:
    for amount in range(1, 13):
        gives(db, "李明", amount)
    li = person(db, "李明")
    assert points.balance(db, li) == 78
    assert [line.points for line in points.last(db, li)] == [12, 11, 10, 9, 8, 7, 6, 5, 4, 3]
    area = org.by_code(db, "QH-LL-CH").id
    assert points.total_at(db, AccountKind.POOL, area) == -38 - 78
    assert points.faults(db) == ([], [])


def test_somebody_without_points_has_none(db: Session) -> None:
    nobody = person(db, "周兰")
    assert (points.balance(db, nobody), points.last(db, nobody), points.lock(db, nobody)) == (
        0,
        [],
        0,
    )


def test_an_auditor_finds_what_does_not_add_up(db: Session) -> None:
    db.execute(text("update point_accounts set balance = balance + 1 where kind = 'person'"))
    db.execute(
        text(
            "insert into point_entries (posting_id, account_id, points) "
            "select min(posting_id), min(account_id), 5 from point_entries"
        )
    )
    accounts, unbalanced = points.faults(db)
    assert (len(accounts), len(unbalanced)) == (1, 1)


def test_two_persons_who_are_one_have_the_points_of_both(db: Session) -> None:
    gives(db, "李明", 5)
    one = Person("李明的另一个号", None)
    db.add(one)
    db.flush()
    gives(db, "李明的另一个号", 7)
    li = person(db, "李明")
    merging.merge(db, one.id, li)
    assert points.balance(db, li) == 12
    assert [line.points for line in points.last(db, li)] == [7, 5]
    gives(db, "李明", 1)
    assert points.lock(db, li) == 13
    assert points.faults(db) == ([], [])


def test_whoever_gave_points_may_turn_out_to_be_somebody_else(db: Session) -> None:
    gives(db, "李明", 5)
    merging.merge(db, person(db, "赵强"), person(db, "郭岚"))
    assert points.faults(db) == ([], [])
