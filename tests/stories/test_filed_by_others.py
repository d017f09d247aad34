"""代报: what somebody finds on patrol, what a group says, what an old person asks for; and what
other systems are handed."""

from __future__ import annotations

from pathlib import Path

from bot import sample
from bot.settings import Export, Settings
from governance.fields import Field
from tests.robot import DARK, LIT, Robot, Town
from tests.robot import town as open_town
from tests.stories.test_lamp import LAMP, report_lamp
from tests.stories.test_papers import pages
from tests.stories.test_private import report_quarrel


async def answers(robot: Robot, note: str, *, photo: bytes = LIT) -> None:
    """The result of a case that is in hand, spoken with its reporter."""
    await robot.taps("报结果")
    await robot.taps("办好了")
    await robot.taps("属实")
    await robot.taps("上门见过")
    await robot.says(note)
    await robot.sends(photo)


# ── on patrol ────────────────────────────────────────────────────────────────


async def test_a_grid_worker_files_what_she_finds_with_a_photo_and_two_taps(town: Town) -> None:
    await town.worker.says("巡查上报")
    await town.worker.sends(DARK)
    await town.worker.taps("3号楼")
    await town.worker.taps("环境卫生")
    await town.worker.taps("垃圾没人清")
    town.worker.sees("报好了：翠湖社区3号楼，垃圾没人清。")
    town.worker.sees("就在您手上")
    [row] = await town.rows(
        "select via, filed_by = reporter_id, holder_id = reporter_id from cases"
    )
    assert (row[0], bool(row[1]), bool(row[2])) == ("patrol", True, True)


async def test_words_under_the_photo_are_all_it_takes(town: Town) -> None:
    await town.chief.says("巡查上报")
    await town.chief.sends(DARK, caption="3号楼东头路灯不亮")
    await town.chief.taps("路灯不亮")
    town.chief.sees("已转给网格员李明")
    assert "巡查发现的" in town.worker.sees("🔦 翠湖社区3号楼东头 路灯不亮").text
    await town.worker.taps("我接了")
    await answers(town.worker, "换了新灯泡")
    await town.chief.taps("好了，满意")  # whoever found it looks, as she did not handle it
    assert await town.rows("select state, verdict from cases") == [("closed", "satisfied")]


async def test_what_one_person_finds_and_handles_somebody_else_looks_at(town: Town) -> None:
    await town.worker.says("巡查上报")
    await town.worker.says("3号楼门口垃圾桶满了")
    await town.worker.taps("垃圾没人清")
    await town.worker.taps("我接了")
    await town.worker.taps("报结果")
    await town.worker.taps("办好了")
    town.worker.does_not_see("属实吗")
    await town.worker.says("已经清走")
    await town.worker.sends(LIT)
    town.worker.sees("由没经手的人去看办好没有")
    for token in ("cases.yes:1:satisfied", "cases.heard:1:satisfied"):
        await town.worker.presses(token)
    assert await town.rows("select state from cases") == [("answered",)]

    town.community.sees("自己发现自己办的")
    await town.community.says("回访单")
    await town.community.taps("看第1件")
    town.community.sees("请您去看一眼")
    await town.community.taps("看过了，办得好")
    town.worker.sees("赵强去看过了")
    await town.chief.says("数据")  # nobody's rates rise by what they report and handle themselves
    assert "反映0件" in town.chief.sees("响应率").text
    assert await town.rows("select state, verdict from cases") == [("closed", "satisfied")]


async def test_a_resident_has_no_such_path(telegram_town: Town) -> None:
    town = telegram_town
    await town.neighbour.says("巡查上报")
    town.neighbour.sees("这一步")
    await town.neighbour.says("帮办")
    await town.neighbour.says("导出事项")
    assert await town.rows("select id from cases") == []
    assert await town.rows("select id from papers") == []


async def test_couriers_and_drivers_file_wherever_they_pass(town: Town) -> None:
    roster = "update people set skills = '[\"流动探头\"]' where code = 'P0020'"
    await town.stage.app.database.run(lambda conn: conn.exec_driver_sql(roster))
    courier = Robot(town, sample.VOLUNTEER)
    await courier.says("巡查上报")
    await courier.sends(DARK)
    await courier.sends_place(39.0, 121.0)  # nobody knows a building there
    await courier.taps("路灯、井盖、路面")
    await courier.taps("井盖")
    courier.sees("已转给区指挥中心何伟")
    assert "流动探头顾苗" in town.desk.sees("🚨 清河区 39.00000, 121.00000 井盖").text
    assert await town.rows("select via, latitude from cases") == [("probe", 39.0)]


# ── what a group says ────────────────────────────────────────────────────────


async def test_a_forwarded_message_is_filed_with_one_tap_and_the_answer_can_be_pasted(
    town: Town,
) -> None:
    if town.stage.messenger.capabilities.choices == "numbered":
        await town.chief.says("转报")  # this messenger does not tell what is forwarded
    await town.chief.forwards("3号楼东头路灯不亮，我家402室老人晚上不敢出门，电话13800001111")
    summary = town.chief.sees("这样报上去").text
    assert "翠湖社区3号楼东头" in summary
    assert "路灯不亮" in summary
    await town.chief.taps("登记上报")
    town.chief.sees("可以直接贴到群里")
    assert "居民群里反映，王敏转来的" in town.worker.sees("🔦 翠湖社区3号楼东头 路灯不亮").text
    await town.worker.taps("我接了")
    town.chief.looks_away()
    await answers(town.worker, "换了新灯泡，402室的老人也告诉了，有事打13800001111")

    town.chief.sees("可以原样发到群里")
    said = town.chief.sees("邻居们反映的").text
    assert said.splitlines() == [
        "邻居们反映的翠湖社区3号楼东头路灯不亮：",
        "网格员答复：办好了。换了新灯泡，***的老人也告诉了，有事打***",
        "要是没办好，请在群里说一声，或者告诉社区。",
    ]
    await town.chief.taps("好了，满意")
    assert await town.rows("select via, verdict from cases") == [("group", "satisfied")]


async def test_what_others_say_in_a_forwarded_message_is_not_taken_for_the_speakers_own(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await town.chief.forwards("我今年10岁，3号楼楼道里的灯不亮，帮我找个人")
    town.chief.sees("群里说的这件事，可以替邻居报上去")
    assert await town.rows("select minor_at from people where code = 'P0004'") == [(None,)]
    await town.resident.forwards("3号楼东头路灯不亮")
    town.resident.does_not_see("替邻居报上去")


# ── for an old person ────────────────────────────────────────────────────────


async def for_somebody(robot: Robot, name: str) -> None:
    await robot.says("帮办")
    await robot.says(name)
    await robot.taps("当面答应的")
    await robot.taps("3号楼")


async def test_for_whom_nobody_knows_the_helper_says_what_they_say(town: Town) -> None:
    await for_somebody(town.chief, "孙奶奶")
    await town.chief.says("13800002222")
    await town.chief.says("楼道灯不亮，晚上看不见台阶")
    await town.chief.taps("是，翠湖社区3号楼")
    await town.chief.taps("楼道灯、单元门")
    assert "替孙奶奶报，本人同意了" in town.chief.sees("这样报上去").text
    await town.chief.taps("对，报上去")
    town.chief.sees("替孙奶奶报好了")
    card = town.worker.sees("🔦 翠湖社区3号楼 楼道灯、单元门").text
    assert "王敏替孙奶奶报的" in card
    assert "电话：138****2222" in card
    await town.worker.taps("我接了")
    town.chief.sees("网格员李明接了")
    await answers(town.worker, "换了灯泡")
    assert "请您问问孙奶奶" in town.chief.sees("换了灯泡").text
    await town.chief.taps("本人说好了，满意")
    rows = await town.rows("select by_role, by_name from case_events where act = 'strike_off'")
    assert [tuple(row) for row in rows] == [("helper", "王敏")]


async def test_who_uses_the_bot_reads_everything_and_says_it_themselves(town: Town) -> None:
    await for_somebody(town.chief, "周兰")
    await town.chief.taps("就是这位")
    await town.chief.says("楼道灯不亮，晚上看不见台阶")
    await town.chief.taps("是，翠湖社区3号楼")
    await town.chief.taps("楼道灯、单元门")
    await town.chief.taps("对，报上去")
    town.resident.sees("王敏替您报了一件事")
    await town.worker.taps("我接了")
    for robot in (town.chief, town.resident):
        robot.sees("网格员李明接了")
    town.chief.looks_away()
    await answers(town.worker, "换了灯泡")
    town.chief.does_not_see("好了，满意")
    await town.chief.presses("cases.yes:1:satisfied")
    town.chief.sees("由本人自己说")
    await town.resident.taps("好了，满意")
    town.chief.sees("办好了")
    town.resident.does_not_see("帮办")
    assert await town.rows("select state, verdict from cases") == [("closed", "satisfied")]


async def test_a_helper_who_handles_it_does_not_judge_it_and_without_consent_nothing_goes_on(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await town.worker.says("帮办")
    await town.worker.says("孙奶奶")
    await town.worker.taps("还没问过")
    town.worker.sees("先问问老人愿不愿意")

    await for_somebody(town.worker, "孙奶奶")
    await town.worker.taps("不留电话")
    await town.worker.says("楼道灯不亮，晚上看不见台阶")
    await town.worker.taps("是，翠湖社区3号楼")
    await town.worker.taps("楼道灯、单元门")
    await town.worker.taps("对，报上去")
    await town.worker.taps("我接了")
    await answers(town.worker, "换了灯泡")
    town.community.sees("请打电话问问居民")
    for token in ("cases.yes:1:satisfied", "cases.heard:1:satisfied", "cases.withdraw:1"):
        await town.worker.presses(token)
    assert await town.rows("select state, needs_call from cases") == [("answered", True)]
    await town.community.presses("cases.heard:1:satisfied")

    await town.passes(days=366)  # nobody knows her but for this
    assert await town.rows("select name, phone from people where name = '孙奶奶'") == []
    assert [tuple(r) for r in await town.rows("select state, text from cases")] == [("closed", "")]


# ── without a name ───────────────────────────────────────────────────────────


async def test_whose_name_is_kept_is_known_to_the_desk_and_goes_into_no_copy(town: Town) -> None:
    await town.resident.says("3号楼的网格员李明态度特别差，说话难听")
    await town.resident.taps("工作人员态度差")
    await town.resident.taps("李明")
    await town.resident.taps("不公开我的名字")
    assert "您的名字不公开" in town.resident.sees("这样报上去").text
    await town.resident.taps("对，报上去")
    for robot in (town.worker, town.chief, town.community):
        assert not [b for b in robot.read() if "态度" in b.text or "周兰" in b.text]
    await town.desk.taps("打开看")
    opened = town.desk.sees("态度特别差").text
    assert "周兰" in opened
    assert "上报人要求不公开姓名" in opened
    await town.desk.taps("更多办法")
    await town.desk.taps("复制成文")
    copied = town.desk.sees("编号：").text
    assert "上报人：不公开" in copied
    assert "周兰" not in copied
    await town.worker.presses("cases.as_text:1")
    assert not [b for b in town.worker.read() if "态度" in b.text]


async def test_whoever_asks_in_their_words_not_to_be_named_is_not(telegram_town: Town) -> None:
    town = telegram_town
    await town.resident.says("3号楼东头路灯不亮，请保密，别说是我报的")
    await town.resident.taps("路灯不亮")
    town.resident.sees("您的名字不公开")
    await town.resident.taps("对，报上去")
    assert "上报人要求不公开姓名" in town.worker.sees("🔦 翠湖社区3号楼东头 路灯不亮").text


# ── for other systems ────────────────────────────────────────────────────────


async def test_a_case_is_copied_as_text_and_its_reporter_can_read_that(town: Town) -> None:
    await report_lamp(town)
    await town.worker.taps("我接了")
    await town.worker.taps("更多办法")
    await town.worker.taps("复制成文")
    copied = town.worker.sees("诉求内容：").text.splitlines()
    assert copied[0] == "编号：QH-20261123-0001"
    assert "地点：翠湖社区3号楼东头" in copied
    assert "类别：路灯不亮" in copied
    assert "上报人：周兰" in copied
    assert [tuple(r) for r in await town.rows("select what from audits")] == [("words",)]
    await town.neighbour.presses("cases.as_text:1")
    town.neighbour.does_not_see("周兰")


async def test_the_districts_columns_go_out_for_the_own_area_without_private_matters(
    sqlite_district: str, tmp_path: Path
) -> None:
    columns = {Field.NUMBER: "工单编号", Field.WORDS: "诉求内容", Field.PLACE: "", Field.KIND: ""}
    config = Settings(export=Export(columns=columns))
    async with open_town(sqlite_district, tmp_path / "media", config=config) as town:
        await report_lamp(town)
        await report_quarrel(town)
        await town.street.says("导出事项")
        town.street.sees("把柳林街道的上报导成表格")
        await town.street.taps("最近7天")
        book = pages(town.street.sees("里面有居民的原话"), tmp_path / "media")
        assert book["事项"] == [
            ["工单编号", "诉求内容", "地点", "类别"],
            ["QH-20261123-0001", LAMP, "翠湖社区3号楼东头", "路灯不亮"],
        ]
        await town.community.says("导出事项")  # who holds the quarrel has it in their own
        await town.community.taps("最近7天")
        assert len(pages(town.community.sees("里面有居民的原话"), tmp_path / "media")["事项"]) == 3
        looked = await town.rows("select context, count(*) from audits group by context order by 1")
        assert [tuple(row) for row in looked] == [
            ("QH-20261123-0001", 2),
            ("QH-20261123-0002", 1),
        ]
        await town.worker.presses("cases.out:1:week")
        town.worker.sees("这一步")


async def test_what_is_pasted_behind_the_command_is_passed_on_at_once(telegram_town: Town) -> None:
    town = telegram_town
    await town.chief.says("转报：3号楼东头路灯不亮，晚上看不见路")
    assert "说明：3号楼东头路灯不亮，晚上看不见路" in town.chief.sees("群里说的").text
