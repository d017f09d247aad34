"""The words for what the rules of points and the shop refuse."""

from __future__ import annotations

from collections.abc import Callable

from handlers.words import Text, Value, _

REFUSALS: dict[str, Callable[[dict[str, Value]], Text]] = {
    "points_self": lambda d: _(
        "Points for yourself are for somebody else to confirm. Ask the community; or send “human”."
    ),
    "points_amount": lambda d: _(
        "One award has 1 to {most} points. Split what is more into what it was for.", **d
    ),
    "points_own": lambda d: _(
        "These points are yours, so somebody else decides about them. Send “points” to see them."
    ),
    "points_second_person": lambda d: _(
        "You have said your part already; a second person decides. Nothing was changed."
    ),
    "points_settled": lambda d: _(
        "That has been settled already. Send “points” to see how yours stand."
    ),
    "points_not_yours": lambda d: _(
        "Those points are somebody else's; only they can appeal. Send “points” to see yours."
    ),
    "points_objected": lambda d: _(
        "Somebody has objected to it and it is looked at. Send “notice” to see how it stands."
    ),
    "points_appealed": lambda d: _(
        "You have appealed already, and somebody looks at it. To speak with a person, send “human”."
    ),
    "points_span": lambda d: _(
        "That time ends before it begins, or lasts longer than a day. Please give it again."
    ),
    "no_such_award": lambda d: _("That one cannot be found. Send “points” to see yours."),
}
