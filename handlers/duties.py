"""Who is on duty: the week, swaps, "I take tonight"."""

from __future__ import annotations
