"""The day of the demo, and every event of it delivered twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.base import PROFILES, Receive
from bot.demo.story import Story
from bot.sample import EVERYBODY
from handlers.message import Event, Handled
from tests.robot import Robot, Town
from tests.robot import town as open_town


async def no_pause() -> None:
    pass


async def test_the_whole_day_can_be_played(town: Town) -> None:
    await Story(town.stage, no_pause).play()
    cases = await town.rows("select number, state from cases order by id")
    assert [state for _number, state in cases] == [
        "working",
        "assigned",
        "working",
        "working",
        "assigned",
        "working",
    ]
    [before, after] = [b.text for b in town.community.read() if "响应率：" in b.text]
    assert "解决率：1件中1件" in before
    assert "解决率：1件中0件" in after
    town.community.sees("居民说没好，重办")
    assert await town.rows("select state from wishes") == [("struck_off",)]
    claims = "select name, state from claims join people on people.id = person_id order by place"
    assert await town.rows(claims) == [("陈静", "claimed"), ("顾苗", "claimed")]
    assert await town.rows("select what, error from failures") == []


async def test_the_day_is_told_in_english_too(sqlite_district: str, tmp_path: Path) -> None:
    async with open_town(sqlite_district, tmp_path, language="en") as town:
        await Story(town.stage, no_pause).play()
        said = [b.text for s in EVERYBODY for b in Robot(town, s).read()]
        chinese = "收到您已请办结网格员"
        assert not [text for text in said if any(c in text for c in chinese) and "翠湖" not in text]


@pytest.mark.parametrize("profile", ["telegram", "wechat"])
async def test_every_event_delivered_twice_changes_nothing(
    profile: str, sqlite_district: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform delivers everything again, as platforms do after a lost acknowledgement."""
    async with open_town(sqlite_district, tmp_path, PROFILES[profile]) as town:
        deliver: Receive = town.stage.app.receive
        repeated: list[bool] = []

        async def twice(event: Event) -> Handled:
            first = await deliver(event)
            repeated.append((await deliver(event)).repeated)
            return first

        monkeypatch.setattr(town.stage.messenger, "_receive", twice)
        await Story(town.stage, no_pause).play()
        assert all(repeated)
        assert len(repeated) >= 35
        assert len(await town.rows("select id from cases")) == 6
        twice_said = await town.rows(
            "select person_id, payload, count(*) from outbox "
            "where kind = 'reply' group by lane, payload having count(*) > 3"
        )
        assert twice_said == []
