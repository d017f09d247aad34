"""A micro-wish, from the words of whoever wishes to their own "it came"."""

from __future__ import annotations

from tests.robot import LIT, Robot, Town

RADIO = "想要一台旧收音机，晚上听听戏"


async def wishes(robot: Robot, words: str = RADIO, readers: str = "全区的人都能看") -> None:
    """From the first word to the card that says who reads it first."""
    await robot.says("许个微心愿")
    await robot.says(words)
    await robot.taps("想要一样东西")
    await robot.taps(readers)
    await robot.taps("就这样，许下")


async def published(town: Town, words: str = RADIO) -> None:
    await wishes(town.resident, words)
    await town.community.taps("可以，发布")


async def claimed(town: Town, days: int = 3) -> None:
    """Claimed from the list by the member, who names the day."""
    await published(town)
    await town.member.says("微心愿")
    await town.member.taps("看第1件")
    await town.member.taps("我来认领")
    await town.member.taps(f"{days}天内")


async def brings(helper: Robot, note: str = "送了一台收音机") -> None:
    await helper.taps("办好了")
    await helper.says(note)
    await helper.sends(LIT)
    await helper.taps("没有人脸")


async def state(town: Town) -> str:
    [(found,)] = await town.rows("select state from wishes")
    return str(found)


async def test_a_wish_is_struck_off_by_its_wisher_alone(town: Town) -> None:
    await wishes(town.resident)
    mine = town.resident.sees("先给社区值班赵强看一看").text
    assert "11月25日上午9点半前告诉您" in mine
    review = town.community.sees("微心愿 · 物资").text
    assert "翠湖社区3号楼 · 周兰" in review
    await town.community.taps("可以，发布")
    town.resident.sees("已经发布")
    await town.member.says("微心愿")
    listed = town.member.sees("等人认领的心愿").text
    assert f"1）“{RADIO}” · 物资" in listed
    await town.member.taps("看第1件")
    await town.member.taps("我来认领")
    await town.member.taps("3天内")
    town.resident.sees("有人认领了，最晚11月26日办好")
    await town.member.taps("已经在办了")
    await brings(town.member)
    asked = town.resident.sees("认领的人说办好了：送了一台收音机").text
    assert "您说收到了才算" in asked
    await town.resident.comes_back()
    town.resident.sees("的照片")
    assert await state(town) == "delivered"
    await town.resident.taps("收到了")
    assert await state(town) == "struck_off"
    town.member.sees("圆了，本人说收到了")
    await town.resident.says("谢谢，声音很清楚")
    await town.resident.taps("不留名")
    town.member.sees("带话给您：“谢谢，声音很清楚”")
    for robot, name in ((town.resident, "陈静"), (town.member, "周兰")):
        robot.does_not_see(name)
    assert await town.rows("select what, error from failures") == []
