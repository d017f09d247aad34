"""What the cells of the roster's rows mean."""

from __future__ import annotations

import re
from datetime import date

from governance.cells import NAME, Cells, listed, plain, tidy, word
from governance.roster import Terms
from governance.sheets import Line

HOURS = 64
_CODES = re.compile(r"[\s、,，;；/]")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", re.IGNORECASE)
NUMBERED = re.compile(r"#\d{1,18}")
"""Stands for a person of this database who has no code."""
# Two characters are often set apart to stand under three: "张　三" is 张三.
_SET_APART = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


class RosterCells(Cells):
    """Reads one row of the roster."""

    def __init__(self, line: Line, terms: Terms) -> None:
        super().__init__(line, terms.nothing)
        self._terms = terms

    def name(self) -> None:
        """A name; there is no clearing it."""
        if text := _SET_APART.sub("", tidy(self._texts["name"])):
            self._keep("name", text, NAME)

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
    cells = RosterCells(line, terms)
    cells.code("code")
    cells.name()
    cells.choice("kind", terms.areas)
    cells.code("parent")
    cells.point()
    cells.count("households")


def read_unit(line: Line, terms: Terms, _today: date) -> None:
    """What a row of the units says."""
    cells = RosterCells(line, terms)
    cells.code("code")
    cells.name()
    cells.choice("kind", terms.units)
    cells.code("area")
    cells.phone("phone", 3)
    cells.text("hours", HOURS)
    cells.categories()


def read_person(line: Line, terms: Terms, today: date) -> None:
    """What a row of the people says."""
    cells = RosterCells(line, terms)
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
