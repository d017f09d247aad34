"""A district on WeCom over real HTTP, against a simulated company."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import sample
from bot.demo.story import Story
from tests.robot import Town
from tests.servers.wecom_api import Bubble
from tests.stories.test_lamp import LAMP, report_lamp
from tests.stories.test_tasks import publishes
from tests.stories.wecom_stage import WeComStage, wecom_stage

ROBOT = "693a91f6-7aaa-4bc4-97a0-0ec2aaaa5aaa"


class WeComTown(Town):
    stage: WeComStage  # type: ignore[assignment]

    def cards(self, key: str, words: str) -> list[Bubble]:
        """What this person's phone shows with these words."""
        return [b for b in self.stage.phones[key].person.bubbles if b.mine and words in b.text]


@pytest.fixture
async def town(sqlite_district: str, tmp_path: Path) -> AsyncIterator[WeComTown]:
    async with wecom_stage(sqlite_district, tmp_path / "media") as stage:
        yield (found := WeComTown(stage))  # type: ignore[arg-type]
        assert await found.rows("select what, error from failures") == []
        assert stage.server.unanswered == 0
        assert stage.server.wecom.dropped == []


async def no_pause() -> None:
    pass


async def test_the_day_is_lived_on_wecom(town: WeComTown) -> None:
    await Story(town.stage, no_pause).play()
    town.resident.sees("销号了")


async def test_a_card_changes_in_place_as_often_as_the_platform_lets_it(town: WeComTown) -> None:
    await report_lamp(town)
    [card] = town.cards("li", "🔦")
    await town.neighbour.says(LAMP)
    for label in ("路灯不亮", "是同一件，算我一个"):
        await town.neighbour.taps(label)
    assert "2户" in card.text  # the code from the sending
    await town.chief.says("0001 今天务必换好")
    assert "务必换好" not in card.text  # there is none left; nothing new is sent, either
    assert len(town.cards("li", "🔦")) == 1
    await town.worker.taps("更多办法")
    assert "务必换好" in card.text  # the press has brought one
    await town.worker.taps("我接了")
    assert "我接了" not in {label for label, _key in card.buttons}
    assert len(town.cards("li", "🔦")) == 1


async def test_a_group_hears_of_a_task_through_its_robot(town: WeComTown) -> None:
    shown = town.stage.server.robot(ROBOT)
    await town.community.says("帮助")
    await town.community.says(f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={ROBOT}")
    assert "私聊" in shown[-1].text
    for label in ("绑定", "这里的一支队伍，比如党员志愿者", "党员志愿者", "绑定"):
        await town.community.taps(label)
    await publishes(town.community)
    assert "周六清扫" in shown[-1].text
    assert shown[-1].text.endswith("想参加或者答复，请私聊我。")


async def test_whose_code_in_the_roster_is_their_userid_is_known_at_once(town: WeComTown) -> None:
    for userid in (sample.PARTNER.code, "P9999"):
        member = town.stage.server.member(userid)
        await member.says("待办")
        await town.settles()
        assert member.bubbles[-1].mine
    known = await town.rows(
        "select external, name from accounts join people on people.id = person_id"
        " where external like 'P%' order by external"
    )
    assert known == [(sample.PARTNER.code, sample.PARTNER.name), ("P9999", "P9999")]


async def test_what_is_said_to_the_robot_in_a_group_goes_on_in_private(town: WeComTown) -> None:
    server, shown = town.stage.server, town.stage.server.group("wr1")
    await town.resident.says("帮助")
    said = {"content": "@哨到 3号楼东头路灯黑了快十天了"}
    await server.calls_robot(server.speaks("zhou", "wr1", "text", said))
    await town.settles()
    assert [b.text for b in shown] == ["请看私聊。"]
    await town.resident.taps("要，报上去")
    await town.resident.taps("路灯不亮")
    await town.resident.taps("对，报上去")
    town.resident.sees("已转给网格员李明")
    await server.calls_robot(server.speaks("zhou", "wr1", "text", {"content": "@哨到 着火了"}))
    await town.settles()
    assert "119" in shown[1].text
