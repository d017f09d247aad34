"""A team claims with its leader; whoever comes along checks in, and earns for themselves."""

from __future__ import annotations

from tests.robot import Robot, Town
from tests.stories.test_tasks import card_of, counted, publishes, ready, states

TEAM = "法律服务队"


async def leads(town: Town, n: int, people: int = 4) -> None:
    """陈静 claims so many places for her team."""
    await town.member.presses(f"tasks.team:{n}")
    await town.member.taps(TEAM)
    await town.member.says(f"{people}人")
    await town.member.taps("认领")


async def names(leader: Robot, *people: str) -> None:
    await leader.taps("写上同来的人")
    await leader.says("、".join(people))


async def seats(town: Town) -> dict[str, int]:
    rows = await town.rows(
        "select name, seats from claims join people on people.id = person_id"
        " where state <> 'released' order by place"
    )
    return {row.name: row.seats for row in rows}


async def at_the_door(town: Town) -> str:
    """A quarter of an hour before it begins; returns what the code of the day opens."""
    await town.until("09:00")
    await town.passes(days=3, hours=23, minutes=45)
    [(shift, code)] = await town.rows("select id, code from shifts")
    return f"tc-{shift}-{code}"


async def given(town: Town) -> dict[str, int]:
    """Who has an award that counts, and how many points of it."""
    rows = await town.rows(
        "select name, points from awards join people on people.id = to_id"
        " where state not in ('ended', 'reversed') order by awards.id"
    )
    return {row.name: row.points for row in rows}


async def test_a_team_claims_with_its_leader(telegram_town: Town) -> None:
    town = telegram_town
    await ready(town)
    n = await publishes(town.community)
    await town.member.says("任务")
    await town.member.taps("周六清扫 11月28日")
    await town.member.taps("以队伍认领")
    await town.member.taps(TEAM)
    await town.member.says("9人")
    await town.member.taps("认领")
    town.member.sees("还剩5个名额，坐不下整支队伍")
    await leads(town, n)
    assert await town.rows("select team, seats from claims") == [(TEAM, 4)]
    assert await town.rows("select taken from shifts") == [(4,)]
    assert "还有3个名额没写名字" in town.member.sees(f"{TEAM}，4个名额").text
    await counted(town)


async def test_whoever_of_a_team_came_earns_and_nobody_for_another(town: Town) -> None:
    await ready(town, town.resident, town.neighbour)
    n = await publishes(town.community)
    await leads(town, n)
    await names(town.member, "周兰", "没这个人", "陈静")
    said = town.member.sees("和您一起的：周兰").text
    assert "没写上：没这个人、陈静" in said
    await town.member.says("我的任务")
    assert "和您一起：周兰" in town.member.sees("还有2个名额没写名字").text
    town.resident.sees(f"陈静把您写进了{TEAM}：周六清扫")
    assert await seats(town) == {"陈静": 3, "周兰": 1}
    await counted(town)
    code = await at_the_door(town)
    await town.member.says(code)
    await town.neighbour.says(code)
    await town.neighbour.taps(f"{TEAM}（陈静带队）")
    town.neighbour.sees("已签到")
    await town.member.comes_back()
    town.member.sees("吴桂芳到场签到了，算您队里的")
    assert await seats(town) == {"陈静": 2, "周兰": 1, "吴桂芳": 1}
    await town.passes(hours=3)
    await town.community.presses(f"tasks.confirm:{n}")
    await town.community.presses(f"tasks.absent:{n}")
    assert await states(town) == {"陈静": "confirmed", "周兰": "absent", "吴桂芳": "confirmed"}
    assert await given(town) == {"陈静": 3, "吴桂芳": 3}  # nothing for a place without a name
    await town.neighbour.comes_back()
    town.neighbour.sees("周六清扫3分，公示到")
    assert await town.rows("select id from shifts where settled_at is null") == []
    await counted(town)


async def test_a_leader_may_name_until_it_is_confirmed_and_the_organizer_says_who_came(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await ready(town, town.resident, town.neighbour)
    n = await publishes(town.community)
    await leads(town, n)
    await town.member.says(await at_the_door(town))
    await town.passes(hours=3)
    await names(town.member, "周兰、吴桂芳")
    await town.neighbour.taps("我来不了")  # she was never there
    town.member.sees("吴桂芳来不了")
    assert await states(town) == {"陈静": "left", "周兰": "claimed", "吴桂芳": "released"}
    await town.community.presses(f"tasks.confirm:{n}")
    assert await given(town) == {"陈静": 3}
    await town.community.presses(f"tasks.list:{n}")
    await town.community.taps("周兰")
    await town.community.presses(f"tasks.confirm:{n}")
    assert await given(town) == {"陈静": 3, "周兰": 3}
    await town.member.presses(f"tasks.members:{n}")
    town.member.sees("这件已经有结果了")
    await counted(town)


async def test_a_place_that_was_given_back_is_the_teams_again(telegram_town: Town) -> None:
    town = telegram_town
    await ready(town, town.resident, town.neighbour)
    n = await publishes(town.community, slots="3")
    await leads(town, n, 3)
    await names(town.member, "周兰")
    await town.neighbour.says(f"认领{n}")
    town.neighbour.sees("您排候补第1位")
    await town.resident.taps("还回名额")
    town.member.sees("周兰来不了")
    assert await seats(town) == {"陈静": 3, "吴桂芳": 1}
    assert (await states(town))["吴桂芳"] == "waitlisted"
    await names(town.member, "周兰")
    await town.resident.says("删除我的资料")
    await town.resident.taps("删除")
    assert await seats(town) == {"陈静": 3, "吴桂芳": 1}
    await town.member.says(f"放弃{n}")
    assert (await states(town))["吴桂芳"] == "claimed"
    await counted(town)


async def test_who_comes_along_stands_in_no_group(telegram_town: Town) -> None:
    town = telegram_town
    await ready(town, town.resident)
    n = await publishes(town.community)
    await leads(town, n)
    await names(town.member, "周兰")
    card = card_of(town.neighbour)
    assert "报名4/5" in card
    assert f"{TEAM}（陈静等，另有3人）" in card
    assert "周兰" not in card
    await town.community.says("我的任务")
    assert f"周兰（{TEAM}）" in town.community.sees("📋").text


async def test_a_team_that_is_handed_over_comes_with_its_new_leader(telegram_town: Town) -> None:
    town = telegram_town
    await ready(town, town.resident, town.neighbour)
    n = await publishes(town.community, when="11月25日到11月28日", title="值岗")
    await leads(town, n)
    await names(town.member, "周兰")
    await town.member.taps("想换人")
    await town.neighbour.taps("我来接替（1个名额想换人）")
    assert await seats(town) == {"周兰": 1, "吴桂芳": 3}
    await town.resident.says("我的任务")
    town.resident.sees(f"{TEAM}（吴桂芳带队）")
    await town.passes(days=6)
    await town.community.presses(f"tasks.confirm:{n}")
    assert (await given(town)).keys() == {"周兰", "吴桂芳"}
    await counted(town)


# ── refused politely ─────────────────────────────────────────────────────────


async def test_nobody_is_put_down_who_is_somewhere_else_or_not_registered(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await ready(town, town.resident)
    n = await publishes(town.community)
    other = await publishes(town.community, when="周六上午10点到12点", title="看望老人")
    await town.resident.says(f"认领{other}")
    await leads(town, n)
    await names(town.member, "周兰", "吴桂芳")
    town.member.sees("没写上：周兰、吴桂芳")
    assert await town.rows(f"select seats from claims where shift_id = {n}") == [(4,)]
    await counted(town)


async def test_no_place_of_a_team_is_had_without_its_leader_or_the_code(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await ready(town, town.resident)
    n = await publishes(town.community)
    await leads(town, n, 2)
    await town.resident.presses(f"tasks.members:{n}")
    town.resident.sees("您在那里没有名额")
    code = (await at_the_door(town)).rpartition("-")[2]
    wrong = "0000" if code != "0000" else "1111"
    for token, said in (
        (f"tasks.with:{n}:1-{wrong}", "签到码不对"),
        (f"tasks.with:{n}:9-{code}", "名额都写了名字"),
        (f"tasks.with:{n}:x", "签到码不对"),
        (f"tasks.with:99:1-{code}", "没找到这个任务"),
    ):
        town.resident.looks_away()
        await town.resident.presses(token)
        town.resident.sees(said)
    await town.neighbour.presses(f"tasks.with:{n}:1-{code}")
    town.neighbour.sees("先登记成志愿者")
    await town.member.presses(f"tasks.with:{n}:1-{code}")  # her own team
    assert await seats(town) == {"陈静": 2}
    await town.resident.presses(f"tasks.with:{n}:1-{code}")
    await town.resident.presses(f"tasks.with:{n}:1-{code}")  # once more changes nothing
    assert await seats(town) == {"陈静": 1, "周兰": 1}
    await counted(town)
