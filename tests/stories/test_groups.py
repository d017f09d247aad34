"""In a group: whose it is, what does not belong there, and how a report goes on in private."""

from __future__ import annotations

import re

import pytest

from bot.sample import GROUP, GROUP_NAMES, LAMPS
from handlers.message import Chat, Event, MovedTo, Unsupported
from handlers.registry import CHOICES
from tests.robot import LIT, Robot, Town
from tests.stories.test_lamp import report_lamp

PHONE = "13800001111"
IDENTITY = "210122199001010015"


@pytest.fixture
def town(telegram_town: Town) -> Town:
    """Everybody is in the members' group."""
    phones = [robot.phone for robot in telegram_town.everybody]
    telegram_town.stage.messenger.group(GROUP, GROUP_NAMES["zh_CN"], phones)
    return telegram_town


async def bound_to(town: Town) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await town.rows("select kind, area_id, team from groups")]


def in_group(robot: Robot) -> list[str]:
    """What the bot has said in the members' group since this person last looked."""
    return [bubble.text for bubble in robot.read() if bubble.chat == GROUP]


def in_private(robot: Robot) -> list[str]:
    return [bubble.text for bubble in robot.read() if bubble.chat == robot.someone.key]


async def binds_to_the_members(officer: Robot) -> None:
    """From the group's /bind to the team of the officer's own community."""
    await officer.says("/bind", chat=GROUP)
    await officer.taps("绑定")
    await officer.taps("这里的一支队伍，比如党员志愿者")
    await officer.taps("党员志愿者")
    await officer.taps("绑定")


# ── whose group ──────────────────────────────────────────────────────────────


async def test_an_officer_binds_the_group_in_private_and_the_group_hears_the_result(
    town: Town,
) -> None:
    await town.community.says("帮助")
    town.community.looks_away()
    town.member.looks_away()
    await binds_to_the_members(town.community)
    assert in_group(town.member) == ["请看私聊。", "本群已绑定：翠湖社区党员志愿者。"]
    asked = "\n".join(in_private(town.community))
    assert "群“翠湖党员志愿者群”现在绑定的是翠湖社区。" in asked
    assert "把群“翠湖党员志愿者群”绑到翠湖社区党员志愿者，对吗？" in asked
    [(kind, area, team)] = await bound_to(town)
    assert (kind, team) == ("team", "")
    assert await town.rows(f"select name from areas where id = {area}") == [("翠湖社区",)]
    [(act, by)] = await town.rows("select act, by_id from group_events")
    assert (act, await town.rows(f"select name from people where id = {by}")) == (
        "bound",
        [("赵强",)],
    )


async def test_a_chief_binds_a_building_of_the_grid_and_somebody_else_is_asked_first(
    town: Town,
) -> None:
    await town.community.says("帮助")
    await binds_to_the_members(town.community)
    await town.worker.says("帮助")
    await town.worker.says("/bind", chat=GROUP)
    await town.worker.taps("绑定")
    town.worker.sees(
        "您在这里没有这个岗位"
    )  # the community bound it; a grid worker cannot take it away
    await town.community.says("/bind", chat=GROUP)
    await town.community.taps("绑定")
    for label in ("只是其中一块", "第一网格", "只是其中一块", "3号楼", "翠湖社区3号楼全体居民"):
        await town.community.taps(label)
    asked = town.community.sees("绑到翠湖社区3号楼").text
    assert "现在绑定的是翠湖社区党员志愿者，今天由赵强绑的。" in asked
    await town.community.taps("先不动")
    town.community.sees("没有改动")
    assert [kind for kind, *_rest in await bound_to(town)] == ["team"]


async def test_who_has_no_post_reads_privately_what_is_missing(town: Town) -> None:
    before = await bound_to(town)
    await town.member.says("帮助")
    town.member.looks_away()
    await town.member.says("@哨到 绑定", chat=GROUP)
    assert in_group(town.member) == ["请看私聊。"]
    assert "这一步要由网格长、网格员" in in_private(town.member)[0]
    town.member.looks_away()
    await town.member.presses("groups.bind:1")
    town.member.sees("您在这里没有这个岗位")
    await town.member.presses("groups.unbind:1")
    await town.member.presses("groups.restore:1")
    await town.member.says("gb-1")
    assert await bound_to(town) == before
    assert await town.rows("select * from group_events") == []


async def test_whoever_has_not_written_to_the_bot_gets_a_link(town: Town) -> None:
    await town.chief.says("/bind", chat=GROUP)
    shown = town.member.sees("请私聊我接着说").text
    link = shown.split("：")[1]
    town.community.looks_away()
    await town.community.says(link)
    town.community.sees("翠湖社区：是谁的群？")


async def test_unbinding_names_what_it_was(town: Town) -> None:
    await town.street.says("帮助")
    await town.community.says("帮助")
    await binds_to_the_members(town.community)
    await town.community.says("/unbind", chat=GROUP)
    await town.community.taps("解除绑定")
    town.community.sees("现在绑定的是翠湖社区党员志愿者")
    await town.community.taps("解除绑定")
    town.member.sees("本群已解除绑定")
    assert await bound_to(town) == [(None, None, "")]
    acts = await town.rows("select act, team, kind from group_events order by id")
    assert [tuple(row) for row in acts] == [("bound", "", "team"), ("unbound", "", "team")]


async def test_a_group_the_bot_was_removed_from_rests_until_somebody_confirms(
    town: Town,
) -> None:
    await town.community.says("帮助")
    await town.community.phone.remove_bot(GROUP)
    await town.settles()
    assert await town.rows("select act from group_events") == [("gone",)]
    await town.community.presses("groups.bind:1")
    town.community.sees("我已经不在那个群里了")

    town.member.looks_away()
    await town.community.phone.add_bot(GROUP)
    await town.settles()
    assert in_group(town.member) == [
        "我回来了。本群以前绑定的是翠湖社区；管理员发 /bind 确认后，通知再发到这里。"
    ]
    resting = "select count(*) from groups where gone_at is not null"
    assert await town.rows(resting) == [(1,)]
    await town.community.taps("接着用")
    town.member.sees("本群已绑定：翠湖社区。")
    assert await town.rows(resting) == [(0,)]
    acts = await town.rows("select act from group_events order by id")
    assert [act for (act,) in acts] == ["gone", "restored"]


async def test_a_new_group_is_greeted_in_one_line(town: Town) -> None:
    messenger = town.stage.messenger
    messenger.group("new", "春晓二号楼", [town.street.phone])
    await town.street.phone.remove_bot("new")
    await town.street.phone.add_bot("new")
    await town.settles()
    [greeting] = [b.text for b in town.street.read() if b.chat == "new"]
    assert greeting == "我是哨到。管理员发 /bind 把本群绑到社区或单位；办事请私聊我。"
    rows = await town.rows("select title, kind from groups where lane like '%/new'")
    assert [tuple(row) for row in rows] == [("春晓二号楼", None)]


async def test_a_unit_binds_its_own_group_and_no_other(town: Town) -> None:
    town.stage.messenger.group("lamps", "路灯所值班群", [town.unit_duty.phone])
    await town.unit_duty.says("帮助")
    await town.unit_duty.says("/bind", chat="lamps")
    await town.unit_duty.taps("绑定")
    [(unit,)] = await town.rows(f"select name from units where code = '{LAMPS}'")
    town.unit_duty.sees(f"把群“路灯所值班群”绑到{unit}，对吗？")
    await town.unit_duty.taps("绑定")
    rows = await town.rows("select kind, area_id from groups where lane like '%/lamps'")
    assert [tuple(row) for row in rows] == [("unit", None)]
    before = await bound_to(town)
    town.unit_duty.looks_away()
    await town.unit_duty.presses("groups.bind:1")  # the community's, by a forged press
    town.unit_duty.sees("您在这里没有这个岗位")
    assert await bound_to(town) == before


async def test_a_group_that_moves_keeps_what_it_is_bound_to(town: Town) -> None:
    await town.community.says("帮助")
    await binds_to_the_members(town.community)
    moved = "cuihu-supergroup"
    phones = [robot.phone for robot in town.everybody]
    town.stage.messenger.group(moved, GROUP_NAMES["zh_CN"], phones)
    await town.community.says("大家好", chat=moved)  # the new id may be heard of first
    here, by = Chat("group", GROUP), town.community.someone.key
    await town.stage.app.receive(Event("local", "demo", "moved-1", here, by, MovedTo(moved)))
    await town.settles()
    rows = await town.rows("select lane, kind, team from groups")
    assert [tuple(row) for row in rows] == [(f"local/demo/{moved}", "team", "")]
    assert await town.rows("select act from group_events") == [("bound",)]
    town.community.looks_away()
    await town.community.says("/unbind", chat=moved)
    await town.community.taps("解除绑定")
    town.community.sees("现在绑定的是翠湖社区党员志愿者")


# ── what does not belong in a group ──────────────────────────────────────────


async def test_a_number_is_taken_away_and_hinted_at_once_a_minute(town: Town) -> None:
    for words in (f"我电话{PHONE},谁有空", f"身份证{IDENTITY}"):
        await town.neighbour.says(words, chat=GROUP)
    said = in_group(town.member)
    assert said == ["群里别发电话和证件号，刚才那条我撤掉了。办事请私聊我。"]
    everything = "".join(bubble.text for bubble in town.member.phone.bubbles)
    assert PHONE not in everything
    assert IDENTITY not in everything
    town.member.looks_away()
    await town.passes(minutes=2)
    await town.neighbour.says(f"{PHONE[:3]} {PHONE[3:7]} {PHONE[7:]}", chat=GROUP)
    assert len(in_group(town.member)) == 1


async def test_where_the_bot_may_not_take_it_away_it_asks_for_that(town: Town) -> None:
    phone = town.neighbour.phone
    await phone.say(f"我电话{PHONE}", chat=GROUP)
    bubble = phone.bubbles[-1]
    await town.stage.messenger.delete(Chat("group", GROUP), bubble.id)  # somebody was quicker
    await town.settles()
    assert in_group(town.member) == ["群里别发电话和证件号，那条请撤回。办事请私聊我。"]


async def test_a_contact_card_and_a_caption_give_a_number_away_as_well(town: Town) -> None:
    here, by = Chat("group", GROUP), town.neighbour.someone.key
    await town.neighbour.says("看名片", chat=GROUP)
    card = town.neighbour.phone.bubbles[-1].id
    body = Unsupported("contact")
    await town.stage.app.receive(Event("local", "demo", "card-1", here, by, body, message_id=card))
    await town.settles()
    assert in_group(town.member) == ["群里别发电话和证件号，刚才那条我撤掉了。办事请私聊我。"]
    assert card not in {bubble.id for bubble in town.member.phone.bubbles}
    await town.passes(minutes=2)
    town.member.looks_away()
    await town.neighbour.sends(LIT, caption=f"找他，{PHONE}", chat=GROUP)
    assert len(in_group(town.member)) == 1
    assert PHONE not in "".join(bubble.text for bubble in town.member.phone.bubbles)


async def test_a_covered_number_is_hinted_at_and_stays(town: Town) -> None:
    await town.neighbour.says("打138****1111找我", chat=GROUP)
    town.member.sees("那条请撤回")
    assert any("138****1111" in bubble.text for bubble in town.member.phone.bubbles)


# ── a report begun in a group ────────────────────────────────────────────────


async def test_a_report_goes_on_in_private_and_the_group_does_not_read_it(
    town: Town,
) -> None:
    await town.resident.says("帮助")
    town.resident.looks_away()
    town.member.looks_away()
    await town.resident.says("@哨到 3号楼东头路灯坏了", chat=GROUP)
    assert in_group(town.member) == ["请看私聊。"]
    town.resident.sees("您刚才在群里说“3号楼东头路灯坏了”，要报上去吗？")
    await town.resident.taps("要，报上去")
    await town.resident.taps("路灯不亮")
    town.resident.sees("翠湖社区3号楼东头")
    await town.resident.taps("改说明")
    await town.resident.says("3号楼西头路灯坏了")
    await town.resident.taps("路灯不亮")
    await town.resident.taps("对，报上去")
    [(words,)] = await town.rows("select text from cases")
    assert words == "3号楼西头路灯坏了"
    assert await town.rows("select * from group_words") == []
    assert not any("路灯" in text for text in in_group(town.member))


async def test_the_link_opens_the_words_for_their_speaker_only(town: Town) -> None:
    await town.resident.says("@哨到 3号楼东头路灯坏了", chat=GROUP)
    link = re.findall(r"\S+g-\S+", town.member.sees("请私聊我接着说").text)[0].split("：")[-1]
    await town.neighbour.says(link)
    assert "东头" not in "".join(in_private(town.neighbour))
    town.neighbour.sees("哪儿")
    await town.resident.says(link)
    await town.resident.taps("路灯不亮")
    town.resident.sees("翠湖社区3号楼东头")
    assert await town.rows("select * from group_words") == []


async def test_words_nobody_goes_on_with_are_gone_after_a_day(town: Town) -> None:
    await town.resident.says("@哨到 3号楼东头路灯坏了", chat=GROUP)
    await town.passes(hours=23)
    assert len(await town.rows("select id from group_words")) == 1
    await town.passes(hours=2)
    assert await town.rows("select id from group_words") == []


async def test_despair_in_a_group_is_answered_in_private(town: Town) -> None:
    await town.resident.says("我不想活了", chat=GROUP)
    assert in_group(town.member) == []
    assert "12356" in "".join(in_private(town.resident))


async def test_a_press_in_the_group_shows_nobodys_affairs_there(town: Town) -> None:
    await report_lamp(town)
    await town.worker.taps("我接了")
    await town.resident.says("大家好，@哨到", chat=GROUP)
    bubble = next(b for b in reversed(town.resident.read()) if b.chat == GROUP).id
    town.member.looks_away()
    for robot in (town.resident, town.worker, town.community):
        for verb in CHOICES:
            await robot.phone.press(f"{verb}:1:", bubble)
    await town.settles()
    assert in_group(town.member) == []
    assert await town.rows("select state from cases") == [("working",)]
