"""What /metrics tells of the process and of the database; messages are counted in
bot/sending/records.py and what was due in bot/ticks.py.

Figures of the database are the same from every process on it: take the greatest, not the sum.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from storage.outbox import PRIORITY
from storage.readings import UNSENT, Reading

EVENTS = Counter("shaodao_events_total", "Events by what became of them", ["channel", "result"])
TAKEN = Histogram(
    "shaodao_event_seconds",
    "From an event's arrival to its commit",
    ["channel"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60),
)
BATCH = Histogram(
    "shaodao_batch_events", "Events that were committed together", buckets=(1, 2, 4, 8, 16, 32)
)
ERRORS = Counter(
    "shaodao_database_errors_total", "Errors of the database, each tried again", ["kind"]
)
HEALTHY = Gauge("shaodao_healthy", "1 for what /health finds in order", ["check"])
AGE = Gauge("shaodao_age_seconds", "Since a part that moves by itself has last moved", ["part"])
QUEUE = Gauge("shaodao_queue_length", "Events and jobs that wait for the database thread")
FREE = Gauge("shaodao_disk_free_bytes", "Room where it is needed", ["folder"])

DEPTH = Gauge("shaodao_outbox_messages", "Messages not sent, or perhaps not", ["kind", "state"])
OLDEST = Gauge("shaodao_outbox_oldest_seconds", "How long the first of a kind waits", ["kind"])
URGENT = Gauge(
    "shaodao_outbox_urgent_seconds", "How long the first alert or reply waits whose way is free"
)
TALKS = Gauge("shaodao_conversations_open", "Conversations in which a question waits")
CASES = Gauge("shaodao_cases", "Cases that are not closed, and those past their day", ["which"])
FAILURES = Gauge("shaodao_failures_recorded", "Number of the last error of ours on record")
BYTES = Gauge("shaodao_database_bytes", "Size of the database")


def took(channel: str, result: str, seconds: float) -> None:
    """An event was answered, or could not be."""
    EVENTS.labels(channel, result).inc()
    TAKEN.labels(channel).observe(seconds)


def show(reading: Reading) -> None:
    """/metrics tells what was read from the database."""
    for kind in PRIORITY:
        waits = reading.waiting.get((kind, "ready"))
        OLDEST.labels(kind).set(reading.age(waits.since) if waits else 0)
        for state in UNSENT:
            found = reading.waiting.get((kind, state))
            DEPTH.labels(kind, state).set(found.count if found else 0)
    URGENT.set(reading.age(reading.urgent))
    TALKS.set(reading.open_talks)
    CASES.labels("open").set(reading.open_cases)
    CASES.labels("overdue").set(reading.overdue_cases)
    FAILURES.set(reading.failures)
    BYTES.set(reading.bytes)
