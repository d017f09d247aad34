"""The words for what the rules of the shop refuse."""

from __future__ import annotations

from collections.abc import Callable

from handlers.words import Text, Value, _

REFUSALS: dict[str, Callable[[dict[str, Value]], Text]] = {
    "goods_closed": lambda d: _("That is not on offer any more. Send “shop” to see what there is."),
    "goods_sold_out": lambda d: _(
        "The last one has just been ordered. Your points are untouched; send “shop” to see what there is."
    ),
    "goods_too_dear": lambda d: _(
        "You have {most} points, which is not enough for it. Send “shop” to see what there is.", **d
    ),
    "goods_price": lambda d: _("A price is 1 to {most} points. Nothing was changed.", **d),
    "goods_stock": lambda d: _(
        "There can be 0 to {most} pieces. Nothing was changed; send “shop” to see how many there are.",
        **d,
    ),
    "no_such_good": lambda d: _("That cannot be found. Send “shop” to see what there is."),
    "no_such_order": lambda d: _("That order cannot be found. Send “shop” to see yours."),
    "order_own": lambda d: _(
        "This order is your own, so somebody else hands it over: the community's office."
    ),
    "order_over": lambda d: _(
        "That order is over: fetched, cancelled or run out. Send “shop” to see what there is."
    ),
}
