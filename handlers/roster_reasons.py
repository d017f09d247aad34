"""Why a row of the roster was refused, in words: what is wrong, and what to write instead."""

from __future__ import annotations

from functools import partial

from governance.org import AreaKind, PostKind
from governance.roster import Sheet
from governance.sheets import Line
from handlers import sheets
from handlers.posts import POSTS
from handlers.roster_words import AREA_KINDS, HEADINGS, TITLES, choices, seats
from handlers.sheets import OF_CELLS, Data, Reasons
from handlers.words import Text, Value, Words, _, listed


def _kinds(data: Data) -> dict[str, Value]:
    """The data with its codes of kinds as words."""
    named: dict[str, Value] = dict(data)
    for key in ("kind", "above"):
        if key in data:
            named[key] = AREA_KINDS[AreaKind(data[key])]
    if "post" in data:
        named["post"] = POSTS[PostKind(data["post"])]
    return named


def _seats(data: Data) -> Words:
    return _(
        "{code} is a {kind}, but a {post} serves at: {seats}.",
        code=data["code"],
        kind=AREA_KINDS[AreaKind(data["kind"])],
        post=POSTS[PostKind(data["post"])],
        seats=listed(*seats(PostKind(data["post"]))),
    )


REASONS: Reasons = {
    **OF_CELLS,
    "bad_degrees": lambda d: _("“{value}” cannot be degrees. Write them like 41.8021.", **d),
    "half_a_point": lambda d: _("Give latitude and longitude, or neither."),
    "unknown_category": lambda d: _("“{value}” is no category; write its code, like 0201.", **d),
    # areas and units
    "no_parent": lambda d: _("Write the code of the area in which it lies."),
    "second_root": lambda d: _("There is one district only, and it is {code}.", **d),
    "own_parent": lambda d: _("An area cannot lie in itself."),
    "circle": lambda d: _("These areas lie in each other in a circle: {codes}.", **d),
    "kind_not_below": lambda d: _(
        "A {kind} cannot lie in {code}, which is a {above}.", **_kinds(d)
    ),
    "child_not_below": lambda d: _("{child} lies in it and would not stand below it.", **d),
    "posts_there": lambda d: _(
        "{name} serves here as {post}, which is not held at this level. End that post first.",
        **_kinds(d),
    ),
    "not_found": lambda d: _("{code} is neither in this workbook nor in the roster.", **d),
    "refers_to_refused": lambda d: _(
        "It needs {code}, which was refused itself (“{sheet}”, row {row}).", **d
    ),
    # people and posts
    "nobody": lambda d: _("Write a code or a telephone number, so that people are told apart."),
    "no_such_number": lambda d: _(
        "{value} stands for somebody in another district's roster. Write a code instead.", **d
    ),
    "two_names": lambda d: _("One person with two names: {by} here, {name} in the roster.", **d),
    "two_names_in_rows": lambda d: _(
        "One person with two names: in “{sheet}”, row {row}, it is {name}.", **d
    ),
    "two_codes": lambda d: _("The roster has this person with another code: {code}.", **d),
    "two_codes_in_rows": lambda d: _(
        "This person also has another code: {code} (“{sheet}”, row {row}).", **d
    ),
    "disagrees": lambda d: _("“{sheet}”, row {row}, says otherwise of the same person.", **d),
    "same_person": lambda d: _(
        "Another row of the same person was refused: “{sheet}”, row {row}.", **d
    ),
    "without_post": lambda d: _("This cell speaks of a post, but none is named."),
    "not_held_there": _seats,
    "own_partner": lambda d: _("Nobody can stand in for themselves."),
    "term": lambda d: _("It would end ({until}) before it begins ({since}).", **d),
    "duplicate_post": lambda d: _("The same post stands in “{sheet}”, row {row}.", **d),
}


def reasons_of(refused: Line) -> Text:
    """All reasons of a row, each with its cell: "C17 Telephone: …"."""
    sheet = Sheet(refused.table.sheet)
    may_be = partial(choices, sheet)
    return sheets.reasons_of(refused, HEADINGS[sheet], REASONS, may_be)


WORDING = sheets.Wording(
    {str(sheet): title for sheet, title in TITLES.items()},
    {str(sheet): headings for sheet, headings in HEADINGS.items()},
    reasons_of,
    {"name": 18.0, "categories": 26.0, "skills": 22.0, "place": 18.0, "code": 18.0},
)
