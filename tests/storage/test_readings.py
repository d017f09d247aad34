"""How much waits and for how long, the same on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, insert

from storage import readings
from storage.lanes import lanes, senders
from storage.outbox import Row, add_rows, outbox
from storage.readings import Waiting

NOW = 1_000_000.0
MOMENT = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
CHATS: dict[str, dict[str, object]] = {
    "open": {},
    "shut": {"disabled": "blocked"},
    "slow": {"blocked_until": NOW + 60},
}


def waits(conn: Connection, kind: str, chat: str, seconds: float) -> None:
    add_rows(conn, [Row("local/1", f"local/1/{chat}", kind, {"text": "路灯"})])
    last = conn.execute(outbox.select().order_by(outbox.c.id.desc()).limit(1)).one()
    late = outbox.update().where(outbox.c.id == last.id).values(since=NOW - seconds)
    conn.execute(late)


def test_only_what_nothing_is_in_the_way_of_is_urgent(engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(insert(senders), [{"key": "local/1"}])
        for chat, state in CHATS.items():
            key = {"key": f"local/1/{chat}", "sender": "local/1", "kind": "private", "chat": chat}
            conn.execute(insert(lanes), [key | state])
        empty = readings.read(conn, NOW, MOMENT)
        assert (empty.urgent, empty.oldest, empty.age(empty.oldest)) == (None, None, 0.0)
        waits(conn, "alert", "shut", 900)
        waits(conn, "reply", "slow", 800)
        waits(conn, "bulletin", "open", 700)
        waits(conn, "reply", "open", 30)
        found = readings.read(conn, NOW, MOMENT)
        assert found.age(found.urgent) == 30.0
        assert found.age(found.oldest) == 900.0
        assert found.waiting["reply", "ready"] == Waiting(2, NOW - 800)
        assert (found.open_talks, found.open_cases, found.failures) == (0, 0, 0)
        assert found.bytes > 100_000
        conn.execute(senders.update().values(paused_until=NOW + 5))
        assert readings.read(conn, NOW, MOMENT).urgent is None
        conn.rollback()
