"""Lists of the morning that are due: whose, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from storage import digests
from storage.people import people

NOW = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)


@pytest.fixture
def db(engine: Engine) -> Iterator[Session]:
    """A hundred and fifty people have a list due, each a second later than the one before."""
    with Session(engine, autoflush=False) as db:
        named = [{"id": n, "name": f"{n}号", "phone": ""} for n in range(1, 151)]
        db.execute(insert(people), named)
        for person in range(1, 151):
            digests.schedule(db, person, "brief", NOW - timedelta(seconds=200 - person))
        yield db


def test_a_hundred_that_fail_keep_nobody_else_waiting(db: Session) -> None:
    first = digests.due(db, NOW)
    assert list(first) == list(range(1, 101))
    assert list(digests.due(db, NOW, first)) == list(range(101, 151))


def test_a_person_with_two_lists_is_named_once(db: Session) -> None:
    digests.schedule(db, 7, "night", NOW - timedelta(hours=1))
    assert digests.due(db, NOW)[0] == 7
    assert len(set(digests.due(db, NOW))) == 100
    assert list(digests.kinds_due(db, 7, NOW)) == ["night", "brief"]
