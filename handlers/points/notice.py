"""公示: what is about to be posted, for the community's members: name and points, no more; of
points for a report no name either."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from handlers.message import Card, Choice
from handlers.points.common import amount, last_day, shown_as
from handlers.registry import choice, command
from handlers.turn import Turn
from handlers.words import Text, _, line, lines
from storage import awards, membership

MOST, PAGE = 200, 8


@command("notice", menu=_("Points on public notice"), also=("公示", "积分公示", "notice"))
def notice(turn: Turn) -> None:
    """Everybody's points that are not posted yet, and how to object to one of them."""
    _show(turn, 0)


@choice("points.notice")
def more(turn: Turn, page: int, _arg: str) -> None:
    _show(turn, page)


def _show(turn: Turn, page: int) -> None:
    me = turn.speaker.person_id
    areas = membership.communities_of(turn.db, me, turn.policy.local_date(turn.now))
    if not areas:
        turn.post.reply(
            Card(
                _(
                    "Points are on notice for the members and volunteers of a community. To become one, tell your community; send “human”."
                )
            )
        )
        return
    found = awards.on_notice(turn.db, sorted(areas), MOST)
    shown = found[page * PAGE :][:PAGE]
    if not shown:
        turn.post.reply(Card(_("No points are on public notice now. Send “points” to see yours.")))
        return
    names = shown_as(turn, shown)
    days: dict[datetime | None, list[Text]] = defaultdict(list)
    for one in shown:
        days[one.notice_until].append(line("·", names[one.id], amount(one.points), separator=" "))
    objecting = tuple(
        Choice(
            _("Object: {who}, {points}", who=names[one.id], points=amount(one.points)),
            f"points.object:{one.id}",
        )
        for one in shown
        if one.to_id != me
    )
    further = Choice(_("More"), f"points.notice:{page + 1}")
    rows = [
        lines(_("Until {day}:", day=last_day(until)), *those)
        for until, those in days.items()
        if until is not None  # on notice means until some day
    ]
    text = lines(
        *rows, _("They are posted after that day. If one is not right, object in one line.")
    )
    turn.post.reply(Card(text, (*objecting, *([further] if found[(page + 1) * PAGE :] else []))))
