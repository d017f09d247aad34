"""A district sets itself up over real HTTP, against a Telegram server, with both drivers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.workbooks import xlsx as workbook
from bot.workbooks.xlsx import Leaf
from tests.servers.telegram_people import User
from tests.stories.telegram_stage import GROUP, Driver, TelegramStage, telegram_stage

PEOPLE = ["编码", "姓名", "电话", "岗位", "岗位所在编码", "值班电话"]
WORKER = ["P0900", "许慧", "15400000900", "网格员", "QH-LL-CX-1", "0421-0000190"]
PHONE = "13800001111"


def roster(folder: Path) -> bytes:
    path = folder / "roster.xlsx"
    workbook.write(path, [Leaf("人员岗位", PEOPLE, [("", WORKER)])])
    return path.read_bytes()


class Somebody:
    """A Telegram user; after each act the bot has done and said all it has to."""

    def __init__(self, stage: TelegramStage, user: User) -> None:
        self._stage, self.user = stage, user

    async def says(self, words: str, chat: int = 0) -> None:
        self.user.says(words, chat)
        await self._stage.settle()

    async def taps(self, *labels: str) -> None:
        for label in labels:
            self.user.taps(label)
            await self._stage.settle()

    async def sends_file(self, data: bytes, name: str) -> None:
        self.user.sends_document(data, name)
        await self._stage.settle()

    def sees(self, words: str) -> str:
        found = [b.text for b in self.user.bubbles if b.mine and words in b.text]
        assert found, "\n---\n".join(b.text for b in self.user.bubbles[-4:])
        return found[-1]


@pytest.mark.parametrize("driver", ["python-telegram-bot", "aiogram"])
async def test_a_roster_an_invitation_a_home_and_a_group(
    sqlite_url: str, tmp_path: Path, driver: Driver
) -> None:
    async with telegram_stage(sqlite_url, tmp_path / "media", driver, "polling") as stage:
        admin, street, resident = (
            Somebody(stage, stage.phones[key].user) for key in ("song", "qian", "wu")
        )
        await admin.sends_file(roster(tmp_path), "十一月.xlsx")
        admin.sees("《十一月.xlsx》核对完了")
        assert any(b.document and b.document[0].endswith(".xlsx") for b in admin.user.bubbles)
        await admin.taps("导入")
        admin.sees("导入好了")

        await street.says("邀请")
        await street.taps("网格员")
        if any("在哪里" in bubble.text for bubble in street.user.bubbles):
            await street.taps("春晓社区第一网格")
        await street.taps("许慧")
        link = re.search(r"https://t\.me/\w+\?start=(i-[a-z0-9]{26})", street.sees("给许慧的邀请"))
        assert link is not None
        worker = Somebody(stage, stage.stranger(900, "许慧"))
        await worker.says(f"/start {link[1]}")
        worker.sees("请您来当春晓社区第一网格网格员")
        await worker.taps("我接受")
        worker.sees("好了，许慧")
        street.sees("邀请有人接受了")

        await resident.says("/home")
        await resident.taps("我搬家了，或者不对")
        await resident.says("春晓社区6号楼")
        await resident.taps("是")
        await resident.says("我们这的网格员是谁")
        resident.sees("网格员许慧")

        stage.group.promotes_bot(street.user)
        await stage.settle()
        await resident.says(f"有事打我电话{PHONE}", chat=GROUP)
        assert not any(PHONE in bubble.text for bubble in stage.group.bubbles)
