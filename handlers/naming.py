"""Which unit somebody means: tapped among the likely ones, or typed by a part of its name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from itertools import count

from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Turn
from handlers.words import Text, _
from storage import responders


def ask_unit_named(
    talk: Talk,
    turn: Turn,
    key: str,
    question: Text,
    options: Sequence[Option],
    without: Collection[int] = (),
    after: Sequence[str] = (),
) -> int | str:
    """The unit's id; or the code of an option that is no unit ("u12" is one)."""
    text, shown = question, list(options)
    keys: list[str] = list(after)
    for number in count():
        name = f"{key}.{number}"
        said = talk.ask(name, text, Typed(1, 60), options=shown, after=tuple(keys))
        keys.append(name)
        if said.kind != "text":
            code = str(said.value)
            return int(code[1:]) if _is_a_unit(code) else code
        find = partial(_found, turn, said.text, without)
        found = talk.recall(f"{name}=", find, after=(name,))
        if len(found) == 1:
            return int(found[0])
        units = responders.by_ids(turn.db, found)
        text = (
            _("Which of these?")
            if units
            else _("No unit is called “{words}”. Try another part of its name.", words=said.text)
        )
        others = [option for option in options if not _is_a_unit(option.code)]
        shown = [*(Option(f"u{u.id}", u.name) for u in units), *others] if units else list(options)
    raise AssertionError  # `count` has no end


def _is_a_unit(code: str) -> bool:
    return code[:1] == "u" and code[1:].isdecimal()


def _found(turn: Turn, words: str, without: Collection[int]) -> list[int]:
    named = responders.named(turn.db, words)
    exact = [unit for unit in named if unit.name == words]
    return [unit.id for unit in exact or named if unit.id not in without]
