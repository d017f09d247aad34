"""A number is asked for, by tap or typed with its unit."""

from __future__ import annotations

import re
from collections.abc import Callable

from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.words import Text, Words, _, ngettext


def ask_number(
    talk: Talk,
    key: str,
    question: Text,
    least: int,
    most: int,
    unit: Callable[[int], Text],
    offered: tuple[int, ...] = (),
    none: Words | None = None,
) -> int:
    """A whole number between two others, 0 for `none`; whatever else is said is asked again.

    It may be typed with its unit (5人): where choices are numbered lines a bare number is one
    of them.
    """
    options = [Option("0", none)] if none else []
    options += [Option(str(n), unit(n)) for n in offered]
    n, asked = 0, question
    while True:
        after = (key,) if n else ()
        said = talk.ask(f"{key}{n or ''}", asked, Typed(1, 20), options=options, after=after)
        if none and said.value == "0":
            return 0
        number = _NUMBER.fullmatch((said.text or str(said.value)).strip().lower())
        if number is not None and least <= int(number[1]) <= most:
            return int(number[1])
        n += 1
        asked = _("From {least} to {most}, please.", least=unit(least), most=unit(most))


_NUMBER = re.compile(r"([0-9]{1,9})\s*(?:个?人|名|个|位|分|people|persons?|points?)?")


def people(count: int) -> Words:
    return ngettext("{count} person", "{count} people", count)


def points(count: int) -> Words:
    return ngettext("{count} point", "{count} points", count)
