"""What the cells of a row mean: texts in, values or reasons out.

What a row says is a dict without the columns it is silent about, so that it can be laid over
what was known.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import TypeVar

from governance.sheets import Line

T = TypeVar("T")
NAME, CODE, PHONE, MANY = 64, 32, 32, 50
_LIST = re.compile(r"[、,，;；\n]")
_PHONE = re.compile(r"\+?[\d\s()-]+(?:(?:转|ext\.?|x|\*)\s*\d{1,6})?", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")
_SHORT_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)")


def plain(text: str) -> str:
    """Without what a keyboard for Chinese makes of letters, digits and spaces."""
    return unicodedata.normalize("NFKC", text).strip()


def word(text: str) -> str:
    """As words are looked up: "Grid worker " is "gridworker"."""
    return re.sub(r"[\s_]", "", plain(text)).casefold()


@lru_cache(1024)
def listed(text: str) -> tuple[str, ...]:
    """The parts of a list, once each and in their order; the same lists stand in many rows."""
    return tuple(dict.fromkeys(part for raw in _LIST.split(text) if (part := tidy(raw))))


def tidy(text: str) -> str:
    """With single spaces, on one line, without characters that nobody sees."""
    if not text.isprintable():
        text = "".join(c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(text.split())


class Cells:
    """Reads one row; what it finds goes into the line's `said` and `reasons`."""

    def __init__(self, line: Line, nothing: frozenset[str]) -> None:
        """`nothing`: words, as `word` makes them, that clear what was known."""
        self._line = line
        self._nothing = nothing
        self._texts = dict(zip(line.table.columns, line.row.cells, strict=True))
        for fault in line.row.faults:
            self._texts[fault.column] = ""
            line.reasons.append(fault)

    def _given(self, column: str, empty: object) -> str:
        """The text of a cell; "" when it says nothing, or that there is nothing."""
        text = self._texts[column]
        if text and word(text) in self._nothing:
            self._line.said[column] = empty
            return ""
        return text

    def _keep(self, column: str, text: str, limit: int) -> None:
        if len(text) > limit:
            self._line.refuse("too_long", column, limit=str(limit))
        else:
            self._line.said[column] = text

    def text(self, column: str, limit: int) -> None:
        """A text as people wrote it."""
        if text := tidy(self._given(column, "")):
            self._keep(column, text, limit)

    def paragraph(self, column: str, limit: int) -> None:
        """A text with its lines."""
        rows = (tidy(row) for row in self._given(column, "").splitlines())
        if text := "\n".join(row for row in rows if row):
            self._keep(column, text, limit)

    def code(self, column: str) -> None:
        """A code, or the code of something else."""
        if not (text := plain(self._given(column, ""))):
            return
        if re.search(r"[\s\x00-\x1f,;:、]", text):
            self._line.refuse("bad_code", column, value=text)
        else:
            self._keep(column, text, CODE)

    def choice(self, column: str, words: Mapping[str, T]) -> None:
        """One of some words."""
        if not (text := self._given(column, None)):
            return
        if word(text) in words:
            self._line.said[column] = words[word(text)]
        else:
            self._line.refuse("unknown_word", column, value=text[:40])

    def phone(self, column: str, fewest: int) -> None:
        """A telephone number of at least so many digits."""
        if not (text := plain(self._given(column, ""))):
            return
        digits = sum(c.isdigit() for c in text)
        if _PHONE.fullmatch(text) and fewest <= digits <= 20:
            self._keep(column, text, PHONE)
        else:
            self._line.refuse("bad_phone", column, value=text[:40])

    def day(self, column: str, today: date) -> None:
        """A day, within a lifetime of today."""
        if not (text := plain(self._given(column, None))):
            return
        found = _DAY.fullmatch(text) or _SHORT_DAY.fullmatch(text)
        try:
            day = date(*(int(part) for part in found.groups())) if found else None
        except ValueError:
            day = None
        if day is None or abs(day.year - today.year) > 100:
            self._line.refuse("bad_day", column, value=text[:40])
        else:
            self._line.said[column] = day

    def count(self, column: str) -> None:
        """How many."""
        if not (text := plain(self._given(column, 0))):
            return
        if re.fullmatch(r"\d{1,7}(?:\.0+)?", text):
            self._line.said[column] = int(float(text))
        else:
            self._line.refuse("bad_count", column, value=text[:40])

    def list(self, column: str) -> None:
        """Several words."""
        if not (text := self._given(column, ())):
            return
        parts = listed(text)
        if len(parts) > MANY or any(len(part) > NAME for part in parts):
            self._line.refuse("too_long", column, limit=str(NAME))
        else:
            self._line.said[column] = parts


def require(line: Line, *columns: str) -> None:
    """Something new needs these; a cell that was refused already is not missed as well."""
    for column in columns:
        if not line.said.get(column) and not any(r.column == column for r in line.reasons):
            line.refuse("missing", column)


def unique_codes(lines: Iterable[Line]) -> None:
    """Rows that share a code are all refused: nobody can tell which of them is right."""
    first: dict[str, Line] = {}
    for line in lines:
        code = line.said.get("code", "")
        other = first.setdefault(code, line) if code else line
        if other is not line:
            line.refuse("duplicate_code", "code", code=code, **other.place)
            other.refuse("duplicate_code", "code", code=code, **line.place)
