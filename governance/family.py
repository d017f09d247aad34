"""Somebody of the family who helps: they read what a resident is told of their reports, and may
answer in their name. Both have agreed, and either may end it at any time."""

from __future__ import annotations

from collections.abc import Collection

from governance.casefile import Case
from governance.people import Speaker
from governance.refused import Refused

MOST = 3
"""So many help one person; more would answer over each other."""


def require_may_help(helper: Speaker, of: int, helpers: Collection[int]) -> None:
    """Raises `Refused` with the reason why this person cannot help that one, whom these help."""
    if helper.person_id == of:
        raise Refused("family_self")
    if helper.minor:
        raise Refused("family_minor")
    if helper.person_id in helpers:
        raise Refused("family_already")
    if len(helpers) >= MOST:
        raise Refused("family_enough", count=MOST)


def shares(case: Case, helper_id: int) -> bool:
    """Whether this helper of its reporter reads of it: not of what is private, nor of what is
    about themselves."""
    return not case.private and not case.anonymous and case.concerns_id != helper_id
