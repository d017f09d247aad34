"""What waits is found by an index of its own on SQLite, however much is done beside it.

A statement that no longer says the condition of its index in the same words, or that gives a
better-looking index a chance, would be as right as before, and slow in a few years.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, event

from storage import cards, cases, contacts, deadletters, media, outbox, sendings
from storage.database import connect
from tests.storage.test_statements import values_for

FOUND_BY = {
    "near duplicates": (cases._SIMILAR_NEAR, "ix_cases_open_point"),
    "who is to be telephoned": (cases._TO_CALL, "ix_cases_to_call"),
    "one's own cases": (cases._LAST_OF, "ix_cases_reporter_id_opened_at"),
    "files to fetch": (media._WORK, "ix_media_state_not_before"),
    "files to remove": (media._WORK, "ix_media_to_remove"),
    "messages of the morning": (outbox.NEXT_RELEASE, "ix_outbox_release"),
    "the next to be sent": (sendings._NEXT, "ix_outbox_next"),
    "what is tried again in a moment": (sendings._keeps_its_place, "ix_outbox_again"),
    "what the platform can be told again": (outbox._HURRY, "ix_outbox_again"),
    "what is on its way": (sendings._IN_HAND, "ix_outbox_sending"),
    "chats that must pause": (sendings._resting, "ix_lanes_next_free_at"),
    "chats that were told to wait": (sendings._blocked, "ix_lanes_blocked_until"),
    "what waits until somebody writes": (outbox._RELEASE_WINDOW, "ix_outbox_lane"),
    "what did not arrive": (deadletters._COUNTS, "ix_outbox_left"),
    "how an alert stands": (deadletters._STANDING, "ix_outbox_receipt"),
    "words to a contact": (contacts._UNSENT, "ix_outbox_receipt"),
    "messages that draw some cards": (cards._ROWS_WAIT, "ix_outbox_card_id"),
}


@pytest.mark.parametrize("what", FOUND_BY)
def test_what_waits_is_found_by_its_own_index(sqlite_url: str, what: str) -> None:
    statement, index = FOUND_BY[what]
    with connect(sqlite_url).connect().execution_options(read=True) as conn:
        values = values_for(statement, conn.dialect)
        many = {
            key: value * 5 if isinstance(value, list) else value for key, value in values.items()
        }
        steps = plan(conn, statement, many)
    assert any(f"INDEX {index} " in step for step in steps), steps
    assert not [
        step for step in steps if step.startswith(("SCAN cases", "SCAN media", "SCAN lanes"))
    ]


def plan(conn: Connection, statement: Any, values: dict[str, Any]) -> list[str]:
    """The steps in which SQLite would answer the statement."""
    sent: list[tuple[str, Any]] = []

    def keep(_conn: object, _cursor: object, sql: str, given: Any, *_more: object) -> None:
        sent.append((sql, given))

    event.listen(conn, "before_cursor_execute", keep)
    conn.execute(statement, values)
    event.remove(conn, "before_cursor_execute", keep)
    sql, given = sent[-1]  # after the BEGIN
    return [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given)]
