"""电话回访: what a resident said on the telephone, as the call sheet and its cards have it."""

from __future__ import annotations

from enum import StrEnum

from governance.casefile import Case
from governance.cases import State


class Heard(StrEnum):
    """What came of one call."""

    SATISFIED = "satisfied"
    SO_SO = "so_so"
    NOT_SOLVED = "not_solved"
    NOBODY_CAME = "nobody_came"
    MISSED = "missed"  # nobody answered


def mark(case: Case) -> str:
    """Which result a line of a call sheet is about, and how many calls went before it.

    What was noted once changes it, so that the same line sent again is known.
    """
    return f"{case.redone}-{case.missed_calls}"


def settled(case: Case, marked: str, heard: Heard) -> str:
    """Why a line of a call sheet says nothing new: "ended", "being_redone", "earlier", "noted";
    "" where it does."""
    if case.state is State.CLOSED:
        return "ended"
    if case.state is not State.ANSWERED:
        return "being_redone"
    round_, _dash, missed = marked.partition("-")
    if round_ != str(case.redone):
        return "earlier"
    if heard is Heard.MISSED and missed != str(case.missed_calls):
        return "noted"
    return ""
