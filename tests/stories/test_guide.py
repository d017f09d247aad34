"""办事指南: a question is answered from the guide, or by a person; and the guide is kept right."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot import sample
from bot.channels.phones import Bubble
from bot.workbooks import xlsx as workbook
from bot.workbooks.xlsx import Leaf
from tests.robot import Robot, Town
from tests.stories.test_papers import pages

ALLOWANCE, PASSPORT = "高龄津贴怎么办理", "护照怎么办理"
HEADINGS = [
    *("编码", "事项", "其他说法", "答复", "要带什么", "在哪办", "办公时间", "电话", "费用和时限"),
    *("依据", "责任人或单位", "适用区域", "有效期", "核对日期"),
]
YARD: Mapping[str, str] = {
    "编码": "C900",
    "事项": "车棚充电",
    "其他说法": "电动车在哪充电；充电桩",
    "答复": "2号楼北侧车棚能充电。",
    "依据": "示例：翠湖社区公告",
    "责任人或单位": "社区书记",
    "适用区域": "翠湖社区",
    "有效期": "2027-06-30",
}


def guide(folder: Path, *rows: Mapping[str, str], title: str = "办事指南") -> bytes:
    path = folder / "guide.xlsx"
    lines = [("", [row.get(heading, "") for heading in HEADINGS]) for row in rows]
    workbook.write(path, [Leaf(title, HEADINGS, lines)])
    return path.read_bytes()


def result(bubble: Bubble, folder: Path) -> list[tuple[str, str]]:
    """What became of each row, and why."""
    rows = next(rows for title, rows in pages(bubble, folder).items() if "指南" in title)
    return [(row[1], row[2]) for row in rows[1:]]


async def brings(keeper: Robot, folder: Path, *rows: Mapping[str, str]) -> None:
    await keeper.sends_file(guide(folder, *rows), "指南.xlsx")
    await keeper.taps("导入")
    keeper.sees("导入好了")


async def shown(town: Town, code: str) -> str:
    """The last day of an entry."""
    return str((await town.rows(f"select until from guide_entries where code = '{code}'"))[0][0])


async def came(town: Town) -> list[str]:
    return [row[0] for row in await town.rows("select came from guide_questions order by id")]


def labels(bubble: Bubble) -> list[str]:
    return [button.label for button in bubble.buttons]


# ── answered ─────────────────────────────────────────────────────────────────


async def test_a_question_is_answered_with_its_source_and_the_day_it_was_checked(
    town: Town,
) -> None:
    await town.resident.says(ALLOWANCE)
    answer = town.resident.sees("📖 高龄津贴").text
    assert "80岁以上" in answer
    assert "电话：0421-0000301" in answer
    assert "依据：示例：清河区民政局办事指南，2026年11月3日核对过" in answer
    assert await town.rows("select id from cases") == []
    assert await came(town) == ["answered"]
    await town.resident.taps("不是我要问的")
    await town.resident.comes_back()
    town.resident.sees("这件事我不知道，不敢乱说")
    assert ALLOWANCE in town.community.sees("周兰想找人").text
    assert await came(town) == ["unknown"]


async def test_several_are_offered_the_nearest_first_and_one_is_chosen(town: Town) -> None:
    await town.resident.says("有没有给老人送饭的")
    offered = town.resident.sees("您问的是哪一件")
    if town.stage.capabilities.choices == "inline":
        assert labels(offered) == ["老年餐桌", "老年送餐", "都不是"]
    assert await came(town) == ["offered"]
    await town.resident.taps("老年餐桌")
    assert "午饭8元" in town.resident.sees("📖 老年餐桌").text
    assert await came(town) == ["answered"]
    town.resident.looks_away()
    await town.resident.taps("不是我要问的")
    town.resident.sees("那是不是这里的一件")
    await town.resident.taps("老年送餐")
    town.resident.sees("📖 老年送餐")
    assert await came(town) == ["wrong"]


async def test_what_the_guide_does_not_know_goes_to_a_person_with_what_is_said_next(
    town: Town,
) -> None:
    await town.resident.says(PASSPORT)
    told = town.resident.sees("不敢乱说").text
    assert "社区值班赵强，电话0421-0000101" in told
    assert "有人看到，马上在这里告诉您" in told
    await town.resident.says("我明年出国看孙子")
    town.community.sees("我明年出国看孙子")
    await town.community.taps("我来联系")
    await town.resident.comes_back()
    town.resident.sees("赵强")
    assert await town.rows("select id from cases") == []


async def test_a_second_question_while_somebody_waits_goes_to_the_same_person(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await town.resident.says(PASSPORT)
    await town.resident.says("/guide")
    await town.resident.says("港澳通行证在哪办理")
    town.resident.sees("已经转给您正在等的那位")
    town.community.sees("港澳通行证")
    await town.resident.says("周六办不办")
    town.community.sees("周六办不办")
    assert await town.rows("select count(*) from calls") == [(1,)]


async def test_pressing_none_of_these_twice_calls_once(telegram_town: Town) -> None:
    town = telegram_town
    await town.resident.says("有没有给老人送饭的")
    for _n in range(2):
        await town.resident.presses("guide.none:1")
    town.resident.sees("还没看到")
    assert await town.rows("select count(*), max(words) from calls") == [(1, "有没有给老人送饭的")]


async def test_what_was_no_question_is_reported_and_nobody_has_to_answer(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await town.resident.says("翠湖社区3号楼凉亭怎么预约刷漆")
    town.resident.sees("不敢乱说")
    await town.resident.taps("这是要反映的问题")
    assert await town.rows("select state from calls") == [("ended",)]
    assert await came(town) == ["settled"]
    await town.resident.taps("让网格员看着定")
    await town.resident.taps("对，报上去")
    assert await town.rows("select text from cases") == [("翠湖社区3号楼凉亭怎么预约刷漆",)]


async def test_the_guide_is_asked_by_its_name_in_words_or_by_voice(telegram_town: Town) -> None:
    town = telegram_town
    await town.resident.says("办事指南")
    await town.resident.says("老年证")
    town.resident.sees("📖 老年人优待证（老年证）")
    await town.resident.says("/guide 低保怎么弄")
    town.resident.sees("📖 低保")
    await town.resident.says("/guide")
    await town.resident.sends_voice(b"OggS" + bytes(60), "身份证丢了")
    town.resident.sees("📖 身份证补办和换证")
    await town.resident.says("办事")
    await town.resident.sends_voice(b"OggS" + bytes(60))
    town.resident.sees("这段语音我听不出字来")
    town.community.sees("语音")


async def test_a_matter_named_alone_is_answered_and_a_problem_is_still_reported(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await town.resident.says("狗证")
    answer = town.resident.sees("📖 养犬登记（狗证）")
    assert labels(answer) == ["不是我要问的", "转人工", "这是要反映的问题"]
    await town.resident.says("3号楼东头路灯黑了快十天了")
    town.resident.sees("是哪一类")
    assert await came(town) == ["answered"]


async def test_danger_behind_the_command_is_answered_as_danger(telegram_town: Town) -> None:
    await telegram_town.resident.says("/guide 三楼着火了快来人，冒黑烟了出不去")
    telegram_town.resident.sees("119")
    assert await came(telegram_town) == []


# ── where ────────────────────────────────────────────────────────────────────


async def test_each_community_has_its_own_answer_and_another_can_be_named(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await town.resident.says("居委会几点上班")
    town.resident.sees("📖 翠湖社区办事窗口")
    await town.resident.says("春晓社区居委会几点上班")
    town.resident.sees("📖 春晓社区办事窗口")
    town.resident.looks_away()
    await town.desk.says("低保怎么申请")
    town.desk.sees("📖 低保")


async def test_who_has_not_said_where_they_live_is_asked_that_first(telegram_town: Town) -> None:
    town = telegram_town
    stranger = Robot(town, sample.NEIGHBOUR)
    await town.stage.app.database.run(
        lambda conn: conn.exec_driver_sql("update people set home_id = null where name = '吴桂芳'")
    )
    await stranger.says("居委会几点上班")
    stranger.sees("这件事各处不一样")
    assert "我家" in labels(stranger.sees("各处不一样"))
    await stranger.says("低保怎么申请")
    stranger.sees("📖 低保")


# ── kept right ───────────────────────────────────────────────────────────────


async def test_whoever_answers_is_asked_before_the_last_day_and_on_it(
    telegram_town: Town,
) -> None:
    town, head = telegram_town, telegram_town.community_head
    await head.says("帮助")
    await town.passes(days=77)
    head.sees("办事指南里有3条快到期了")
    await head.taps("一件一件看")
    head.sees("📖 翠湖社区办事窗口")
    last = await shown(town, "C001")
    await head.taps("还对，用到2028年2月21日")
    assert (last, await shown(town, "C001")) == ("2027-02-21", "2028-02-21")
    head.sees("还有2条快到期")
    head.looks_away()
    await town.passes(days=11)
    head.sees("办事指南里有2条快到期了")
    await head.taps("一件一件看")
    assert "用到2027年2月21日" in head.sees("📖 老年餐桌").text
    await town.passes(days=3)
    await town.resident.says("老年餐桌")
    town.resident.does_not_see("📖 老年餐桌")


async def test_an_entry_whose_last_day_is_over_is_not_shown_until_it_is_right_again(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await town.passes(days=91)
    await town.resident.says("物业电话多少")
    town.resident.does_not_see("📖")
    await town.resident.taps("我自己接着办")
    await town.community_head.presses("guide.look:27")
    town.community_head.sees("2027年2月21日到期，已停用")
    await town.community_head.taps("还对，用到2028年2月22日")
    await town.resident.says("物业电话多少")
    town.resident.sees("0421-0000312")


async def test_what_is_not_right_any_more_is_taken_out_at_once_and_the_keeper_hears_it(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await brings(
        town.administrator, town.stage.app.papers.folder, {"编码": "B001", "责任人或单位": "P0012"}
    )
    await town.unit_duty.presses("guide.look:1")
    await town.unit_duty.taps("已经不对了")
    town.unit_duty.sees("“高龄津贴”停用了")
    town.desk.sees("冯川说“高龄津贴”已经不对")
    await town.resident.says(ALLOWANCE)
    town.resident.does_not_see("📖")


async def test_nobody_else_prolongs_stops_or_reads_what_was_asked(telegram_town: Town) -> None:
    town = telegram_town
    await town.neighbour.says(PASSPORT)
    for robot in (town.resident, town.worker, town.unit_duty, town.community):
        robot.looks_away()
        for token in ("guide.right:1:2028-01-01", "guide.stop:1", "guide.look:1", "guide.struck:9"):
            await robot.presses(token)
        if robot is not town.community:
            for token in ("guide.struck:1", "guide.asked:0", "guide.sheet:0"):
                await robot.presses(token)
                robot.does_not_see("护照")
    assert await shown(town, "B001") == "2027-06-11"
    assert await came(town) == ["unknown"]
    await town.resident.presses("guide.pick:1:1")
    town.resident.sees("前些日子问的")


async def test_a_forged_day_changes_nothing(telegram_town: Town) -> None:
    desk = telegram_town.desk
    for day in ("", "x", "2026-01-01", "2027-06-11", "2099-01-01", "９９９９-01-01"):
        desk.looks_away()
        await desk.presses(f"guide.right:1:{day}")
        desk.sees("这个日子不比原来的晚，或者太远了")
    assert await shown(telegram_town, "B001") == "2027-06-11"


async def test_questions_without_an_answer_are_read_without_numbers_and_struck_off(
    telegram_town: Town, tmp_path: Path
) -> None:
    town = telegram_town
    await town.resident.says("护照怎么办理，我电话13800001111，住3单元602室")
    await town.neighbour.says("充电桩怎么办理")
    head = town.community_head
    await head.says("指南台账")
    head.sees("没答上的问题2个")
    await head.taps("看问题")
    asked = head.sees("指南没答上").text
    assert "护照怎么办理" in asked
    assert "13800001111" not in asked
    assert "602" not in asked
    assert "周兰" not in asked
    await head.taps("要表格")
    sheets = pages(head.sees("您管的办事指南"), tmp_path)
    assert [row[2] for row in sheets["没答上的问题"][1:]] == [
        "充电桩怎么办理",
        "护照怎么办理，我电话***，住***",
    ]
    await brings(head, tmp_path, YARD)
    await head.says("指南台账")
    assert "没答上的问题1个" in head.sees("给居民看的").text
    await head.taps("看问题")
    await head.taps("划掉1")
    head.sees("问题都有答案了")
    assert await came(town) == ["settled", "unknown"]


# ── the sheet ────────────────────────────────────────────────────────────────


async def test_a_community_writes_its_own_guide_and_takes_it_back_changed(
    town: Town, tmp_path: Path
) -> None:
    if not town.stage.capabilities.documents:
        pytest.skip("files cannot be sent there")
    head = town.community_head
    await head.sends_file(guide(tmp_path, YARD), "指南.xlsx")
    head.sees("《指南.xlsx》核对完了")
    assert await town.rows("select id from guide_entries where code = 'C900'") == []
    await head.taps("导入")
    await town.resident.says("电动车在哪充电")
    town.resident.sees("📖 车棚充电")
    await head.says("指南台账")
    await head.taps("要表格")
    table = pages(head.sees("您管的办事指南"), tmp_path)["办事指南"]
    assert table[0] == HEADINGS
    assert [row[0] for row in table[1:]] == ["C001", "C002", "C003", "C900"]
    path = tmp_path / "back.xlsx"
    changed = [[cell.replace("2号楼北侧", "5号楼东侧") for cell in row] for row in table[1:]]
    workbook.write(path, [Leaf("办事指南", HEADINGS, [("", row) for row in changed])])
    await head.sends_file(path.read_bytes(), "改好.xlsx")
    head.sees("改好.xlsx")
    await head.taps("导入")
    await town.resident.says("电动车在哪充电")
    assert "5号楼东侧" in town.resident.sees("📖 车棚充电").text


async def test_a_row_that_cannot_go_in_keeps_everything_out_and_says_why(
    telegram_town: Town, tmp_path: Path
) -> None:
    head = telegram_town.community_head
    bad = {**YARD, "责任人或单位": "王五", "适用区域": "火星社区", "依据": ""}
    foreign = {**YARD, "编码": "C902", "适用区域": "春晓社区"}
    other = {**YARD, "编码": "C901", "事项": "晾衣场"}
    await head.sends_file(guide(tmp_path, bad, foreign, other), "指南.xlsx")
    head.sees("有2行不能导入")
    (first, why), (second, not_mine), (third, _none) = result(head.sees("逐行的核对结果"), tmp_path)
    assert (first, second, third) == ("拒绝", "拒绝", "新增")
    assert "K2 责任人或单位：“王五”不是名册里的单位、人或岗位" in why
    assert "L2 适用区域：名册里没有叫“火星社区”的街道或社区" in why
    assert "J2 依据：这一格空着" in why
    assert "春晓社区的指南不归您写。您管的是QH-LL-CH" in not_mine
    assert await telegram_town.rows("select id from guide_entries where code like 'C9%'") == []


async def test_a_sheet_without_a_known_title_is_told_from_a_roster_by_its_headings(
    telegram_town: Town, tmp_path: Path
) -> None:
    head = telegram_town.community_head
    await head.sends_file(guide(tmp_path, YARD, title="Sheet1"), "表.xlsx")
    head.sees("核对完了")
    await telegram_town.administrator.sends_file(guide(tmp_path, YARD, title="Sheet1"), "表.xlsx")
    telegram_town.administrator.sees("核对完了")


async def test_what_changed_meanwhile_is_read_again_before_it_goes_in(
    telegram_town: Town, tmp_path: Path
) -> None:
    town = telegram_town
    await town.community_head.sends_file(guide(tmp_path, YARD), "指南.xlsx")
    await brings(town.administrator, tmp_path, {**YARD, "编码": "C903"})
    await town.community_head.taps("导入")
    town.community_head.sees("有1行不能导入")
    assert await town.rows("select code from guide_entries where code like 'C9%'") == [("C903",)]


async def test_an_entry_ends_by_its_day_and_a_past_day_with_other_changes_is_a_mistake(
    telegram_town: Town, tmp_path: Path
) -> None:
    town, head = telegram_town, telegram_town.community_head
    over = {"编码": "C002", "有效期": "2026-11-01"}
    await head.sends_file(guide(tmp_path, {**over, "答复": "改了"}), "指南.xlsx")
    assert "已经过了" in result(head.sees("逐行的核对结果"), tmp_path)[0][1]
    await brings(head, tmp_path, over)
    await town.resident.says("老年餐桌")
    town.resident.does_not_see("📖 老年餐桌")


async def test_the_empty_guide_shows_how_to_fill_it_in(telegram_town: Town, tmp_path: Path) -> None:
    head = telegram_town.community_head
    await head.says("指南台账")
    await head.taps("要空表")
    sheets = pages(head.sees("删掉示例"), tmp_path)
    assert sheets["办事指南"][0] == HEADINGS
    assert [row[0] for row in sheets["办事指南"][1:]] == ["B001", "C002"]
    assert "填写说明" in sheets or len(sheets) == 2


# ── what is kept ─────────────────────────────────────────────────────────────


async def test_questions_are_shown_to_their_owner_and_deleted(town: Town) -> None:
    await town.resident.says(ALLOWANCE)
    await town.resident.says(PASSPORT)
    await town.resident.taps("我自己接着办")
    await town.resident.says("我的资料")
    assert "护照怎么办理" in town.resident.sees("向办事指南问过2次").text
    [words] = await town.rows("select words from guide_questions where came = 'unknown'")
    assert words[0].startswith("gAAAAA")
    await town.passes(days=4)
    assert await came(town) == ["unknown"]
    await town.resident.says("删除我的资料")
    await town.resident.taps("删除")
    assert await came(town) == []
