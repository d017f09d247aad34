"""The roster by chat: a workbook comes in, its result goes back."""

from __future__ import annotations
