"""The shop: a member orders for points and fetches it with a code from somebody else."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from bot.channels.phones import Bubble
from bot.formats import print_of
from bot.workbooks import xlsx as workbook
from handlers.goods import orders
from storage import points as ledger
from tests.robot import LIT, Robot, Town
from tests.stories.test_points import acts, holds, number


async def pieces(town: Town, name: str) -> int:
    """How many can be ordered, while every piece is free, set aside, or handed over."""
    stock = await number(town, f"select stock from goods where name = '{name}'")
    gone = await number(
        town,
        "select count(*) from orders join goods on goods.id = good_id "
        f"where name = '{name}' and state in ('open', 'handed')",
    )
    came = await number(
        town,
        "select coalesce(sum(amount), 0) from goods_changes join goods on goods.id = good_id "
        f"where name = '{name}' and act in ('added', 'stock')",
    )
    assert stock + gone == came
    return stock


async def held(town: Town, kind: str) -> int:
    return await number(
        town,
        "select coalesce(sum(points), 0) from point_entries join point_accounts "
        f"on point_accounts.id = account_id where kind = '{kind}'",
    )


async def orders_it(robot: Robot, name: str) -> None:
    await robot.says("兑换")
    await robot.taps(name)
    await robot.taps("换这个")
    await robot.taps("换这个")


def code_in(bubble: Bubble) -> str:
    found = re.search(r"\d{8}", bubble.text)
    assert found
    return found[0]


async def test_a_member_orders_and_a_clerk_hands_over(town: Town) -> None:
    await orders_it(town.member, "洗衣液")
    town.member.sees("洗衣液给您留好了，30分。11月26日")
    code = code_in(town.member.sees("您的领取码"))
    assert (await holds(town), await held(town, "held"), await pieces(town, "洗衣液")) == (8, 30, 4)
    await town.community.says("核销")
    await town.community.says(f"{code[:4]} {code[4:]}")
    town.community.sees("陈静换的洗衣液（30分）。东西交给本人了吗？")
    await town.community.taps("交了")
    town.community.sees("办好了：陈静领走洗衣液，30分。")
    await town.member.comes_back()
    town.member.sees("洗衣液由赵强交给您了，用了30分。现在8分。")
    assert (await held(town, "held"), await held(town, "redeemed")) == (0, 30)
    await town.community.says("核销")
    await town.community.says(code)
    town.community.sees("这个码对不上")
    assert (await holds(town), await pieces(town, "洗衣液")) == (8, 4)
    assert await acts(town, lambda turn: ledger.faults(turn.db)) == ([], [])


async def test_what_nobody_fetches_comes_back(town: Town) -> None:
    await orders_it(town.member, "雨伞")
    assert (await holds(town), await pieces(town, "雨伞")) == (13, 0)
    await town.passes(days=4)
    await town.member.comes_back()
    town.member.sees("雨伞没来领，25分退回了。现在38分。")
    assert (await holds(town), await pieces(town, "雨伞"), await held(town, "held")) == (38, 1, 0)


async def test_a_member_thinks_better_of_it(telegram_town: Town) -> None:
    town = telegram_town
    await orders_it(town.member, "雨伞")
    code = code_in(town.member.sees("您的领取码"))
    await town.member.taps("不换了")
    town.member.sees("雨伞不换了，积分退回。现在38分。")
    assert (await holds(town), await pieces(town, "雨伞")) == (38, 1)
    await town.community.says("核销")
    await town.community.says(code)
    town.community.sees("这个码对不上")
    order = await number(town, "select id from orders")
    for press in ("cancel", "code"):
        await town.member.presses(f"goods.{press}:{order}")
        town.member.sees("这一单已经完了")
    assert (await holds(town), await pieces(town, "雨伞")) == (38, 1)


async def test_a_new_code_closes_the_old_one_and_can_be_scanned(telegram_town: Town) -> None:
    town = telegram_town
    await orders_it(town.member, "毛巾")
    old = code_in(town.member.sees("您的领取码"))
    await town.member.taps("换一个码")
    new = code_in(town.member.sees("您的领取码"))
    await town.community.says(f"gd-{old}")
    town.community.sees("这个码对不上")
    await town.community.says(f"gd-{new}")
    town.community.sees("陈静换的毛巾")
    assert await number(town, f"select count(*) from orders where digest like '%{new}%'") == 0


async def test_nobody_hands_over_to_themselves_or_without_the_post(telegram_town: Town) -> None:
    town = telegram_town
    await orders_it(town.member, "毛巾")
    code = code_in(town.member.sees("您的领取码"))
    await town.member.says(f"gd-{code}")
    town.member.sees("这一步要由社区")
    await town.resident.says("核销")
    town.resident.sees("这一步要由社区")
    await town.street.says(f"gd-{code}")
    town.street.sees("这一步要由社区")
    chen = await number(town, "select id from people where name = '陈静'")
    zhao = await number(town, "select id from people where name = '赵强'")
    await town.stage.app.database.run(
        lambda conn: (
            conn.exec_driver_sql(f"update orders set person_id = {zhao} where person_id = {chen}")
            and None
        )
    )
    await town.community.says(f"gd-{code}")
    town.community.sees("这是您自己换的")
    assert await number(town, "select count(*) from orders where state = 'open'") == 1


async def test_guessing_codes_ends_soon(telegram_town: Town) -> None:
    town = telegram_town
    await orders_it(town.member, "毛巾")
    code = code_in(town.member.sees("您的领取码"))
    for guess in range(5):
        await town.community.says(f"gd-{guess}")
    await town.community.says(f"gd-{code}")
    town.community.sees("错的次数多了")
    await town.passes(hours=1)
    await town.community.says(f"gd-{code}")
    town.community.sees("陈静换的毛巾")


async def test_what_is_too_dear_closed_or_elsewhere_is_not_ordered(telegram_town: Town) -> None:
    town = telegram_town
    await orders_it(town.member, "洗衣液")
    await orders_it(town.member, "毛巾")
    town.member.sees("您有8分，还不够换这个")
    town.member.looks_away()
    towel = await number(town, "select id from goods where name = '毛巾'")
    await town.unit_duty.presses(f"goods.order:{towel}")
    town.unit_duty.sees("找不到这件东西")
    await town.community_head.presses(f"goods.close:{towel}")
    for press in (f"goods.order:{towel}", f"goods.look:{towel}"):
        await town.member.presses(press)
        town.member.sees("这件已经下架了")
    await town.member.presses("goods.order:999999")
    town.member.sees("找不到这件东西")
    assert (await holds(town), await pieces(town, "毛巾")) == (8, 20)


async def test_a_price_that_changed_meanwhile_is_asked_about_again(telegram_town: Town) -> None:
    town = telegram_town
    await town.member.says("兑换")
    await town.member.taps("毛巾")
    await town.member.taps("换这个")
    towel = await number(town, "select id from goods where name = '毛巾'")
    await town.community_head.presses(f"goods.price:{towel}")
    await town.community_head.says("12分")
    await town.member.taps("换这个")
    assert await holds(town) == 38
    town.member.sees("用12分换毛巾，对吗？")
    await town.member.taps("换这个")
    assert await holds(town) == 26


async def test_the_last_one_pressed_for_twice_at_once_goes_to_one(telegram_town: Town) -> None:
    town = telegram_town
    wu = await number(town, "select id from people where name = '吴桂芳'")
    chen = await number(town, "select id from people where name = '陈静'")
    await town.stage.app.database.run(
        lambda conn: (
            conn.exec_driver_sql(
                f"insert into point_accounts (kind, person_id, balance) values ('person', {wu}, 0)"
            )
            and None
        )
    )
    await acts(town, lambda turn: _brings(turn, wu, 25))
    for robot in (town.member, town.neighbour):
        await robot.says("兑换")
        await robot.taps("雨伞")
        await robot.taps("换这个")
    at_once = (town.member.phone.tap("换这个"), town.neighbour.phone.tap("换这个"))
    await asyncio.gather(*at_once, town.member.phone.tap("换这个"))
    await town.settles()
    assert await number(town, "select count(*) from orders") == 1
    assert await pieces(town, "雨伞") == 0
    told = [
        r for r in (town.member, town.neighbour) if "刚被换走" in "".join(b.text for b in r.read())
    ]
    assert len(told) == 1
    assert chen != wu


def _brings(turn: object, person_id: int, points: int) -> None:
    from governance.points import AccountKind, Posting, PostingKind, move
    from storage import org

    db = turn.db  # type: ignore[attr-defined]
    area = org.by_code(db, "QH-LL-CH")
    pool = ledger.account_at(db, AccountKind.POOL, area.id)
    entries = move(points, out_of=pool, into=ledger.account_of(db, person_id))
    opening = Posting(PostingKind.OPENING, entries, "area", area.id, "以前的")
    ledger.post(db, opening, turn.now)  # type: ignore[attr-defined]


# ── who runs it ──────────────────────────────────────────────────────────────


async def test_the_head_adds_goods_with_a_picture_and_members_see_it(telegram_town: Town) -> None:
    town = telegram_town
    head = town.community_head
    await head.says("兑换点")
    await head.taps("上架新的")
    await head.says("食用油")
    for wrong in ("0分", "-5", "10001", "许多"):
        await head.says(wrong)
        head.sees("要一个1到10000之间的数")
    await head.says("36分")
    await head.says("8件")
    await head.sends(LIT)
    head.sees("食用油 · 36分 · 还有8件")
    await town.member.says("兑换")
    await town.member.taps("食用油")
    shown = town.member.sees(
        "食用油 · 36分 · 还有8件\n地点：翠湖社区一楼大厅\n开门：周一到周五 9:00-17:00"
    )
    assert isinstance(shown.photo, Path)
    [(known,)] = await town.rows("select print from media where about = 'good'")
    assert known == print_of(shown.photo.read_bytes())  # every stored photo can be recognised


async def test_the_head_changes_price_stock_hours_and_takes_it_off(telegram_town: Town) -> None:
    town, head = telegram_town, telegram_town.community_head
    await orders_it(town.member, "雨伞")
    await head.says("兑换点")
    await head.taps("雨伞")
    await head.taps("改价")
    await head.says("20分")
    head.sees("改好了：雨伞 · 20分 · 没货了。")
    await head.taps("雨伞")
    await head.taps("进出货")
    await head.says("+3件")
    head.sees("现在：雨伞 · 20分 · 还有3件。")
    await head.taps("雨伞")
    await head.taps("进出货")
    await head.says("-4件")
    head.sees("件数要在0到10000之间")
    await head.taps("下架")
    head.sees("雨伞：已下架")
    await town.member.says("兑换")
    assert "雨伞 · " not in town.member.sees("洗衣液 · 30分").text
    await head.taps("重新上架")
    await head.says("兑换点")
    await head.taps("地点和时间")
    await head.says("服务站二楼")
    await head.says("每天上午")
    head.sees("地点：服务站二楼\n开门：每天上午")
    assert await pieces(town, "雨伞") == 3


async def test_nobody_else_runs_it(telegram_town: Town) -> None:
    town = telegram_town
    before = await town.rows("select * from goods order by id")
    for robot in (town.member, town.community, town.street_head):
        for press in (
            "price",
            "stock",
            "close",
            "offer",
            "manage",
            "picture",
            "book",
            "add",
            "hours",
        ):
            await robot.presses(f"goods.{press}:1")
            robot.sees("您在这里没有这个岗位")
            robot.looks_away()
    assert await town.rows("select * from goods order by id") == before


async def test_the_workbook_says_what_is_there_and_who_fetched_what(
    telegram_town: Town, tmp_path: Path
) -> None:
    town = telegram_town
    await orders_it(town.member, "毛巾")
    await town.community.says(f"gd-{code_in(town.member.sees('您的领取码'))}")
    await town.community.taps("交了")
    await town.community_head.says("兑换点")
    await town.community_head.taps("库存和领取表")
    sent = town.community_head.sees("兑换点的库存和领取记录").document
    assert isinstance(sent, Path)
    copy = tmp_path / "sent.xlsx"
    copy.write_bytes(sent.read_bytes())
    sheets = {page.title: [row for _number, row in page.rows] for page in workbook.pages(copy)}
    assert [str(cell) for cell in sheets["库存"][1][:5]] == ["毛巾", "10", "19", "0", "1"]
    when, what, cost, who, state, _at, clerk = sheets["领取记录"][1]
    assert (what, who, state, clerk) == ("毛巾", "陈静", "已领", "赵强")
    assert str(when).startswith("2026-11-23")
    assert str(cost) == "10"
    assert len(sheets["改动记录"]) == 5


async def test_a_clock_that_goes_back_breaks_nothing(telegram_town: Town) -> None:
    town = telegram_town
    await orders_it(town.member, "雨伞")
    now, order = town.stage.clock.now(), await number(town, "select id from orders")
    await acts(town, lambda turn: orders.expire(turn, order))  # not due
    town.stage.clock.set(now.replace(year=2025))
    await town.settles()
    await town.community.says("核销")
    await town.community.says(code_in(town.member.sees("您的领取码")))
    await town.community.taps("交了")
    assert await held(town, "redeemed") == 25
    town.stage.clock.set(now)
    await town.passes(days=9)
    assert (await holds(town), await pieces(town, "雨伞")) == (13, 0)
