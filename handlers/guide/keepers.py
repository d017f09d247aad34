"""Who keeps the guide where, who answers for an entry, and what they may read of questions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from governance import authority as rules
from governance.authority import Power
from governance.discretion import cover
from governance.guide import Entry, Owner, Question
from governance.org import Area, PostKind, Unit
from governance.refused import Refused
from handlers import authority
from handlers.lists.common import officer, unit_officer
from handlers.posts import POSTS
from handlers.turn import Turn
from handlers.words import Text, Words, _
from storage import guide, org, people

KEEPERS = (
    *(PostKind.COMMUNITY_HEAD, PostKind.COMMUNITY_DUTY, PostKind.STREET_DUTY),
    *(PostKind.STREET_HEAD, PostKind.DISTRICT_DESK, PostKind.ADMINISTRATOR),
)
"""Who is told where whoever answers for an entry cannot be reached, nearest first."""


def reach(db: Session, person_id: int, day: date) -> list[str]:
    """The paths of the areas whose guide somebody keeps; of two that lie in each other the
    wider one."""
    held = rules.reaches(Power.KEEP_GUIDE, org.held_by(db, person_id, day))
    paths = {db.get_one(Area, area_id).path for area_id, _unit in held if area_id is not None}
    return sorted(p for p in paths if not any(p != q and p.startswith(q) for q in paths))


def as_read(question: Question) -> str:
    """A question as others may read it: without telephone, identity and door numbers."""
    return cover(question.words).text


# ── who answers for an entry ─────────────────────────────────────────────────


def owner_words(turn: Turn, owner: Owner) -> Text:
    if owner.post is not None:
        return POSTS[owner.post]
    if owner.unit_id is not None:
        return turn.db.get_one(Unit, owner.unit_id).name
    return org.person_name(turn.db, owner.person_id or 0) or _somebody


_somebody: Words = _("somebody who has left")


def answering(turn: Turn, entry: Entry) -> Iterator[int]:
    """Who answers for an entry now: its owner, or whoever leads or is on duty at the unit, or
    whoever holds the post at or above where it holds."""
    if entry.owner_id is not None:
        yield entry.owner_id
    elif entry.owner_unit_id is not None:
        for leader in (True, False):
            found = unit_officer(turn, entry.owner_unit_id, leader=leader)
            if found is not None:
                yield found
    elif entry.owner_post is not None:
        found = officer(turn, entry.area_id, entry.owner_post)
        if found is not None:
            yield found


def asked_of(turn: Turn, entry: Entry) -> int | None:
    """Who is asked whether an entry is still right: the first of those who answer for it that can
    be written to, else the nearest keeper who can."""
    first = (one for one in answering(turn, entry) if _reachable(turn, one))
    return next(first, None) or keeper_of(turn, entry)


def keeper_of(turn: Turn, entry: Entry) -> int | None:
    """The nearest of those who keep the guide where an entry holds that can be written to."""
    held = (officer(turn, entry.area_id, post) for post in KEEPERS)
    return next((one for one in held if one is not None and _reachable(turn, one)), None)


def _reachable(turn: Turn, person_id: int) -> bool:
    return bool(people.accounts_of(turn.db.connection(), [person_id]))


def may_keep(turn: Turn, entry: Entry) -> bool:
    """Whether the speaker answers for it, or keeps the guide where it holds."""
    return turn.speaker.person_id in answering(turn, entry) or authority.may(
        turn, Power.KEEP_GUIDE, area_id=entry.area_id
    )


def load(turn: Turn, entry_id: int) -> Entry:
    """An entry that the speaker may prolong or stop, locked; the guide is about to change.

    Raises `Refused`.
    """
    guide.changed(turn.db.connection())
    entry = guide.lock(turn.db, entry_id)
    if entry is None:
        raise Refused("no_such_entry")
    if not may_keep(turn, entry):
        authority.require(turn, Power.KEEP_GUIDE, area_id=entry.area_id)
    return entry
