"""通知: an emergency at night and who knows of it; a notice for tomorrow; both taken back."""

from __future__ import annotations

from tests.robot import DARK, Robot, Town

STORM = "今夜8点起暴雨，地下车库可能进水，请把车开上来，老人别出门。"


async def begins(officer: Robot, whom: str, level: str, words: str) -> None:
    """An officer has said to whom, how urgent and what."""
    await officer.says("发通知")
    await officer.taps(whom)
    await officer.taps(
        {
            "急": "紧急：马上发，夜里也发，请大家点“已知晓”",
            "不急": "不急：休息时间不发，不要求回复",
        }[level]
    )
    await officer.says(words)


async def to_building_3(officer: Robot, words: str) -> None:
    await officer.says("发通知")
    await officer.taps("翠湖社区的一部分（某个网格、某栋楼）")
    await officer.says("3号楼")
    await officer.taps("不急：休息时间不发，不要求回复")
    await officer.says(words)


async def agrees(robot: Robot) -> None:
    await robot.says("同意事项")
    await robot.taps("同意：接收社区通知")
    robot.looks_away()


async def fates(town: Town) -> dict[str, int]:
    rows = await town.rows(
        "select fate, count(*) as count from bulletin_copies group by fate order by fate"
    )
    return {row.fate: row.count for row in rows}


async def test_an_emergency_reaches_everybody_at_night_and_those_silent_are_told_at_their_doors(
    town: Town,
) -> None:
    groups = town.stage.messenger.capabilities.groups
    await town.until("22:00")
    for robot in (town.community, town.worker, town.resident, town.neighbour, town.chief):
        await town.hears_from(robot)
    await begins(town.community, "翠湖社区全体居民", "急", STORM)
    preview = town.community.sees("大家收到的是这样").text
    assert STORM in preview
    assert "社区值班赵强 0421-0000101" in preview
    assert ("1个群，再私发2人（不在群里的）" if groups else "私发11人") in preview
    await town.community.taps("发出")
    assert "🚨 紧急通知 翠湖社区" in town.resident.sees(STORM).text
    assert "🚨 紧急通知 翠湖社区" in town.neighbour.sees(STORM).text
    assert [b.text for b in town.resident.read() if STORM in b.text] == [
        town.resident.sees(STORM).text
    ], "nobody gets it twice"

    await town.resident.taps("已知晓")
    await town.passes(minutes=1)
    assert "3号楼：2人中1人已知晓" in town.community.sees("都发出去了").text

    town.worker.looks_away()
    await town.passes(minutes=31)
    told = town.worker.sees("没点“已知晓”").text
    assert "3号楼1人" in told
    await town.worker.taps("看名单")
    names = town.worker.sees("还没通知到的").text
    assert "3号楼 · 吴桂芳" in names
    assert "周兰" not in names
    await town.worker.taps("通知到了：吴桂芳")
    town.worker.sees("吴桂芳已经通知到")
    await town.passes(minutes=1)
    await town.community.says("通知记录")
    await town.community.taps(f"“{STORM[:11]}…”")
    assert "3号楼：2人中2人已知晓" in town.community.sees("已知晓2人").text

    await town.community.taps("撤回")
    town.community.sees("已经看过的，收不回来")
    await town.community.taps("撤回")
    await town.passes(minutes=2)
    # Where people have to write first, some were never written to.
    assert await fates(town) == ({"taken": 3} if groups else {"taken": 5, "withdrawn": 6})
    assert not any(b.text.startswith("🚨 紧急通知 翠湖社区") for b in town.resident.read())
    town.community.sees("已撤回")
    assert await town.rows("select what, error from failures") == []


async def test_a_notice_for_the_night_waits_for_the_morning_and_asks_for_nothing(
    town: Town,
) -> None:
    await agrees(town.resident)
    await to_building_3(town.community, "明天上午9点到12点停水检修，请提前接好水。")
    await town.community.sends(DARK)
    await town.community.says("今晚9点半")
    preview = town.community.sees("大家收到的是这样").text
    assert "私发1人" in preview
    assert "另有1人没同意接收社区通知" in preview
    assert "明天上午8点再发" in preview
    assert "带这张照片" in preview
    await town.community.taps("发出")
    town.community.sees("明天上午8点发")
    await town.until("21:40")
    town.resident.does_not_see("停水检修")
    await town.hears_from(town.resident)
    await town.until("08:00")
    bubble = town.resident.sees("停水检修")
    assert "【通知】翠湖社区" in bubble.text
    assert not bubble.buttons
    assert "回数字" not in bubble.text
    assert bubble.photo
    town.neighbour.does_not_see("停水检修")
    await town.passes(minutes=1)
    assert await fates(town) == {"sent": 1}
    assert await town.rows("select what, error from failures") == []


async def test_what_has_not_begun_is_withdrawn_and_nobody_ever_reads_it(town: Town) -> None:
    await agrees(town.resident)
    await to_building_3(town.community, "今晚6点社区广场放电影。")
    await town.community.says("今天下午5点")
    await town.community.taps("发出")
    await town.community.taps("撤回")
    town.community.sees("没发就撤了，谁也没收到")
    await town.passes(hours=12)
    town.resident.does_not_see("放电影")
    assert await fates(town) == {}


async def test_people_are_named_one_by_one_and_whoever_has_no_post_sends_nothing(
    town: Town,
) -> None:
    await town.resident.says("发通知")
    town.resident.sees("这一步要")
    await town.community.says("发通知")
    await town.community.taps("我来列名单")
    await town.community.says("陈静、周兰，没有这个人")
    town.community.sees("没找到，或者有同名的：没有这个人")
    await town.community.taps("就发给找到的人")
    await town.community.taps("不急：休息时间不发，不要求回复")
    await town.community.says("周六上午的志愿服务改到下午2点。")
    await town.community.taps("现在")
    assert "名单上的2人" in town.community.sees("发给：").text
    assert "另有2人没同意" in town.community.sees("发给：").text
    await town.community.taps("不发了")
    town.community.sees("没有发出")
