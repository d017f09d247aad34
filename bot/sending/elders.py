"""长辈版: how a message is laid out for an old person, whatever it says.

One sentence a line; at most three choices, of which the last may lead to the others; large
numbers, which may be typed wherever they are read; and always how to reach a person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import Connection

from bot.clock import technical
from handlers.message import Menu
from handlers.words import Reader, _, ngettext, render
from storage import withheld

MOST = 3
ROW = "【{n}】{label}"
HEADING = _("Reply with a number. For a person, reply “human”:")
_FOOT = _("For a person, reply “human”.")
_SENTENCE = re.compile(r"(?<=[。？！；])(?=[^\s”’）」』。？！])|(?<=[.?!;]) (?=[A-Z“])")

Choices = Sequence[Sequence[str]]


def arranged(
    conn: Connection, lane: str, text: str, choices: Choices, reader: Reader
) -> tuple[str, Choices]:
    """The text and its choices (label, token) as an old person gets them."""
    text = _SENTENCE.sub("\n", text)
    if not choices:
        return f"{text}\n\n{render(_FOOT, reader)}", choices
    if len(choices) <= MOST:
        return text, choices
    shown, rest = choices[: MOST - 1], choices[MOST - 1 :]
    digest = withheld.keep(conn, lane, rest, technical())
    others = ngettext("{count} other choice", "{count} other choices", len(rest))
    return text, [*shown, [render(others, reader), f"elders.more:0:{digest}"]]


def pressed(menu: Menu) -> list[str]:
    """The labels of the buttons under the same choices."""
    return [ROW.format(n=n, label=label) for n, label in menu.rows]
