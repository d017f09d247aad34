"""When the periodic digest of the lists is due."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from governance.policy import Policy


class Every(StrEnum):
    MONTHLY = "monthly"
    WEEKLY = "weekly"


def next_digest(policy: Policy, now: datetime) -> datetime:
    """The first working day of the next month, or week, at the hour the district has set."""
    today = policy.local_date(now)
    if policy.digest_every == Every.WEEKLY:
        first = today + timedelta(days=7 - today.weekday())
    else:
        first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    eve = datetime.combine(first, time(), policy.zone).astimezone(UTC) - timedelta(seconds=1)
    return policy.work.next_workday_at(eve, policy.digest_at)
