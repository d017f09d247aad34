"""The words of workbooks: what is understood in one, what becomes of a row, and why not.

What is written in a workbook comes from the catalogue; what is understood in one is that in
any language, and what people call it besides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from governance.cells import word
from governance.sheets import Change, Line, Reason
from handlers.words import Text, Words, _, in_every_language, line, lines, listed

K = TypeVar("K")
Data = Mapping[str, str]
Reasons = Mapping[str, Callable[[Data], Text]]

CHANGES: dict[Change, Words] = {
    Change.ADDED: _("added"),
    Change.CHANGED: _("changed"),
    Change.UNCHANGED: _("unchanged"),
    Change.REFUSED: _("refused"),
}
COLOURS: dict[Change, str] = {
    Change.ADDED: "green",
    Change.CHANGED: "yellow",
    Change.UNCHANGED: "",
    Change.REFUSED: "red",
}
"""How a row is marked in the result, beside the word."""

UNREADABLE: dict[str, Words] = {
    "not_xlsx": _("it is no Excel workbook (.xlsx). In Excel choose “Save as”, type .xlsx"),
    "password": _(
        "it is protected with a password. Remove the password in Excel and send it again"
    ),
    "too_large": _("it is too large. Leave pictures out, or send it in parts"),
    "too_many_rows": _("it has too many rows. Send it in parts"),
    "empty": _("it is empty"),
    "no_known_sheet": _(
        "no sheet of the roster was found in it. Send “template” for one to fill in"
    ),
    "broken": _("it is damaged. Save it once more in Excel and send it again"),
    "no_list": _(
        "no sheet with headings that I know was found in it. Send “/supply”, “/needs” or “/guides” and tap “As a workbook” for one to fill in"
    ),
    "own_service": _(
        "it says what members do for others. Each member says that alone, with “/service”. Take that sheet out and send it again"
    ),
    "macros": _("there are macros in it. In Excel choose “Save as”, type .xlsx"),
    "no_post": _("you do not hold the post that decides on it"),
    "lost": _("it could not be fetched. Please send it once more"),
}
"""Why a file that was sent cannot be used at all."""

NOTHING = frozenset({"-", "--", "—", "——", "无", "none", "n/a", "/"})
"""What clears a cell."""

OF_CELLS: Reasons = {
    "missing": lambda d: _("This cell is empty; something new needs it."),
    "too_long": lambda d: _("Too long; at most {limit} characters.", **d),
    "bad_code": lambda d: _("“{value}” cannot be a code: no spaces, commas or colons.", **d),
    "unknown_word": lambda d: _("“{value}” is not known here.", **d),
    "bad_phone": lambda d: _("“{value}” is no telephone number.", **d),
    "bad_day": lambda d: _("“{value}” is no day. Write it like 2026-03-01.", **d),
    "bad_count": lambda d: _("“{value}” is no whole number.", **d),
    "formula": lambda d: _(
        "This cell holds a formula without its result. Open the file in Excel and save it once, or write the value itself."
    ),
    "duplicate_code": lambda d: _("Code {code} also stands in “{sheet}”, row {row}.", **d),
    "error_cell": lambda d: _("This cell shows an error ({value}). Write the value itself.", **d),
}
"""Why a cell is refused, in whatever sheet."""


def understood(words: Mapping[K, Words], also: Mapping[K, str]) -> dict[str, K]:
    """What each of these is called in any language, and `also`; the first of two has a word."""
    found: dict[str, K] = {}
    for key, named in words.items():
        ours = [*in_every_language(named.source), *([str(key)] if key else [])]
        for text in (*ours, *also.get(key, "").split()):
            for said in (text, text.replace("编码", "编号"), text.replace("编码", "代码")):
                found.setdefault(word(said), key)
    return found


@dataclass(frozen=True)
class Wording:
    """How a feature's sheets and their columns are called, and why a row of them is refused."""

    titles: Mapping[str, Words]
    headings: Mapping[str, Mapping[str, Words]]
    why: Callable[[Line], Text]
    widths: Mapping[str, float]


def reasons_of(
    refused: Line,
    headings: Mapping[str, Words],
    words: Reasons,
    choices: Callable[[str], Sequence[Text]],
) -> Text:
    """All reasons of a row, each with its cell: "C17 Telephone: …", and with what may be written
    where the choice is small."""
    return lines(
        *(
            _at_its_cell(refused, reason, headings, _said(reason, words, choices))
            for reason in refused.reasons
        )
    )


def _said(reason: Reason, words: Reasons, choices: Callable[[str], Sequence[Text]]) -> Text:
    said = words[reason.code](reason.data)
    if reason.code == "unknown_word":
        may_be = listed(*choices(reason.column))
        return line(said, _("It can be: {choices}", choices=may_be), separator=" ")
    return said


def _at_its_cell(refused: Line, reason: Reason, headings: Mapping[str, Words], said: Text) -> Text:
    letters = refused.table.letters
    heading = headings.get(reason.column)
    if heading is None:
        return said
    cell = f"{letters[reason.column]}{refused.row.number}" if reason.column in letters else ""
    return _("{cell}: {reason}", cell=line(cell, heading, separator=" "), reason=said)
