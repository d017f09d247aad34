"""Several matters in one message: "路灯坏了,还有楼下垃圾也没人收"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from bot.triage.model import Odds

MOST = 5
"""Parts; a text with more is a story, and is read as a whole."""

SHORT = 4
"""Characters; a shorter part belongs to what was said before it."""

SURE, SURE_AFTER_AND = 0.9, 0.3
"""The chance from which a part is about its category: alone, and where a word like 还有
says that another matter begins."""

CLEAR = 0.96
"""The chance from which a text is about one category as a whole, and is not taken apart."""

_AND = re.compile(
    r"(?:还有(?:就是|一个|件事)?|另外|顺便|再一个|再就是|再有|其次|第[二三四](?![回次遍天季年个期])|此外|除此之外|对了|以及)"
    r"|\b(?:also|besides|another thing|and another)\b"
)
_BETWEEN = re.compile(rf"[,。!?;、\s]*(?={_AND.pattern})|[,。!?;]+")


class Part(NamedTuple):
    """A piece of a message; `another`: its first words say that another matter begins."""

    text: str
    another: bool


def parts(text: str) -> list[Part]:
    """The plain text in pieces that may be matters of their own; none if it is one piece."""
    found: list[str] = []
    for piece in filter(None, _BETWEEN.split(text)):
        if found and (len(found[-1]) < SHORT or len(piece) < SHORT):
            found[-1] += f",{piece}"
        else:
            found.append(piece)
    if not 1 < len(found) <= MOST:
        return []
    return [Part(piece, _AND.match(piece) is not None) for piece in found]


def worth_parting(pieces: Sequence[Part], whole: Odds) -> bool:
    """Whether the pieces of a text may be about different things."""
    return whole.chances[0] < CLEAR or any(piece.another for piece in pieces)


def matters(pieces: Sequence[Part], odds: Sequence[Odds]) -> list[tuple[str, Odds]]:
    """The pieces joined to matters, with the odds of the piece that is clearest in each.

    A new matter begins where a piece is surely about something that the matter before is
    not among its three likeliest for, and the other way round. One matter is no split.
    """
    found: list[tuple[str, Odds]] = []
    for piece, odds_of_it in zip(pieces, odds, strict=True):
        if not found or _another(found[-1][1], piece, odds_of_it):
            found.append((piece.text, odds_of_it))
        else:
            before, clearest = found[-1]
            best = max(clearest, odds_of_it, key=lambda one: one.chances[0])
            found[-1] = (f"{before},{piece.text}", best)
    return found if len(found) > 1 else []


def _another(before: Odds, piece: Part, odds: Odds) -> bool:
    """Whether the piece is about something else than what was said before it."""
    sure = SURE_AFTER_AND if piece.another else SURE
    return (
        min(before.chances[0], odds.chances[0]) >= sure
        and before.labels[0] not in odds.labels[:3]
        and odds.labels[0] not in before.labels[:3]
    )
