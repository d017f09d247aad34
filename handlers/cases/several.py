"""One report about several matters: each has its own number, if whoever reports it wants that.

The whole message stays with the matter that was chosen; the others go with their own words, to
the same place unless they name another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from governance.casefile import Case
from governance.policy import Category
from handlers import places
from handlers.cases.common import kind_of, what_of
from handlers.posts import holder
from handlers.talk.answers import Option
from handlers.talk.player import Answer, Talk
from handlers.turn import Turn
from handlers.words import Text, When, _, lines

BOTH = "matters"


@dataclass(frozen=True, slots=True)
class Matter:
    """What else a message is about."""

    words: str
    category: Category
    place: places.Found


def others(
    talk: Talk, turn: Turn, what: Answer, category: Category, place: places.Found
) -> list[Matter]:
    """Everything else a message is about that others may read; nothing of a private report."""
    if category.private:
        return []
    found: dict[str, Matter] = {}
    for words, code in what.matters:
        kind = turn.policy.category(code)
        if code != category.code and not kind.private:
            there = talk.recall(f"at.{code}", partial(_place, turn, words), after=("what",))
            found.setdefault(code, Matter(words, kind, places.Found(**there) if there else place))
    return list(found.values())


def _place(turn: Turn, words: str) -> dict[str, object] | None:
    named = places.in_text(turn, words)
    return named.as_json() if named else None


def offer(talk: Talk, more: Sequence[Matter]) -> tuple[Option, ...]:
    """The tap that files them too, as long as it was not tapped."""
    if not more or talk.changed(BOTH):
        return ()
    return (Option(BOTH, _("These are several matters: file each")),)


def wanted(talk: Talk, more: Sequence[Matter]) -> Sequence[Matter]:
    return more if talk.changed(BOTH) else ()


def summed_up(turn: Turn, more: Sequence[Matter]) -> Text:
    """What goes along with a number of its own."""
    return lines(
        *(
            _(
                "And with its own number: {kind}, {place}. “{words}”",
                kind=kind_of(turn, matter.category.code),
                place=matter.place.words,
                words=matter.words,
            )
            for matter in more
        )
    )


def received(turn: Turn, made: Sequence[Case]) -> Text:
    """Who has each of them, by when they hear, and its number."""
    return lines(
        *(
            _(
                "Also: {kind}, passed to {holder}, who will contact you by {when}. {number}",
                kind=what_of(turn, case),
                holder=holder(case),
                when=When(case.contact_due),
                number=case.number,
            )
            for case in made
        )
    )
