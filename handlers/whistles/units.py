"""Which units are called: suggested from their duties and from earlier whistles, or by name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import count
from typing import Protocol

from governance.org import Unit
from handlers.naming import ask_unit_named
from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Turn
from handlers.words import Text, _, paragraphs
from storage import responders, whistles

SUGGESTED = 8
ENOUGH = "enough"
NEEDED = 6  # categories read in the words of a whistle that are looked up


class Placed(Protocol):
    """What is known of a whistle before it is blown: where, which kind, what it is about."""

    @property
    def path(self) -> str: ...
    @property
    def kind(self) -> str: ...


def suggested(turn: Turn, path: str, kind: str, categories: Sequence[str]) -> list[Unit]:
    """Units that answer for these categories at the place, then those that came before."""
    found: dict[int, Unit] = {}
    for category in categories[:NEEDED]:
        for unit in responders.responsible(turn.db, category, path):
            found.setdefault(unit.id, unit)
    before = whistles.called_before(turn.db, path, kind)
    for unit in responders.by_ids(turn.db, before):
        found.setdefault(unit.id, unit)
    return list(found.values())[:SUGGESTED]


def ask_units(
    talk: Talk, turn: Turn, path: str, kind: str, categories: Sequence[str], after: Sequence[str]
) -> list[Unit]:
    """At least one unit, each once, in the order they were chosen."""
    chosen: list[int] = []
    for number in count():
        known = talk.recall(
            f"suggested.{number}",
            lambda: [u.id for u in suggested(turn, path, kind, categories) if u.id not in chosen],
            after=after,
        )
        picked = _ask_one(talk, turn, f"unit.{number}", known, chosen, after)
        if picked is None:
            return responders.by_ids(turn.db, chosen)
        if picked not in chosen:
            chosen.append(picked)
    raise AssertionError  # `count` has no end


def ask_unit(
    talk: Talk, turn: Turn, key: str, question: Text, placed: Placed, *, without: Collection[int]
) -> int | None:
    """One unit that is not called yet; None when there is to be none."""
    past = whistles.called_before(turn.db, placed.path, placed.kind)
    known = talk.recall(f"{key}.known", lambda: [u for u in past if u not in without][:SUGGESTED])
    units = responders.by_ids(turn.db, known)
    options = [*(Option(f"u{u.id}", u.name) for u in units), Option(ENOUGH, _("None"))]
    return _named(talk, turn, key, question, options, without, ())


def _ask_one(
    talk: Talk,
    turn: Turn,
    key: str,
    known: Sequence[int],
    chosen: Sequence[int],
    after: Sequence[str],
) -> int | None:
    units = responders.by_ids(turn.db, known)
    options = [Option(f"u{unit.id}", unit.name) for unit in units]
    if chosen:
        options.append(Option(ENOUGH, _("These are enough")))
    have = responders.by_ids(turn.db, chosen)
    question = paragraphs(
        _("Called so far: {units}.", units="、".join(u.name for u in have)) if have else "",
        _("Which unit shall come? Tap one, or type part of its name."),
    )
    return _named(talk, turn, key, question, options, (), after)


def _named(
    talk: Talk,
    turn: Turn,
    key: str,
    question: Text,
    options: Sequence[Option],
    without: Collection[int],
    after: Sequence[str],
) -> int | None:
    """The unit that was tapped, or typed by a part of its name; None for "enough"."""
    chosen = ask_unit_named(talk, turn, key, question, options, without, after)
    return chosen if isinstance(chosen, int) else None


def ask_task(talk: Talk, key: str, unit: str, after: Sequence[str] = ()) -> str:
    """What one unit is asked to do."""
    usual = Option("come", _("Come and deal with it"))
    question = _("What is {unit} asked to do?", unit=unit)
    said = talk.ask(key, question, Typed(2, 200), options=(usual,), after=after)
    return said.text or talk.turn.say(_("Come and deal with it"))
