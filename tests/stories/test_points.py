"""Points: earned, on public notice, doubted, taken back, appealed, certified."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from bot.dispatch import Scope
from handlers.points import awards
from handlers.turn import Post, Turn
from tests.robot import Town

Given = Callable[..., Any]


async def acts(town: Town, act: Callable[[Turn], Any]) -> Any:
    """What another room does in a turn of its own."""
    app = town.stage.app

    def work(conn: Connection) -> Any:
        scope, post, now = Scope(conn), Post(), town.stage.clock.now()
        found = act(Turn(None, now, town.stage.policy, scope.open, post))
        scope.keep()
        app.dispatch.settle(conn, [(post, now)])
        return found

    done = await app.database.run(work)
    await town.settles()
    return done


async def number(town: Town, query: str) -> int:
    return int((await town.rows(query))[0][0])


async def person(town: Town, name: str) -> int:
    return await number(town, f"select id from people where name = '{name}'")


async def area(town: Town, code: str = "QH-LL-CH-1") -> int:
    return await number(town, f"select id from areas where code = '{code}'")


async def gives(town: Town, points: int, subject: int = 7, **more: Any) -> None:
    """A task of 赵强's is confirmed for 陈静."""
    given: dict[str, Any] = {
        "to": await person(town, "陈静"),
        "by": await person(town, "赵强"),
        "area_id": await area(town),
        "points": points,
        "rule": "task",
        "about": "task",
        "subject_id": subject,
        "note": "周六清扫",
    }
    await acts(town, lambda turn: awards.award(turn, **{**given, **more}))


async def holds(town: Town) -> int:
    """陈静's balance, which is the sum of her entries, while all entries sum to zero."""
    chen = await person(town, "陈静")
    own = f"select id from point_accounts where person_id = {chen}"
    entries = f"select coalesce(sum(points), 0) from point_entries where account_id in ({own})"
    kept = f"select coalesce(sum(balance), 0) from point_accounts where person_id = {chen}"
    assert await number(town, "select coalesce(sum(points), 0) from point_entries") == 0
    assert await number(town, entries) == await number(town, kept)
    return await number(town, kept)


async def test_points_wait_out_their_notice_and_are_posted(town: Town) -> None:
    await town.member.says("积分")
    town.member.sees("您有38分")
    town.member.looks_away()
    await gives(town, 3)
    await gives(town, 3)  # the same thing again
    town.member.sees("周六清扫3分，公示到11月26日，没有异议就入账。现在38分。")
    assert await holds(town) == 38
    await town.member.says("积分")
    town.member.sees("周六清扫 · 3分 · 公示到")
    await town.passes(days=4)
    await town.member.comes_back()
    town.member.sees("周六清扫3分入账了。现在41分。")
    assert await holds(town) == 41
    await town.passes(days=4)
    assert await holds(town) == 41
