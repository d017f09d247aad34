"""三张清单: what is needed, offered and done for others, from the line in chat to the strike-off."""

from __future__ import annotations

from tests.robot import LIT, Robot, Town

FRIDGE = "家里冰箱不制冷，想请人看看"
TAP = "家里水龙头一直漏水，想请人看看"


async def asks(resident: Robot, words: str = FRIDGE) -> None:
    await resident.says(f"/need {words}")
    await resident.taps("就这样发")


async def opens(officer: Robot) -> None:
    """The community's officer lets others read the need as it stands."""
    await officer.taps("找人办")
    await officer.taps("就这样写")


async def in_hand(town: Town) -> None:
    """陈静 has promised to look at the fridge tomorrow."""
    await town.member.says("帮助")
    await asks(town.resident)
    await opens(town.community)
    await town.community.taps("问陈静")
    await town.member.comes_back()
    await town.member.taps("接，定日子")
    await town.member.taps("11月24日（周二）" if False else "明天（周二）")


async def states(town: Town, table: str = "list_needs") -> list[str]:
    return [row[0] for row in await town.rows(f"select state from {table} order by id")]


# ── needs ────────────────────────────────────────────────────────────────────


async def test_a_need_goes_from_one_line_to_the_residents_own_yes(town: Town) -> None:
    await town.member.says("帮助")
    await asks(town.resident)
    town.resident.sees("已转给翠湖社区")
    town.community.sees(FRIDGE)
    await opens(town.community)
    card = town.community.sees("谁能办，为什么").text
    assert "陈静：会家电维修、同一社区、这个月还没接过、以前没有失约" in card
    assert "有空：周六、周日上午、周六下午" in card or "有空：" in card
    assert "还没问任何人" in card
    assert await states(town, "orders") == []
    await town.community.taps("问陈静")
    await town.member.comes_back()
    asked = town.member.sees("等答复").text
    assert "周兰" not in asked
    assert "3号楼" not in asked
    await town.member.taps("接，定日子")
    await town.member.taps("明天（周二）")
    assert "3号楼" in town.member.sees("答应11月24日办").text
    town.resident.sees("陈静明天来办")
    await town.passes(days=1)
    await town.member.comes_back()
    await town.member.taps("办完了")
    await town.member.says("换了温控器")
    await town.member.sends(LIT)
    await town.resident.comes_back()
    town.resident.sees("陈静说办好了：换了温控器")
    await town.resident.taps("办好了")
    town.resident.sees("销号了，谢谢您")
    assert (await states(town), await states(town, "orders")) == (["struck"], ["struck"])
    await town.member.comes_back()
    town.member.sees("销号了，谢谢")
