"""What the bot has said in a message that somebody answers."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from storage.outbox import outbox

_SENT = select(outbox.c.payload).where(
    outbox.c.state == "sent",
    outbox.c.sender == bindparam("sender"),
    outbox.c.lane == bindparam("of"),
    outbox.c.message_id == bindparam("message"),
)


def text_sent(conn: Connection, lane: str, message_id: str) -> str:
    """What a message of ours in this chat said; "" once that is no longer kept."""
    sender = "/".join(lane.split("/", 2)[:2])
    found = conn.scalar(_SENT, {"sender": sender, "of": lane, "message": message_id})
    return str(found.get("text", "")) if found else ""
