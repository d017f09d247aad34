"""三率 for whoever answers for an area or a unit: each figure with what it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from governance.authority import Power
from governance.casefigures import Figures, Left, Rate, Share
from governance.org import Area, AreaKind
from governance.papers import PaperKind
from handlers import authority, papers
from handlers.cases.common import kind_of
from handlers.message import Card, Choice
from handlers.registry import choice, command
from handlers.turn import Turn
from handlers.words import Text, When, Words, _, line, lines, listed, ngettext
from storage import casefigures, org, responders
from storage.casefigures import Asked, By

ROWS = 12  # of one list in one message
OLDEST = 24  # months back

RATES: Mapping[Rate, Words] = {
    Rate.RESPONSE: _("Response"),
    Rate.RESOLUTION: _("Resolution"),
    Rate.SATISFACTION: _("Satisfaction"),
    Rate.ON_TIME: _("On time"),
    Rate.REDONE: _("Done again"),
    Rate.RETURNED: _("Given back"),
    Rate.FIRST_TIME: _("Right first time"),
    Rate.URGED: _("Urged"),
}
LEFT: Mapping[Left, Words] = {
    Left.DECLINED: _("not accepted"),
    Left.DUPLICATE: _("reported again"),
    Left.WITHDRAWN: _("withdrawn"),
    Left.OUTSIDE: _("outside duty"),
    Left.UNTRUE: _("not as reported"),
}
_BY: Mapping[By, Words] = {
    By.UNIT: _("See by unit"),
    By.AREA: _("See by community"),
    By.CATEGORY: _("By kind"),
    By.WORKER: _("By worker"),
}
_THREE = (Rate.RESPONSE, Rate.RESOLUTION, Rate.SATISFACTION)


class Scope:
    """Whose figures of which month: "{ago}.{by}.{key}" for an area, checked for the speaker.

    What it is made of comes with a tap and may be forged: what cannot be read means everything
    of this month, and what is not the speaker's to see raises `Refused("needs_post")`.
    """

    def __init__(self, turn: Turn, area_id: int, code: str) -> None:
        ago, by, key = (*code.split("."), "", "", "")[:3]
        self.ago = min(int(ago), OLDEST) if _is_number(ago) else 0
        self.by = By(by) if by in {By.UNIT, By.WORKER, By.CATEGORY} else By.ALL
        self.key = key if _is_number(key) or self.by is By.CATEGORY else ""
        if not self.key and self.by is not By.CATEGORY:
            self.by = By.ALL
        unit = int(self.key) if self.by is By.UNIT else None
        if unit is None or not authority.may(turn, Power.SEE_FIGURES, unit_id=unit):
            authority.require(turn, Power.SEE_FIGURES, area_id=area_id)
        self.area = turn.db.get(Area, area_id) or org.district(turn.db)
        self._turn = turn

    @property
    def code(self) -> str:
        return f"{self.ago}.{self.by}.{self.key}"

    @property
    def zone(self) -> ZoneInfo:
        return self._turn.policy.zone

    def ago_by(self, months: int) -> str:
        return f"{self.ago + months}.{self.by}.{self.key}"

    def asked(self, before: int = 0) -> Asked:
        """What to count, so many months before the one meant."""
        since, until = self._turn.policy.month(self._turn.now, self.ago + before)
        me, now = self._turn.speaker.person_id, self._turn.now
        return Asked(self.area.path, since, until, now, me, self.by, self.key)

    @property
    def name(self) -> Text:
        if self.by is By.ALL:
            return self.area.name
        return line(self.area.name, name_of(self._turn, self.by, self.key), separator=" ")

    @property
    def heading(self) -> Text:
        asked = self.asked()
        last = min(asked.until - timedelta(days=1), self._turn.now)
        return _(
            "{whose}, reported from {first} to {last}",
            whose=self.name,
            first=When(asked.since, date_only=True),
            last=When(last, date_only=True),
        )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def name_of(turn: Turn, by: By, key: str) -> Text:
    """Whose figures a key of a list means."""
    if by is By.UNIT:
        units = responders.by_ids(turn.db, [int(key)])
        return units[0].name if units else ""
    if by is By.WORKER:
        return org.names(turn.db, [int(key)]).get(int(key), "")
    return kind_of(turn, key) if key else _("private matters")


# ── what is shown ────────────────────────────────────────────────────────────


@command("figures", menu=_("Figures"), also=("三率", "数据", "统计", "响应率", "满意率", "figures"))
def figures(turn: Turn) -> None:
    """This month and the last, for each area or unit that the speaker answers for."""
    places = authority.reached(turn, Power.SEE_FIGURES)
    if not places:
        authority.require(turn, Power.SEE_FIGURES)
    for area_id, unit_id in places:
        where = area_id if area_id is not None else org.district(turn.db).id
        code = f"0.{By.UNIT}.{unit_id}" if unit_id is not None else "0"
        turn.post.reply(_card(turn, Scope(turn, where, code)))


@choice("figures.show")
def show(turn: Turn, area_id: int, code: str) -> None:
    turn.post.reply(_card(turn, Scope(turn, area_id, code)))


def _card(turn: Turn, scope: Scope) -> Card:
    now = casefigures.figures(turn.db, scope.asked())
    before = casefigures.figures(turn.db, scope.asked(1))
    at, code = scope.area.id, scope.code
    rows = [
        _(
            "{n}) {name}: {share} (the month before: {before})",
            n=n,
            name=name,
            share=share_words(now.shares[rate]),
            before=share_words(before.shares[rate]),
        )
        for n, (rate, name) in enumerate(RATES.items(), 1)
    ]
    behind = [
        Choice(_("Cases of “{rate}”", rate=name), f"figures.cases:{at}:{code}.{rate}")
        for rate, name in RATES.items()
        if now.shares[rate].of
    ]
    told_apart = [
        Choice(label, f"figures.by:{at}:{code}.{by}")
        for by, label in _BY.items()
        if now.total and by is not scope.by and not (by is By.AREA and _is_low(scope.area))
    ]
    others = (
        Choice(_("As a workbook"), f"figures.sheet:{at}:{code}"),
        *(
            (Choice(_("The month before"), f"figures.show:{at}:{scope.ago_by(1)}"),)
            if scope.ago < OLDEST
            else ()
        ),
    )
    text = lines(scope.heading, total_words(now), *rows, _HOW)
    return Card(text, (*behind, *told_apart, *others))


_HOW = _(
    "Counted by the day of the report. Nobody's silence counts as satisfied; below 20 there is no percentage. Each line opens its cases."
)


def share_words(share: Share) -> Text:
    """ "95 % (38 of 40)", and of few only how many of how many."""
    if not share.of:
        return _("none yet")
    if share.percent is None:
        return _("{hits} of {of}", hits=share.hits, of=share.of)
    return _("{percent} % ({hits} of {of})", percent=share.percent, hits=share.hits, of=share.of)


def total_words(found: Figures) -> Text:
    """How many were reported, how many of them count, and why the others do not."""
    reported = ngettext("{count} reported", "{count} reported", found.total)
    if not found.left:
        return reported
    reasons = [
        _("{why} {count}", why=LEFT[reason], count=found.left[reason])
        for reason in LEFT
        if found.left.get(reason)
    ]
    return _(
        "{reported}, {count} counted; left out: {reasons}",
        reported=reported,
        count=found.counted,
        reasons=listed(*reasons),
    )


def _is_low(area: Area) -> bool:
    return area.kind not in {AreaKind.DISTRICT, AreaKind.STREET}


# ── told apart ───────────────────────────────────────────────────────────────


@choice("figures.by")
def told_apart(turn: Turn, area_id: int, arg: str) -> None:
    """The three rates of each unit, community, kind or worker, most reports first."""
    code, _dot, wanted = arg.rpartition(".")
    by = By(wanted) if wanted in _BY else By.CATEGORY
    scope = Scope(turn, area_id, code)
    found = grouped(turn, scope, by)
    rows: list[Text] = [
        line(f"{n}) ", _row(name, theirs), separator="")
        for n, (_where, _key, name, theirs) in enumerate(found[:ROWS], 1)
    ]
    more = len(found) - len(rows)
    open_ = authority.may(turn, Power.SEE_FIGURES, area_id=area_id)
    choices = [
        Choice(_("Figures {n}", n=n), f"figures.show:{where}:{scope.ago}.{key}")
        for n, (where, key, _name, _f) in enumerate(found[:ROWS], 1)
        if open_ and (by is By.AREA or scope.by is By.ALL)
    ]
    text = lines(
        line(scope.heading, _BY[by]),
        *(rows or [_("None.")]),
        ngettext("and {count} more", "and {count} more", more) if more > 0 else "",
    )
    back = Choice(_("All together"), f"figures.show:{area_id}:{scope.code}")
    turn.post.reply(Card(text, (*choices, back)))


def _row(name: Text, found: Figures) -> Text:
    rates = [
        _("{name} {share}", name=RATES[rate], share=share_words(found.shares[rate]))
        for rate in _THREE
    ]
    return _("{whose}: {rates}", whose=name, rates=line(total_words(found), *rates))


def grouped(turn: Turn, scope: Scope, by: By) -> list[tuple[int, str, Text, Figures]]:
    """Each group as area, code without its month, name and figures; most reports first."""
    found = casefigures.figures_by(turn.db, scope.asked(), by)
    found.pop(None, None)  # what no unit has
    rows: list[tuple[int, str, Text, Figures]]
    if by is By.AREA:
        rows = [(area.id, "", area.name, f) for area, f in _communities(turn, scope.area, found)]
    else:
        names = _names(turn, by, found)
        rows = [(scope.area.id, f"{by}.{key}", names[key], f) for key, f in found.items()]
    return sorted(rows, key=lambda row: -row[3].total)


def _names(turn: Turn, by: By, keys: Iterable[Any]) -> dict[Any, Text]:
    if by is By.UNIT:
        return {unit.id: unit.name for unit in responders.by_ids(turn.db, keys)}
    if by is By.WORKER:
        return {**org.names(turn.db, keys)}
    return {key: name_of(turn, by, key) for key in keys}


def _communities(turn: Turn, top: Area, found: Mapping[str, Figures]) -> list[tuple[Area, Figures]]:
    """The figures of paths added up for the community each lies in, or whatever is there."""
    below = org.below(turn.db, top, AreaKind.COMMUNITY)
    at = {area.id: area for area in below} or {top.id: top}
    summed: dict[int, Figures] = {}
    for path, figures_ in found.items():
        ids = [int(part) for part in path.split("/") if part]
        where = next((one for one in ids if one in at), top.id)
        summed.setdefault(where, Figures()).add(figures_)
    return [(at.get(one, top), figures_) for one, figures_ in summed.items()]


# ── as a workbook ────────────────────────────────────────────────────────────


@choice("figures.sheet")
def sheet(turn: Turn, area_id: int, code: str) -> None:
    scope = Scope(turn, area_id, code)
    papers.ask_for(turn, PaperKind.FIGURES, f"{scope.area.id}:{scope.code}")
