"""The names under which figures are filled into a workbook of somebody's own: {响应率}, {上月反映数}.

A name may begin with a place or unit, "翠湖社区·响应率", and with "上月"; docs/figures.md lists them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from governance.authority import Power
from governance.casefigures import Figures, Left, Share
from governance.cells import word
from governance.org import Area
from governance.refused import Refused
from handlers import authority
from handlers.figures.rates import LEFT, RATES, Scope, share_words
from handlers.turn import Turn
from handlers.words import Text, Words, _, in_every_language
from storage import casefigures, org, responders
from storage.casefigures import By

MOST_PLACES = 300
_PLACED = re.compile(r"(.+?)\s*[·:：/]\s*(.+)")


NAMES: tuple[Words, ...] = (
    *(_("Number reported"), _("Number accepted"), _("Number counted")),
    *RATES.values(),
    *(_("Place"), _("Month"), _("First day"), _("Last day counted")),
)
"""What people are told when they use another one."""


def _said(*words: Words) -> frozenset[str]:
    return frozenset(word(said) for one in words for said in in_every_language(one.source))


_LAST = _said(_("last month"))
_HITS, _OF = _said(_("hits")), _said(_("of"))
_PLACE, _MONTH = _said(_("Place")), _said(_("Month"))
_FIRST, _UNTIL = _said(_("First day")), _said(_("Last day counted"))
_COUNTS: Mapping[str, Callable[[Figures], int]] = {
    **dict.fromkeys(_said(_("Number reported")), lambda f: f.total),
    **dict.fromkeys(_said(_("Number accepted")), lambda f: f.total - f.left.get(Left.DECLINED, 0)),
    **dict.fromkeys(_said(_("Number counted")), lambda f: f.counted),
}
_LEFT = {said: left for left, words in LEFT.items() for said in _said(words)}
_RATES = {said: rate for rate, words in RATES.items() for said in _said(words)}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure by its name: as words, and as a number where it is one; a percentage is a number
    from 0 to 1, and there is none below twenty cases."""

    text: Text
    number: int | float | None = None


class Names:
    """What the names mean for whoever asks: where they answer for it, this month and the last."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._scopes: dict[tuple[str, int], Scope | None] = {}
        self._found: dict[tuple[str, int], Figures] = {}

    def __call__(self, name: str) -> Figure | None:
        """None for a name that is not known, or of a place that is not theirs to see."""
        placed = _PLACED.fullmatch(name.strip())
        place, said = (placed[1], word(placed[2])) if placed else ("", word(name))
        last = next((one for one in _LAST if said.startswith(one) and said != one), "")
        at = place, int(bool(last))
        scope = self._scope(*at)
        if scope is None:
            return None
        said = said.removeprefix(last)
        return _about(scope, said) or self._counted(scope, at, said)

    def _counted(self, scope: Scope, at: tuple[str, int], said: str) -> Figure | None:
        if said in _COUNTS:
            return _number(_COUNTS[said](self._figures(scope, at)))
        left = _LEFT.get(said) or _LEFT.get(said.removesuffix("数"))
        if left is not None:
            return _number(self._figures(scope, at).left.get(left, 0))
        for rate_said, rate in _RATES.items():
            if said.startswith(rate_said):
                share = self._figures(scope, at).shares[rate]
                return _of_share(share, said.removeprefix(rate_said))
        return None

    def _figures(self, scope: Scope, at: tuple[str, int]) -> Figures:
        if at not in self._found:
            self._found[at] = casefigures.figures(self._turn.db, scope.asked())
        return self._found[at]

    # ── where ────────────────────────────────────────────────────────────────

    def _scope(self, place: str, ago: int) -> Scope | None:
        if (place, ago) not in self._scopes:
            if len(self._scopes) >= MOST_PLACES:
                return None
            self._scopes[place, ago] = self._called(place, ago) if place else self._own(ago)
        return self._scopes[place, ago]

    def _own(self, ago: int) -> Scope | None:
        """The widest area they answer for, else their unit."""
        reached = authority.reached(self._turn, Power.SEE_FIGURES)
        areas = [self._turn.db.get_one(Area, area) for area, _unit in reached if area is not None]
        if areas:
            widest = min(areas, key=lambda area: (len(area.path_ids), area.id))
            return self._allowed(widest.id, str(ago))
        units = [unit for _area, unit in reached if unit is not None]
        return self._of_unit(units[0], ago) if units else None

    def _called(self, name: str, ago: int) -> Scope | None:
        """The one place or unit of this name that is theirs to see."""
        areas = [self._allowed(area.id, str(ago)) for area in org.called(self._turn.db, name)]
        units = [unit for unit in responders.named(self._turn.db, name) if unit.name == name]
        found = [*areas, *(self._of_unit(unit.id, ago) for unit in units)]
        theirs = [scope for scope in found if scope is not None]
        return theirs[0] if len(theirs) == 1 else None

    def _of_unit(self, unit_id: int, ago: int) -> Scope | None:
        reached = authority.reached(self._turn, Power.SEE_FIGURES)
        area = next((area for area, _unit in reached if area is not None), None)
        where = area if area is not None else org.district(self._turn.db).id
        return self._allowed(where, f"{ago}.{By.UNIT}.{unit_id}")

    def _allowed(self, area_id: int, code: str) -> Scope | None:
        try:
            return Scope(self._turn, area_id, code)
        except Refused:
            return None


def _about(scope: Scope, said: str) -> Figure | None:
    asked = scope.asked()
    if said in _PLACE:
        return Figure(scope.name)
    if said in _MONTH:
        return Figure(_day(scope, asked.since)[:7])
    if said in _FIRST:
        return Figure(_day(scope, asked.since))
    if said in _UNTIL:
        last = min(asked.until - timedelta(days=1), asked.now)
        return Figure(_day(scope, last))
    return None


def _day(scope: Scope, at: datetime) -> str:
    return f"{at.astimezone(scope.zone):%Y-%m-%d}"


def _number(count: int) -> Figure:
    return Figure(str(count), count)


def _of_share(share: Share, part: str) -> Figure | None:
    if part in _HITS:
        return _number(share.hits)
    if part in _OF:
        return _number(share.of)
    if part:
        return None
    if share.percent is None:
        return Figure(share_words(share))
    return Figure(f"{share.percent}%", share.percent / 100)
