"""Whether a bot is at work on a database, before somebody does what none may be there for."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from storage import rotation

NOW = 1_000_000.0


@pytest.mark.parametrize(
    "serves",
    [
        "insert into senders (key, owner, lease_until, next_free_at, paused_until)"
        " values ('x', 'y', 1000010, 0, 0)",
        "insert into processes (id, seen) values ('web', 999990)",
    ],
    ids=["a sender", "one that sends nothing"],
)
def test_a_bot_at_work_is_seen_whatever_it_does(engine: Engine, serves: str) -> None:
    with engine.begin() as conn:
        assert not rotation.is_served(conn, NOW)
        conn.execute(text(serves))
        assert rotation.is_served(conn, NOW)
        assert not rotation.is_served(conn, NOW + 20)
        conn.execute(text("drop table processes"))  # a release before this one
        assert rotation.is_served(conn, NOW) is ("senders" in serves)
        conn.rollback()
