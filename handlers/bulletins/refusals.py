"""The words for every rule of a bulletin that says no."""

from __future__ import annotations

from collections.abc import Callable

from handlers.words import Text, Value, _

REFUSALS: dict[str, Callable[[dict[str, Value]], Text]] = {
    "no_such_bulletin": lambda d: _(
        "That notice cannot be found. Send “notices sent” to see yours."
    ),
    "bulletin_recalled": lambda d: _(
        "That notice is withdrawn already. The card shows what became of it."
    ),
    "bulletin_over": lambda d: _(
        "That emergency is over or withdrawn, so nobody has to be told any more."
    ),
    "bulletin_not_over": lambda d: _(
        "That notice is still going out; wait until it is through. The card shows how far it is."
    ),
}
