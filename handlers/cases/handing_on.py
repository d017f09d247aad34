"""导出事项: the cases of one's own area and a period as a workbook, for another system."""

from __future__ import annotations

from datetime import datetime, timedelta

from governance.authority import Power
from governance.org import Area
from governance.papers import PaperKind
from handlers import authority, papers
from handlers.message import Card, Choice
from handlers.registry import choice, command
from handlers.turn import Turn
from handlers.words import Words, _, lines
from storage import org

WEEK = "week"
PERIODS: dict[str, Words] = {
    WEEK: _("The last 7 days"),
    "month": _("This month"),
    "before": _("The month before"),
}


class Handed:
    """What is taken out: "area:period". Raises `Refused` for whoever may not."""

    def __init__(self, turn: Turn, code: str) -> None:
        area_id, _colon, period = code.partition(":")
        where = int(area_id) if area_id.isascii() and area_id.isdigit() else 0
        authority.require(turn, Power.EXPORT_CASES, area_id=where)
        self.area = turn.db.get_one(Area, where)
        self._period = period if period in PERIODS else WEEK
        self._turn = turn

    @property
    def code(self) -> str:
        return f"{self.area.id}:{self._period}"

    @property
    def period(self) -> tuple[datetime, datetime]:
        """From when to when the cases were reported."""
        now = self._turn.now
        if self._period == WEEK:
            return now - timedelta(days=7), now + timedelta(days=1)  # this moment included
        return self._turn.policy.month(now, int(self._period == "before"))


@command("cases_out", menu=_("Take cases out"), also=("导出事项", "导出工单", "事项导出"))
def take_out(turn: Turn) -> None:
    """Of which days, for each area that the speaker answers for."""
    places = [area for area, _unit in authority.reached(turn, Power.EXPORT_CASES) if area]
    if not places:
        authority.require(turn, Power.EXPORT_CASES, area_id=org.district(turn.db).id)
    for area_id in places:
        text = lines(
            _("The cases of {area} as a workbook, for another system.", area=_name(turn, area_id)),
            _(
                "Numbers stay masked, private matters stay here, and everybody whose report is in it "
                "can read that you took it out. Of which days?"
            ),
        )
        taps = tuple(
            Choice(label, f"cases.out:{area_id}:{period}") for period, label in PERIODS.items()
        )
        turn.post.reply(Card(text, taps))


def _name(turn: Turn, area_id: int) -> str:
    return turn.db.get_one(Area, area_id).name


@choice("cases.out")
def out(turn: Turn, area_id: int, period: str) -> None:
    papers.ask_for(turn, PaperKind.CASES, Handed(turn, f"{area_id}:{period}").code)
