"""What all of points needs: how amounts are called, whose pool it is, who decides."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from governance.awards import Award
from governance.org import Area, AreaKind, PostKind, Seat
from governance.points import Rule
from handlers.message import Card
from handlers.turn import Turn
from handlers.words import Text, When, Words, _, ngettext
from storage import org, points

AWARD, DISPUTE, ALERT = "points.award", "points.dispute", "points.alert"
RANKING = "points.ranking"
HAND = "hand"  # what an award is about that an approver has given

RULES: dict[Rule, Words] = {
    Rule.TASK: _("Volunteer task"),
    Rule.HOURS: _("Hours of service"),
    Rule.REPORT: _("Problem reported"),
    Rule.WISH: _("Wish fulfilled"),
    Rule.DEED: _("Good deed"),
    Rule.CONTEST: _("Speech contest"),
    Rule.OTHER: _("Community work"),
}

REASONS: dict[str, Words] = {
    "day_full": _("the points of that day were used up"),
    "untrue": _("it was found not to be as reported"),
}
"""What a rule has ended, as opposed to somebody's words."""

_DECIDING = (
    (AreaKind.COMMUNITY, PostKind.COMMUNITY_HEAD),
    (AreaKind.COMMUNITY, PostKind.COMMUNITY_DUTY),
    (AreaKind.STREET, PostKind.STREET_HEAD),
    (AreaKind.DISTRICT, PostKind.DISTRICT_DESK),
)
"""Whoever decides about points, the nearest first; governance/authority.py says the same."""


def amount(points: int) -> Words:
    """So many points: "3分"."""
    return ngettext("{count} point", "{count} points", points)


def title(award: Award) -> Text:
    """What the points are for: "周六清扫"."""
    return award.note or RULES[award.rule]


def why(reason: str) -> Text:
    """Why an award ended."""
    return REASONS.get(reason, reason)


def shown_as(turn: Turn, awards: Iterable[Award]) -> dict[int, Text]:
    """Under which name others read of each award, by its id. Who reports things is nobody's
    business: who objects has to name the points, and whoever decides knows whose they are."""
    found = list(awards)
    names = org.names(turn.db, {one.to_id for one in found})
    hidden = _("A resident who reported something")
    return {one.id: hidden if one.rule is Rule.REPORT else names[one.to_id] for one in found}


def has_now(turn: Turn, person_id: int) -> Words:
    """The closing sentence of whatever changes or will change a balance."""
    return _("You have {points} now.", points=amount(points.balance(turn.db, person_id)))


def last_day(until: datetime) -> When:
    """The day that ends at this moment."""
    return When(until - timedelta(seconds=1), date_only=True)


def community_of(turn: Turn, area_id: int) -> Area:
    """The community whose pool and shop an area has; the area itself where it is above one."""
    area = turn.db.get_one(Area, area_id)
    return org.ancestor(turn.db, area, AreaKind.COMMUNITY) or area


def deciders(turn: Turn, area_id: int, without: Iterable[int | None]) -> list[int]:
    """Who decides about an award of this area and is none of these people: the nearest level
    where there is somebody."""
    area, day = turn.db.get_one(Area, area_id), turn.policy.local_date(turn.now)
    excluded = set(without)
    for level, kind in _DECIDING:
        place = org.ancestor(turn.db, area, level)
        held = org.holders(turn.db, Seat(kind, place.id), day) if place else []
        found = {post.answering(turn.now) for post in held} - excluded
        if found:
            return sorted(person for person in found if person is not None)
    return []


def head_of(turn: Turn, area_id: int, without: Iterable[int | None] = ()) -> list[int]:
    """The community's head, or whoever stands in; the street where the head is excluded."""
    return deciders(turn, area_id, without)


def tell(turn: Turn, person_id: int, card: Card, *, key: str | None = None) -> None:
    """A line for a person; while people sleep it waits."""
    at = turn.policy.waking(turn.now)
    turn.post.to(person_id, card, key=key, release_at=at if at > turn.now else None)


def put_before(turn: Turn, view: str, subject: int, person_id: int) -> None:
    """An officer has the card that asks for a decision; out of hours it waits."""
    at = turn.policy.work.next_open(turn.now)
    turn.post.show(view, subject, person_id, fresh=True, release_at=at if at > turn.now else None)
