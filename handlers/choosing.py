"""Choosing an area from lists that stay short: by taps, or by typing what is not in sight."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import count

from governance.org import AreaKind
from handlers import places
from handlers.talk.answers import Option, tidy
from handlers.talk.answers import Text as TextKind
from handlers.talk.player import Talk
from handlers.turn import Turn
from handlers.words import Text, _, paragraphs
from storage import gazetteer
from storage.gazetteer import Spot

PAGE = 12
MORE = "more"


def pick(
    talk: Talk,
    key: str,
    question: Text,
    spots: Sequence[Spot],
    *,
    also: Sequence[Option] = (),
    typed: Sequence[Spot] = (),
    after: Sequence[str] = (),
) -> Spot | str:
    """The area that was tapped, or typed by its name or number; or the code of one of `also`.

    A long list has pages. `typed` are areas that may be typed although they are not shown.
    """
    known = {f"a{spot.id}": spot for spot in (*spots, *typed)}
    pages = max(1, -(-len(spots) // PAGE))
    page, unknown, before = 0, "", tuple(after)
    for turn_of in count():
        name = f"{key}.{turn_of}"
        text = paragraphs(_not_here(unknown), question, _how_to_type(len(spots)))
        options = [*_page(spots, page, pages), *also]
        said = talk.ask(name, text, TextKind(1, 60), options=options, after=before)
        before = (*after, name)
        if said.kind == "text":
            found = talk.recall(f"{name}=", partial(_typed, said.text, known), after=(name,))
            if found in known:
                return known[found]
            unknown = said.text[:20]
        elif said.value == MORE:
            page, unknown = (page + 1) % pages, ""
        else:
            return known.get(said.value, str(said.value))
    raise AssertionError  # `count` has no end


def _page(spots: Sequence[Spot], page: int, pages: int) -> list[Option]:
    shown = [Option(f"a{spot.id}", spot.name) for spot in spots[page * PAGE :][:PAGE]]
    return [*shown, Option(MORE, _("More"))] if pages > 1 else shown


def _not_here(unknown: str) -> Text:
    return _("“{words}” is not in this list.", words=unknown) if unknown else ""


def _how_to_type(size: int) -> Text:
    if size <= PAGE:
        return ""
    return _("There are {count} in all. Type the name if you do not see it.", count=size)


def _typed(words: str, known: dict[str, Spot]) -> str:
    """The code of the one area these words mean; "" if it is none, or several."""
    said = tidy(words).replace(" ", "")
    number = places.number_in(said)
    for fits in (
        lambda spot: said == spot.name,
        lambda spot: number is not None and places.number_in(spot.name) == number,
        lambda spot: _by_name(number, spot) and _stem(spot) in said,
        lambda spot: _by_name(number, spot) and said in spot.name,
    ):
        found = [code for code, spot in known.items() if fits(spot)]
        if len(found) == 1:
            return found[0]
    return ""


def _by_name(number: int | None, spot: Spot) -> bool:
    """Whether parts of a name tell; of two numbers they do not: "9号楼" is within "99号楼"."""
    return number is None or places.number_in(spot.name) is None


def _stem(spot: Spot) -> str:
    return spot.name.removesuffix("社区").removesuffix("街道")


def top(turn: Turn) -> Sequence[Spot]:
    """What a list begins with: the communities, or where there are many, the streets."""
    communities = gazetteer.communities(turn.db)
    return _streets(turn, communities) if len(communities) > PAGE else communities


def _streets(turn: Turn, communities: Sequence[Spot]) -> Sequence[Spot]:
    """The streets with communities, and the communities that lie in none."""
    root = gazetteer.district(turn.db)
    streets = gazetteer.within(turn.db, root, AreaKind.STREET) if root else ()
    filled = [s for s in streets if any(c.path.startswith(s.path) for c in communities)]
    loose = [c for c in communities if not any(c.path.startswith(s.path) for s in filled)]
    return [*filled, *loose] if len(filled) > 1 else communities


def buildings(turn: Turn, inside: Spot) -> Sequence[Spot]:
    """The buildings of an area by their numbers; its grids where the roster has no buildings."""
    for kind in (AreaKind.BUILDING, AreaKind.GRID):
        if found := gazetteer.within(turn.db, inside, kind):
            return numbered(found)
    return ()


def numbered(spots: Sequence[Spot]) -> Sequence[Spot]:
    """In the order of their numbers; those without one follow as they stand in the roster."""
    return sorted(spots, key=_number_first)


def _number_first(spot: Spot) -> tuple[bool, int]:
    number = places.number_in(spot.name)
    return (number is None, number or 0)
