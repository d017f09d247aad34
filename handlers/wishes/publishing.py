"""A wish before those who may claim it: groups, and the units of the community."""

from __future__ import annotations

from collections.abc import Iterable

from governance.matching import Purpose, Who
from governance.org import PostKind, Seat
from governance.skills import skills_in
from governance.wishes import Audience, Role, State
from governance.wishfile import Wish
from handlers.lists import matching
from handlers.message import Card, Choice
from handlers.registry import view
from handlers.turn import Turn
from handlers.wishes.common import GROUP, OFFER, acting, number, shown
from handlers.words import Text, When, _, lines
from storage import helpers, org, wishes

STANDS: dict[State, Text] = {
    State.PUBLISHED: _("Free to claim"),
    State.CLAIMED: _("Somebody has claimed it"),
    State.DELIVERING: _("Somebody has claimed it"),
    State.DELIVERED: _("It was brought; the wisher is asked"),
    State.STRUCK_OFF: _("It came true"),
}


def offer(turn: Turn, wish: Wish) -> None:
    """Every group it is for has its card; each unit registered there or with something on its
    supply list that fits has one notice."""
    for group in wishes.groups_of(turn.db, _areas(wish)):
        turn.post.show_in_group(GROUP, wish.id, group.lane, group.language, fresh=True)
    at = turn.policy.work.next_open(turn.now)
    late = at if at > turn.now else None
    for person_id in _units_people(turn, wish):
        turn.post.show(OFFER, wish.id, person_id, kind="notice", fresh=True, release_at=late)


def _areas(wish: Wish) -> list[int]:
    """The community's own groups, and those above it where everybody may read it.

    Never a building's: among its few homes the wisher would be known at once.
    """
    path = wish.path_ids
    above = path[: path.index(wish.community_id) + 1] if wish.community_id in path else path[:1]
    return above if wish.audience is Audience.PUBLIC else [wish.community_id]


def _units_people(turn: Turn, wish: Wish) -> Iterable[int]:
    """Who answers for each of these units, except the wisher."""
    today = turn.policy.local_date(turn.now)
    found: dict[int, None] = {}
    for unit_id in dict.fromkeys([*wishes.units_at(turn.db, wish.community_id), *_fit(turn, wish)]):
        for kind in (PostKind.UNIT_DUTY, PostKind.UNIT_LEADER):
            held = org.holders(turn.db, Seat(kind, None, unit_id), today)
            if held:
                found[held[0].answering(turn.now)] = None
                break
    found.pop(wish.poster_id, None)
    return found


def _fit(turn: Turn, wish: Wish) -> list[int]:
    """The units whose supply list speaks of what is wished for, the best first.

    None for words in which no skill is known, and none where only the community may read it.
    """
    skills = skills_in(wish.public_text, turn.policy.skills)
    if not skills or wish.audience is not Audience.PUBLIC:
        return []
    found = matching.propose(
        turn, area_id=wish.community_id, skills=skills, kind=Purpose.WISH, most=None
    )
    return [one.id for one in found if one.who is Who.UNIT]


matching.counted(helpers.of_wishes)


# ── how it reads to strangers ────────────────────────────────────────────────


@view(GROUP)
def in_group(turn: Turn, wish_id: int, _again: bool) -> Card | None:
    """The card that a whole group sees: nobody's name is on it."""
    wish = turn.db.get(Wish, wish_id, populate_existing=True)
    if wish is None:
        return None
    return Card(_read(turn, wish), _claim(wish) if wish.state is State.PUBLISHED else ())


@view(OFFER)
def to_one(turn: Turn, wish_id: int, _again: bool) -> Card | None:
    """The same for one person, who can claim it only where they may."""
    wish = turn.db.get(Wish, wish_id, populate_existing=True)
    if wish is None:
        return None
    free = wish.state is State.PUBLISHED and Role.HELPER in acting(turn, wish).roles
    return Card(_read(turn, wish), _claim(wish) if free else ())


def _claim(wish: Wish) -> tuple[Choice, ...]:
    return (Choice(_("Claim it"), f"wishes.claim:{wish.id}"),)


def _read(turn: Turn, wish: Wish) -> Text:
    state = STANDS.get(wish.state)
    if state is None or not wish.public_text:  # its words are nobody's business any more
        return lines(_("🌟 This wish is closed."), number(wish))
    day: Text = ""
    if wish.state in {State.CLAIMED, State.DELIVERING} and wish.promised is not None:
        day = _("It comes by {day}.", day=When(wish.promised, date_only=True))
    return lines(shown(turn, wish), state, day, number(wish))
