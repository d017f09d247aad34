"""The guide of the sample district: matters that people ask for, with invented sources."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from sqlalchemy.orm import Session

from bot.workbooks import guide, guide_examples
from governance.policy import Policy


def load(db: Session, policy: Policy, today: date) -> None:
    """The district has its guide, as if somebody had imported it this morning."""
    now = datetime.combine(today, time(), policy.zone).astimezone(UTC)
    tables = guide.from_rows(guide_examples.rows(guide_examples.entries(), today))
    outcome = guide.apply(db, tables, (), guide.EVERYWHERE, policy, now)
    if not outcome.ok:
        raise ValueError(f"the sample guide: {next(outcome.refused).reasons}")
