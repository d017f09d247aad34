"""Which post of a person a row speaks of, and whether its term can be.

The same person may have held the same post before: rows are told apart by their first day.
One that fits none changes the term that is left, or begins a new one after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from governance.roster import KnownPerson, Plan, PostEntry
from governance.sheets import Change, Line


@dataclass(eq=False, slots=True)
class Term:
    """A row's post: what it says of it beside kind and place, and the known post it means."""

    line: Line
    post: PostEntry
    said: dict[str, Any]
    id: int | None = None


def match(terms: Sequence[Term], known: KnownPerson | None) -> None:
    """Every term of one person has found its post; two that mean the same are refused."""
    rows: dict[tuple[str, str], list[Term]] = defaultdict(list)
    for term in terms:
        rows[term.post.kind, term.post.place].append(term)
    held: dict[tuple[str, str], dict[int, PostEntry]] = defaultdict(dict)
    for post_id, post in known.posts.items() if known else ():
        held[post.kind, post.place][post_id] = post
    for seat, some in rows.items():
        _match_seat(some, held[seat])


def _match_seat(terms: Sequence[Term], held: dict[int, PostEntry]) -> None:
    begun: dict[date | None, Line] = {}
    for term in sorted(terms, key=lambda term: _exact(term, held) is None):
        term.id = _same(term, held)
        old = term.post if term.id is None else held.pop(term.id)
        post = term.post = replace(old, **term.said)
        if post.since and post.until and post.since > post.until:
            term.line.refuse("term", "until", since=str(post.since), until=str(post.until))
        first = begun.setdefault(post.since, term.line)
        if first is not term.line:
            term.line.refuse("duplicate_post", "post", **first.place)


def _exact(term: Term, held: Mapping[int, PostEntry]) -> int | None:
    if "since" not in term.said:
        return None
    same = (post_id for post_id, post in held.items() if post.since == term.said["since"])
    return next(same, None)


def _same(term: Term, held: Mapping[int, PostEntry]) -> int | None:
    """The post that begins on the row's day, else the latest that the row may still change."""
    exact = _exact(term, held)
    if exact is not None:
        return exact
    since = term.said.get("since")
    for post_id in sorted(held, key=lambda one: held[one].until or date.max, reverse=True):
        until = held[post_id].until
        if since is None or until is None or since <= until:
            return post_id
    return None


def plan_posts(ref: int, terms: Sequence[Term], known: KnownPerson | None, plan: Plan) -> None:
    """What is to be written for one person's posts."""
    for term in terms:
        if term.id is None:
            plan.add_posts.append((ref, term.post))
            term.line.change = Change.ADDED
        elif known and known.posts[term.id] != term.post:
            plan.change_posts.append((term.id, term.post))
            term.line.change = Change.CHANGED
