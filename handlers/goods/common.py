"""What all of the shop needs: where it is, what is shown of a good, and stock coming back."""

from __future__ import annotations

from governance.goods import Good, Order, Shop
from governance.points import AccountKind, Posting, PostingKind, move
from governance.refused import Refused
from handlers.points.common import amount
from handlers.turn import Turn
from handlers.words import Text, _, line, lines
from storage import goods, points

ORDER, GOOD = "goods.order", "goods.good"


def where(turn: Turn, area_id: int) -> Text:
    """Where the shop is and when it is open, as its head has put it."""
    shop = turn.db.get(Shop, area_id)
    if shop is None:
        return ""
    return lines(
        _("Where: {place}", place=shop.place) if shop.place else "",
        _("Open: {hours}", hours=shop.hours) if shop.hours else "",
    )


def row(good: Good) -> Text:
    """A good in one line: "洗衣液 · 30分 · 还有5件"."""
    left = _("{count} left", count=good.stock) if good.stock else _("none left")
    return line(good.name, amount(good.price), left)


def good(turn: Turn, good_id: int) -> Good:
    """The good, locked. Raises `Refused`."""
    found = goods.lock(turn.db, good_id)
    if found is None:
        raise Refused("no_such_good")
    return found


def carry(turn: Turn, order: Order, name: str, kind: PostingKind, by: int | None) -> None:
    """The points of an order move: they are held, come back, or are redeemed."""
    own = points.account_of(turn.db, order.person_id)
    held = points.account_at(turn.db, AccountKind.HELD, order.area_id)
    if kind is PostingKind.ORDER:
        entries = move(order.price, out_of=own, into=held)
    elif kind is PostingKind.RETURN:
        entries = move(order.price, out_of=held, into=own)
    else:
        redeemed = points.account_at(turn.db, AccountKind.REDEEMED, order.area_id)
        entries = move(order.price, out_of=held, into=redeemed)
    points.post(turn.db, Posting(kind, entries, "order", order.id, name, by), turn.now)


def put_back(turn: Turn, order: Order, by: int | None) -> Good:
    """The piece is there again, and so are the points."""
    found = good(turn, order.good_id)
    found.give_back()
    turn.db.flush()
    carry(turn, order, found.name, PostingKind.RETURN, by)
    turn.post.refresh(found.id, (GOOD,))
    return found
