"""What became of each message, counted and in a line of the log that names what it goes back to."""

from __future__ import annotations

import structlog
from prometheus_client import Counter, Histogram

from bot.sending.outcomes import Result

log = structlog.get_logger()
SENT = Counter("shaodao_messages_total", "Messages by what became of them", ["channel", "result"])
TOOK = Histogram(
    "shaodao_send_seconds",
    "From when a message may be sent to its arrival",
    ["kind"],
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800, 10800),
)


def told(sender: str, result: Result, now: float) -> None:
    """The result, which is stored, has been counted and logged."""
    claim, error = result.sending.claim, result.error
    channel = sender.partition("/")[0]
    kind = type(error).__name__.lower() if error else "sent"
    SENT.labels(channel, kind).inc()
    if error is None and claim.since:
        TOOK.labels(claim.kind).observe(max(now - claim.since, 0.0))
    log.info(
        "message_sent" if error is None else "message_not_sent",
        row=claim.id,
        kind=claim.kind,
        channel=channel,
        result=kind,
        origin=claim.origin,
    )
