"""When a chaos run takes place, whatever the day."""

from __future__ import annotations

from datetime import UTC, datetime

BEGIN = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)
"""Monday, 9:14 in the district."""
