"""Units and members report in at communities (双报到)."""

from __future__ import annotations
