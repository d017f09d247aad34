"""The whistle over real HTTP, against a Telegram server, with a unit's group; both drivers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.base import TELEGRAM
from bot.sending.delivery import Delivery
from tests.blowing import DRAINS, LAMPS, ROADS, blown
from tests.bot.outside import Seconds
from tests.robot import LIT
from tests.servers.telegram_people import Bubble
from tests.stories.telegram_stage import Driver, TelegramStage, telegram_stage
from tests.stories.test_telegram_district import Somebody

GROUP = -1002
PLACE, BURST = "翠湖社区3号楼门口", "污水管爆了，路面塌了一块"
COME, THERE = "应哨，我们去", "到现场了"


class Unit(Somebody):
    """An officer, who also presses in the unit's group."""

    async def taps_in_group(self, label: str) -> str:
        self.user.taps(label, GROUP)
        await self._stage.settle()
        return self.user.toasts[-1]

    async def sends_photo(self) -> None:
        self.user.sends_photo(LIT)
        await self._stage.settle()

    async def finishes(self, words: str) -> None:
        await self.taps("报结果")
        await self.says(words)
        await self.sends_photo()


def people(stage: TelegramStage, *keys: str) -> list[Unit]:
    return [Unit(stage, stage.phones[key].user) for key in keys]


async def bound(stage: TelegramStage) -> None:
    """The lamps' office has a group, bound by its duty officer."""
    stage.server.group(GROUP, "路灯所值班群")
    [duty] = people(stage, "feng")
    await duty.says("/bind", GROUP)
    await duty.taps("绑定", "绑定")


def in_group(stage: TelegramStage, words: str = "应急处置哨") -> list[Bubble]:
    return [b for b in stage.server.bubbles(GROUP) if b.mine and words in b.text]


async def blow(officer: Unit, *units: str) -> None:
    await officer.says("吹哨")
    await officer.taps("应急处置哨")
    for words in (PLACE, BURST, *units):
        await officer.says(words)
    await officer.taps("就叫这些", *["到场处置"] * len(units), units[0])
    await officer.taps("今天上午11点半", "就在现场，马上", "吹哨")


@pytest.mark.parametrize("driver", ["python-telegram-bot", "aiogram"])
async def test_a_whistle_with_a_group_from_the_tap_to_both_judgements(
    sqlite_url: str, tmp_path: Path, driver: Driver
) -> None:
    async with telegram_stage(sqlite_url, tmp_path / "media", driver, "polling") as stage:
        await bound(stage)
        community, lamps, drains, roads, second, leader = people(
            stage, "zhao", "feng", "du", "shi", "jiang", "yao"
        )
        await blow(community, DRAINS, ROADS, LAMPS)
        for officer in (drains, roads, lamps):
            assert "请在今天上午9点44分前应哨" in officer.sees("应急处置哨")
        [card] = in_group(stage)
        assert card.buttons == (COME, THERE)
        assert BURST not in card.text

        for label in (COME, THERE):
            assert LAMPS in await lamps.taps_in_group(label)
        assert [b.id for b in in_group(stage)] == [card.id]
        assert in_group(stage)[0].buttons == ()
        await drains.taps(COME)

        await stage.advance(timedelta(minutes=6))
        second.sees("应急处置哨")
        community.sees("请拨打0421-0002002")
        await stage.advance(timedelta(minutes=5))
        await leader.taps(COME)
        community.sees(f"◐ {ROADS}：姚刚")

        await roads.finishes("塌的地方填平了")
        await lamps.finishes("灯杆扶正了")
        await drains.finishes("管子换好，水停了")
        await community.taps("办好了，收哨")
        assert "今天上午9点25分收的哨" in in_group(stage)[0].text
        await community.taps("评一评各单位", *["快", "好"] * 3)
        await lamps.taps("评一评这个哨", "该吹", "清楚")
        assert len(in_group(stage)) == 1


def most_in_a_minute(moments: Sequence[float]) -> int:
    """The most calls within any 60 seconds."""
    return max(bisect_right(moments, at + 60 - 1e-9) - i for i, at in enumerate(moments))


class Paced:
    """The stage at Telegram's own pace, with a clock of its own that notes every call."""

    def __init__(self, stage: TelegramStage, media: Path) -> None:
        channel, app = stage.channel, stage.app
        channel.capabilities = replace(channel.capabilities, pace=TELEGRAM.pace)
        self._stage, self._server = stage, stage.server
        self.seconds = Seconds()
        self.delivery = Delivery(app.database, channel, app.dispatch, media, self.seconds)
        app.deliveries = [self.delivery]
        self.moments: list[float] = []
        self._seen = len(self._server.calls)

    async def passes(self, seconds: float) -> None:
        """So many seconds, half of the group's pause at a time."""
        for _time in range(round(seconds / 1.6)):
            await self.delivery.drain()
            for method, fields in self._server.calls[self._seen :]:
                if method != "answerCallbackQuery" and str(fields.get("chat_id")) == str(GROUP):
                    self.moments.append(self.seconds())
            self._seen = len(self._server.calls)
            self.seconds.pass_by(1.6)


async def test_thirty_changes_in_a_minute_are_at_most_twenty_edits_of_the_groups_cards(
    sqlite_url: str, tmp_path: Path
) -> None:
    media = tmp_path / "media"
    async with telegram_stage(sqlite_url, media, "aiogram", "polling") as stage:
        await bound(stage)
        await blown(stage.app, LAMPS, by=str(stage.phones["zhao"].user.id), times=15)
        await stage.settle()
        messages = list(stage.server.telegram.rooms[GROUP].messages.values())
        cards = [m for m in messages if "应急处置哨" in m.get("text", "")]
        assert len(cards) == 15
        tokens = {
            (m["message_id"], button["text"]): button["callback_data"]
            for m in cards
            for row in m["reply_markup"]["inline_keyboard"]
            for button in row
        }
        paced = Paced(stage, media)
        [duty, leader] = people(stage, "feng", "luo")
        for officer, label in ((duty, COME), (leader, THERE)):
            for message in cards:
                officer.user.presses(tokens[message["message_id"], label], message)
                await stage.server.until(lambda: stage.server.pending == 0)
                await paced.passes(1.6)
        assert 10 <= len(paced.moments) <= 20
        await paced.passes(64)
        assert most_in_a_minute(paced.moments) <= 20
        assert all("到场" in bubble.text for bubble in in_group(stage))
        assert len(in_group(stage)) == 15
        rows = await stage.app.database.run(
            lambda conn: conn.exec_driver_sql("select distinct state from outbox").all()
        )
        assert [tuple(row) for row in rows] == [("sent",)]
