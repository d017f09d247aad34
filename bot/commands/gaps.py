"""What `shaodao check` says of the district: where somebody is missing, and what helps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time

from sqlalchemy import Connection

from governance.org import AreaKind, PostKind
from governance.policy import Category, Policy
from handlers.posts import POSTS
from handlers.words import Name, Text, Value, When, Words, _, listed, ngettext
from storage import gaps
from storage.gaps import Held, Place

MOST = 8
"""Names in one line. Who has more to add works from the roster, not from this list."""


def lacking(conn: Connection, policy: Policy, today: date) -> list[Text]:
    """A line for each kind of gap, with the places it is at; empty when nothing is lacking."""
    found = [*_places(conn, today), *_categories(conn, policy), *_posts(conn, policy, today)]
    return [_("The district still lacks the following."), *found] if found else []


# ── places and categories ────────────────────────────────────────────────────


def _streets(count: int, **values: Value) -> Words:
    return ngettext(
        "{count} street has no duty officer: {names}",
        "{count} streets have no duty officer: {names}",
        count,
        **values,
    )


def _communities(count: int, **values: Value) -> Words:
    return ngettext(
        "{count} community has no duty officer: {names}",
        "{count} communities have no duty officer: {names}",
        count,
        **values,
    )


def _grids(count: int, **values: Value) -> Words:
    return ngettext(
        "{count} grid has no grid worker: {names}",
        "{count} grids have no grid worker: {names}",
        count,
        **values,
    )


def _units(count: int, **values: Value) -> Words:
    return ngettext(
        "{count} unit has no duty officer: {names}",
        "{count} units have no duty officer: {names}",
        count,
        **values,
    )


_KEPT = (
    (AreaKind.STREET, PostKind.STREET_DUTY, _streets),
    (AreaKind.COMMUNITY, PostKind.COMMUNITY_DUTY, _communities),
    (AreaKind.GRID, PostKind.GRID_WORKER, _grids),
)


def _places(conn: Connection, today: date) -> Iterator[Words]:
    for kind, post, say in _KEPT:
        yield from _said(say, map(_place, gaps.areas_without(conn, kind, post, today)))
    yield from _said(_units, map(_place, gaps.units_without_duty(conn, today)))


def _place(place: Place) -> Words:
    return _("{place} ({code})", place=f"{place.within}{place.name}", code=place.code)


def _categories(conn: Connection, policy: Policy) -> Iterator[Words]:
    def say(count: int, **values: Value) -> Words:
        return ngettext(
            "{count} kind of problem has no unit that answers for it: {names}",
            "{count} kinds of problem have no unit that answers for them: {names}",
            count,
            **values,
        )

    yield from _said(say, map(_category, unanswered(policy, gaps.answered_categories(conn))))


def unanswered(policy: Policy, answered: set[str]) -> list[Category]:
    """The kinds of problem no unit answers for; a family where none of its kinds has one.

    Who answers for a family answers for all its kinds.
    """
    leaves = [c for c in policy.categories.values() if c.parent]
    open_leaves = [c for c in leaves if not {c.code, c.parent} & answered]
    whole = {c.family for c in leaves} - {c.family for c in leaves if c not in open_leaves}
    found = {c.family if c.family in whole else c.code for c in open_leaves}
    return [category for code, category in sorted(policy.categories.items()) if code in found]


def _category(category: Category) -> Words:
    name = Name(category.name_zh, category.name_en)
    return _("{place} ({code})", place=name, code=category.code)


# ── posts ────────────────────────────────────────────────────────────────────


def _without_account(count: int, **values: Value) -> Words:
    return ngettext(
        "{count} post has a holder who cannot be reached; shaodao invite CODE lets them in: {names}",
        "{count} posts have holders who cannot be reached; shaodao invite CODE lets each in: {names}",
        count,
        **values,
    )


def _without_partner(count: int, **values: Value) -> Words:
    return ngettext(
        "{count} post has an A and no B to stand in: {names}",
        "{count} posts have an A and no B to stand in: {names}",
        count,
        **values,
    )


def _ending(count: int, **values: Value) -> Words:
    return ngettext(
        "{count} term ends within 30 days: {names}",
        "{count} terms end within 30 days: {names}",
        count,
        **values,
    )


def _posts(conn: Connection, policy: Policy, today: date) -> Iterator[Words]:
    def until(held: Held) -> Words:
        noon = datetime.combine(held.until or today, time(12), policy.zone)
        return _("{post} until {day}", post=_post(held), day=When(noon, date_only=True))

    yield from _said(_without_account, map(_post, gaps.posts_without_account(conn, today)))
    yield from _said(_without_partner, map(_post, gaps.posts_without_partner(conn, today)))
    yield from _said(_ending, map(until, gaps.posts_ending(conn, today)))


def _post(held: Held) -> Words:
    post = POSTS[held.kind]
    if held.person is None:
        return _("{post} of {place}", post=post, place=held.place)
    return _("{post} {person} of {place}", post=post, place=held.place, person=held.person)


# ── how it is said ───────────────────────────────────────────────────────────


def _said(say: Callable[..., Words], names: Iterable[Words]) -> Iterator[Words]:
    """One line with how many there are and the first of them; none where there are none."""
    found = list(names)
    if found:
        yield say(len(found), names=_first(found))


def _first(names: Sequence[Words]) -> Value:
    shown = listed(*names[:MOST])
    more = len(names) - MOST
    return _("{names} and {count} more", names=shown, count=more) if more > 0 else shown
