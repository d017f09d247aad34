"""One person on two phones: answers come to one of them, alerts to both."""

from __future__ import annotations

from tests.blowing import DRAINS, ROADS, blown
from tests.robot import Town
from tests.stories.test_invitations import stranger
from tests.stories.test_one_person import links


async def test_an_alert_comes_to_every_account_marked_for_it_and_one_answer_counts(
    town: Town,
) -> None:
    second = stranger(town, "drains2", "老林")
    for robot in (town.drains_duty, town.roads_duty, town.community):
        await robot.says("帮助")
    await links(town.drains_duty, second)
    await second.says("我的账号")
    await second.taps("急事也发第1个")
    assert "演示用的手机 · 🔔" in second.sees("1.").text
    await second.says("我的资料")
    second.sees("（急事也发到这里）")
    for robot in (second, town.drains_duty, town.community):
        robot.looks_away()

    await blown(town.stage.app, DRAINS, ROADS)
    await town.settles()
    assert "污水管爆了" in second.sees("🚨").text
    assert "污水管爆了" in town.drains_duty.sees("🚨").text
    await town.drains_duty.taps("应哨，我们去")
    before = town.drains_duty.sees("🚨").text
    if town.stage.capabilities.edits == "free":
        assert second.sees("🚨").text == before
        assert "应哨，我们去" not in [button.label for button in second.sees("🚨").buttons]
    else:
        await second.taps("应哨，我们去")
        second.sees("已经")
    second.looks_away()
    town.drains_duty.looks_away()
    await town.drains_duty.says("我的账号")
    town.drains_duty.sees("您的账号")
    second.does_not_see("您的账号")

    await town.drains_duty.taps("急事不发第1个")
    await blown(town.stage.app, DRAINS)
    await town.settles()
    town.drains_duty.sees("🚨")
    second.does_not_see("🚨")
    assert await town.rows("select what from failures") == []
