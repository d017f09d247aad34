"""What the cells of a row mean: texts in, values or reasons out.

What a row says is a dict without the columns it is silent about, so that it can be laid over
what was known.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import TypeVar

from governance.roster import COLUMNS, Line, Terms

T = TypeVar("T")
NAME, CODE, PHONE, HOURS, SKILLS = 64, 32, 32, 64, 50
_LIST = re.compile(r"[、,，;；\n]")
_CODES = re.compile(r"[\s、,，;；/]")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", re.IGNORECASE)
_PHONE = re.compile(r"\+?[\d\s()-]+(?:(?:转|ext\.?|x|\*)\s*\d{1,6})?", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")
_SHORT_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)")
NUMBERED = re.compile(r"#\d{1,18}")
"""Stands for a person of this database who has no code."""


def plain(text: str) -> str:
    """Without what a keyboard for Chinese makes of letters, digits and spaces."""
    return unicodedata.normalize("NFKC", text).strip()


def word(text: str) -> str:
    """As words are looked up: "Grid worker " is "gridworker"."""
    return re.sub(r"[\s_]", "", plain(text)).casefold()


@lru_cache(1024)
def listed(text: str) -> tuple[str, ...]:
    """The parts of a list, once each and in their order; the same lists stand in many rows."""
    return tuple(dict.fromkeys(part for raw in _LIST.split(text) if (part := _tidy(raw))))


# Two characters are often set apart to stand under three: "张　三" is 张三.
_SET_APART = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


def _tidy(text: str) -> str:
    return " ".join(text.split())


class Cells:
    """Reads one row; what it finds goes into the line's `said` and `reasons`."""

    def __init__(self, line: Line, terms: Terms) -> None:
        self._line = line
        self._terms = terms
        self._texts = dict(zip(COLUMNS[line.table.sheet], line.row.cells, strict=True))
        for fault in line.row.faults:
            self._texts[fault.column] = ""
            line.reasons.append(fault)

    def _given(self, column: str, empty: object) -> str:
        """The text of a cell; "" when it says nothing, or that there is nothing."""
        text = self._texts[column]
        if text and word(text) in self._terms.nothing:
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
        if text := _tidy(self._given(column, "")):
            self._keep(column, text, limit)

    def name(self) -> None:
        """A name; there is no clearing it."""
        if text := _SET_APART.sub("", _tidy(self._texts["name"])):
            self._keep("name", text, NAME)

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

    def point(self) -> None:
        """Both degrees or none."""
        for column, most in (("latitude", 90), ("longitude", 180)):
            if not (text := plain(self._given(column, None))):
                continue
            degrees = float(text) if _NUMBER.fullmatch(text) else 1e9
            if abs(degrees) > most:
                self._line.refuse("bad_degrees", column, value=text[:40])
            else:
                self._line.said[column] = round(degrees, 7)

    def list(self, column: str) -> None:
        """Several words."""
        if not (text := self._given(column, ())):
            return
        parts = listed(text)
        if len(parts) > SKILLS or any(len(part) > NAME for part in parts):
            self._line.refuse("too_long", column, limit=str(NAME))
        else:
            self._line.said[column] = parts

    def categories(self) -> None:
        """Codes or names of categories. A code that was typed as a number lost its zero."""
        if not (text := self._given("categories", ())):
            return
        known, found = self._terms.categories, set()
        for part in self._category_words(text):
            code = known.get(word(part)) or known.get("0" + word(part))
            if code is None:
                self._line.refuse("unknown_category", "categories", value=part[:40])
            else:
                found.add(code)
        self._line.said["categories"] = tuple(sorted(found))

    def _category_words(self, text: str) -> tuple[str, ...]:
        """Names hold spaces and strokes of their own, codes never do."""
        return tuple(
            piece
            for part in listed(plain(text))
            for piece in ([part] if word(part) in self._terms.categories else _CODES.split(part))
            if piece
        )


def read_area(line: Line, terms: Terms, _today: date) -> None:
    """What a row of the areas says."""
    cells = Cells(line, terms)
    cells.code("code")
    cells.name()
    cells.choice("kind", terms.areas)
    cells.code("parent")
    cells.point()
    cells.count("households")


def read_unit(line: Line, terms: Terms, _today: date) -> None:
    """What a row of the units says."""
    cells = Cells(line, terms)
    cells.code("code")
    cells.name()
    cells.choice("kind", terms.units)
    cells.code("area")
    cells.phone("phone", 3)
    cells.text("hours", HOURS)
    cells.categories()


def read_person(line: Line, terms: Terms, today: date) -> None:
    """What a row of the people says."""
    cells = Cells(line, terms)
    cells.code("code")
    cells.name()
    cells.phone("phone", 7)
    cells.choice("post", terms.posts)
    cells.code("place")
    cells.phone("duty_phone", 3)
    cells.code("partner")
    cells.day("since", today)
    cells.day("until", today)
    cells.choice("member", terms.members)
    cells.code("unit")
    cells.code("home")
    cells.list("skills")
    if phone := line.said.get("phone"):
        line.said["mark"] = terms.mark(phone)
    elif phone == "":
        line.said["mark"] = ""


def require(line: Line, *columns: str) -> None:
    """Something new needs these; a cell that was refused already is not missed as well."""
    for column in columns:
        if not line.said.get(column) and not any(r.column == column for r in line.reasons):
            line.refuse("missing", column)
