"""Volunteers over real HTTP, against a Telegram server, with their bound group.

Each story is played through both drivers, one on SQLite and the other on PostgreSQL. What a
group may read stands on one card there that is edited in place; the group reads nothing else.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot import sample
from tests.robot import LIT, Robot, Town
from tests.stories.telegram_stage import Phone, TelegramStage, telegram_stage
from tests.stories.test_bookings import WISH, books_electrician
from tests.stories.test_goods import code_in, held, orders_it
from tests.stories.test_lists import FRIDGE, asks, opens
from tests.stories.test_lists import states as listed
from tests.stories.test_pledges import amounts, pledges_money
from tests.stories.test_pledges import publishes as publishes_project
from tests.stories.test_points import holds
from tests.stories.test_promises import SWEEP, board, promises
from tests.stories.test_tasks import CALL, counted, publishes, states
from tests.stories.test_wishes import RADIO, brings, published
from tests.stories.test_wishes import state as wish_state


class TelegramTown(Town):
    """The sample district on a Telegram server, its members in their bound group."""

    stage: TelegramStage  # type: ignore[assignment]  # all that a Town asks of a Stage

    def __init__(self, stage: TelegramStage) -> None:
        super().__init__(stage)  # type: ignore[arg-type]
        self.volunteer = Robot(self, sample.VOLUNTEER)

    def in_group(self, words: str = "") -> list[str]:
        """What stands in the group now and has these words."""
        return [b.text for b in self.stage.group.bubbles if b.mine and words in b.text]

    def card(self, sign: str) -> str:
        """The one card in the group with this sign."""
        [text] = self.in_group(sign)
        return text

    def toast(self, robot: Robot) -> str:
        """What their last press was answered with."""
        phone: Phone = self.stage.phones[robot.someone.key]
        return phone.user.toasts[-1]


@pytest.fixture(params=["python-telegram-bot-sqlite", "aiogram-postgres"])
async def town(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[TelegramTown]:
    driver, _, database = request.param.rpartition("-")
    url = request.getfixturevalue(f"{database}_url")
    async with telegram_stage(url, tmp_path / "media", driver, "polling") as stage:
        yield (found := TelegramTown(stage))
        assert await found.rows("select what, error from failures") == []
        assert await found.rows("select payload, error from outbox where state <> 'sent'") == []


async def test_a_saturday_in_the_group_from_the_call_to_what_the_points_buy(
    town: TelegramTown,
) -> None:
    # Tasks: one card, a slot, a place in line, a code on site, somebody else's word.
    await publishes(town.community, slots="1")
    await town.member.taps("认领")
    assert "认领好了" in town.toast(town.member)
    town.volunteer.looks_away()
    await town.volunteer.taps("排候补")
    assert "您排候补第1位" in town.toast(town.volunteer)
    assert town.volunteer.read() == []  # being told once is enough
    assert "报名1/1\n陈静\n候补1人：顾苗" in town.card("🙋")
    await town.passes(days=5)
    await town.community.says("我的任务")
    await town.community.taps("出示签到码")
    [code] = re.findall(r"\d{4}", town.community.sees("今天的签到码").text)
    await town.member.says("我的任务")
    await town.member.taps("我到了")
    await town.member.says(code)
    await town.passes(hours=1, minutes=50)
    await town.member.taps("签退")
    await town.passes(hours=1)
    await town.community.says("我的任务")
    await town.community.taps("到场的都确认")
    town.member.sees(f"{CALL}3分，公示到12月1日")
    assert await states(town) == {"陈静": "confirmed", "顾苗": "released"}
    await counted(town)

    # Points: on public notice, doubted by a neighbour, decided by somebody else, posted.
    await town.volunteer.says("公示")
    town.volunteer.sees("· 陈静 3分")
    await town.volunteer.taps("有异议：陈静3分")
    await town.volunteer.says("好像来晚了")
    await town.passes(days=5)
    assert await holds(town) == 38
    await town.community_head.taps("没问题，照常入账")
    await town.passes(minutes=1)
    town.member.sees(f"{CALL}3分入账了。现在41分。")
    assert await holds(town) == 41

    # Redemption: points and goods are set aside, and a code fetches them from somebody else.
    await orders_it(town.member, "洗衣液")
    assert (await holds(town), await held(town, "held")) == (11, 30)
    await town.community.says("核销")
    await town.community.says(code_in(town.member.sees("您的领取码")))
    await town.community.taps("交了")
    town.member.sees("洗衣液由赵强交给您了，用了30分。现在11分。")
    assert await held(town, "redeemed") == 30

    # My card: a picture that anybody can check; a ranking of those who agreed.
    await town.member.says("积分")
    await town.member.taps("开证明")
    shown = town.member.sees("您的证明")
    assert isinstance(shown.photo, bytes)
    with Image.open(BytesIO(shown.photo)) as picture:
        assert picture.format == "PNG"
    await town.resident.says(next(w for w in shown.text.split() if w.startswith("pc-")))
    assert "姓名：陈静" in town.resident.sees("这份证明是真的").text
    await town.community_head.says("排行榜")
    await town.community_head.taps("打开")
    await town.community_head.taps("发到群里")
    assert "陈静" not in town.card("🏅")
    await town.member.says("排行榜")
    await town.member.taps("我也上榜")
    assert "1. 陈静 3分" in town.card("🏅")


async def test_a_wish_in_the_group_comes_true_and_is_a_deed_on_the_board(
    town: TelegramTown,
) -> None:
    # Wishes: one card without a name, one claimer with a day, the wisher's own yes.
    await published(town)
    assert f"“{RADIO}”" in town.card("🌟")
    await town.neighbour.taps("我来认领")
    assert "认领要先登记" in town.toast(town.neighbour)
    await town.member.taps("我来认领")
    await town.member.taps("3天内")
    assert "最晚11月26日办好" in town.card("🌟")
    await brings(town.member)
    assert await wish_state(town) == "delivered"
    asked = next(b for b in reversed(town.resident.read()) if b.photo)
    assert isinstance(asked.photo, bytes)
    await town.resident.taps("收到了")
    assert await wish_state(town) == "struck_off"
    assert "心愿圆了" in town.card("🌟")
    assert not any(name in text for text in town.in_group() for name in ("周兰", "陈静"))

    # Three micros: the deed that the wisher confirmed, a promise that was kept, the board.
    await town.member.taps("记进我的微奉献")
    await town.member.taps("写我的名字")
    assert "微奉献：陈静" in await board(town.resident)
    await promises(town.member)
    await town.passes(days=8)
    await town.member.taps("做到了")
    await town.member.says("扫了一次")
    await town.member.sends(LIT)
    await town.member.taps("没有人脸")
    await town.community.taps("确认，做了")
    assert f"承诺并做到了：{SWEEP}（扫了一次）" in await board(town.resident)
    assert len(town.in_group()) == 1


async def test_three_lists_match_and_the_group_reads_nothing_of_them(town: TelegramTown) -> None:
    # A resident's need, proposed with reasons to whoever can do it, until their own yes.
    await asks(town.resident)
    await opens(town.community)
    card = town.community.sees("谁能办，为什么").text
    assert "陈静：会家电维修、同一社区、这个月还没接过、以前没有失约" in card
    await town.community.taps("问陈静")
    await town.member.taps("接，定日子")
    await town.member.taps("明天（周二）")
    town.resident.sees("陈静明天来办")
    await town.passes(days=1)
    await town.member.taps("办完了")
    await town.member.says("换了温控器")
    await town.member.sends(LIT)
    await town.resident.taps("办好了")
    assert (await listed(town), await listed(town, "bookings")) == (["struck"], ["struck"])

    # A community books from a unit's menu; both see it on one card.
    await books_electrician(town.community, "11月26日（周四）")
    mine = town.community.sees("希望11月26日")
    await town.unit_duty.taps("接，定日子")
    await town.unit_duty.taps("11月26日（周四）")
    [again] = [b for b in town.community.phone.bubbles if b.id == mine.id]
    assert "已接" in again.text or not again.buttons
    await town.unit_duty.taps("办完了")
    await town.unit_duty.says("查了五户")
    await town.unit_duty.sends(LIT)
    await town.community.taps("销号")
    assert await listed(town, "bookings") == ["struck", "struck"]
    assert not [text for text in town.in_group() if FRIDGE in text or WISH in text]
    assert town.in_group() == []


async def test_a_project_gathers_its_pledges_and_the_groups_word(town: TelegramTown) -> None:
    await publishes_project(town.community)
    await town.member.taps("我来认领")  # under the group's card
    [opening] = [call for call in town.stage.server.called("answerCallbackQuery") if "url" in call]
    payload = opening["url"].partition("?start=")[2]
    await town.member.says(f"/start {payload}")
    await town.member.taps("安装，还差20小时")
    await town.member.says("8小时")
    await town.member.taps("认领")
    await pledges_money(town.unit_duty, "3000元")
    assert await amounts(town) == [("pledged", 8, 0), ("pledged", 3000, 0)]
    assert "认领3000" in town.card("3号楼前加装扶手")
    await town.community.says("项目")
    await town.community.taps("看第1件")
    await town.community.taps("确认到位")
    await town.community.taps("第2条到了")
    await town.community.says("3000元")
    town.unit_duty.sees("社区确认收到买扶手，3000元")
    await town.community.says("项目")
    await town.community.taps("看第1件")
    await town.community.taps("完工了")
    await town.community.says("扶手装好了")
    await town.community.sends(LIT)
    await town.resident.taps("满意")
    assert "记下了" in town.toast(town.resident)
    assert any("1人满意" in text for text in town.in_group())
    await town.passes(days=8)
    town.unit_duty.sees("1位居民满意，0位不满意")
    assert await town.rows("select state from projects") == [("ended",)]
