"""The shop's workbook: what is there, who fetched what from whom, and every change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.workbooks.roster_leaves import pen_for
from bot.workbooks.xlsx import Cell, Leaf, write
from governance.goods import GoodAct, OrderState
from governance.org import Area
from governance.policy import Policy
from handlers.words import Words, _
from storage import goods

STATES: dict[OrderState, Words] = {
    OrderState.OPEN: _("waits to be fetched"),
    OrderState.HANDED: _("handed over"),
    OrderState.CANCELLED: _("cancelled"),
    OrderState.EXPIRED: _("not fetched"),
}
ACTS: dict[GoodAct, Words] = {
    GoodAct.ADDED: _("new, pieces"),
    GoodAct.PRICE: _("price"),
    GoodAct.STOCK: _("pieces in or out"),
    GoodAct.CLOSED: _("taken off, pieces left"),
    GoodAct.OPENED: _("offered again, pieces"),
}
_COLOURS = {OrderState.HANDED: "green", OrderState.OPEN: "yellow"}


def workbook(conn: Connection, area: Area, path: Path, policy: Policy, language: str) -> None:
    """Three sheets: stock, orders, changes."""
    write(path, _leaves(conn, area, policy.zone, language))


def _leaves(conn: Connection, area: Area, zone: ZoneInfo, language: str) -> Iterator[Leaf]:
    pen = pen_for(language)
    headings = [_("Goods"), _("Points"), _("Free"), _("Ordered"), _("Handed over"), _("On offer")]
    stock: list[tuple[str, list[Cell]]] = [
        (
            "",
            [
                *(r.name, r.price, r.stock, r.waiting, r.handed),
                pen(_("yes")) if r.closed_at is None else pen(_("no")),
            ],
        )
        for r in goods.stock_rows(conn, area.id)
    ]
    yield Leaf(pen(_("Stock")), [pen(h) for h in headings], stock, [24, 8, 8, 8, 8, 8], frozen=1)
    headings = [
        _("Ordered"),
        _("Goods"),
        _("Points"),
        _("Who"),
        _("State"),
        _("When"),
        _("By whom"),
    ]
    ordered: list[tuple[str, list[Cell]]] = [
        (
            _COLOURS.get(r.state, ""),
            [
                *(_local(r.at, zone), r.good, r.price, r.person, pen(STATES[r.state])),
                *(_local(r.ended_at, zone), r.clerk or ""),
            ],
        )
        for r in goods.order_rows(conn, area.id)
    ]
    widths = [17.0, 24, 8, 12, 14, 17, 12]
    yield Leaf(pen(_("Hand-overs")), [pen(h) for h in headings], ordered, widths, frozen=1)
    headings = [_("When"), _("Goods"), _("Change"), _("Number"), _("By whom")]
    changes: list[tuple[str, list[Cell]]] = [
        ("", [_local(r.at, zone), r.good, pen(ACTS[r.act]), r.amount, r.by or ""])
        for r in goods.change_rows(conn, area.id)
    ]
    yield Leaf(pen(_("Changes")), [pen(h) for h in headings], changes, [17.0, 24, 20, 10, 12])


def _local(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at is not None else ""
