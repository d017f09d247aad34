"""What is kept about somebody is shown to them, agreed to by them, and deleted by them; nobody
else is told, and every look is on record."""

from __future__ import annotations

from governance.privacy import Purpose
from tests.robot import Town
from tests.stories.test_lamp import report_lamp

PHONE = "13800000000"


async def leaves_number(town: Town) -> None:
    await town.resident.says("留电话")
    await town.resident.says("138 0000 0000")
    town.resident.sees("138****0000记下了")


async def looks_at_phone(town: Town) -> None:
    [case] = await town.rows("select id from cases")
    await town.worker.presses(f"privacy.phone:{case.id}:case")


# ── consent ──────────────────────────────────────────────────────────────────


async def test_each_purpose_is_agreed_to_by_itself_and_taken_back_without_loss(town: Town) -> None:
    await town.resident.says("同意事项")
    assert town.resident.sees("反映问题不需要同意这些").text.count("✗") == len(Purpose)
    await town.resident.taps("同意：接收社区通知")
    assert "✓ 接收社区通知" in town.resident.sees("反映问题不需要同意").text
    await town.resident.taps("关掉：接收社区通知")
    assert town.resident.sees("反映问题不需要同意这些").text.count("✗") == len(Purpose)
    [kept] = await town.rows("select purpose, withdrawn_at from consents")
    assert kept.purpose == "news"
    assert kept.withdrawn_at is not None
    await report_lamp(town)
    town.resident.sees("QH-20261123-0001")


async def test_a_number_is_kept_with_consent_and_gone_without(telegram_town: Town) -> None:
    town = telegram_town
    await town.resident.says("同意事项")
    await town.resident.taps("同意：可以给我回电话")
    await town.resident.says("不知道呀")
    town.resident.sees("这个号码看不懂")
    await town.resident.says(PHONE)
    [before] = await town.rows("select phone from people where name = '周兰'")
    assert before.phone.startswith("gAAAAA")
    await town.resident.taps("同意事项")
    await town.resident.taps("关掉：可以给我回电话")
    assert await town.rows("select phone, phone_print from people where name = '周兰'") == [
        ("", "")
    ]


# ── my data, and who has seen it ─────────────────────────────────────────────


async def test_the_holder_sees_the_number_by_a_tap_and_its_owner_reads_who_did(town: Town) -> None:
    await leaves_number(town)
    await report_lamp(town)
    await looks_at_phone(town)
    assert f"{PHONE} QH-20261123-0001" in town.worker.sees("只能为这件事用").text
    await town.resident.says("我的资料")
    mine = town.resident.sees("电话：138****0000").text
    assert PHONE not in mine
    assert "翠湖社区3号楼" in mine
    await town.resident.taps("谁看过")
    seen = town.resident.sees("看过您资料的人")
    assert "网格员李明 · 看了电话 · QH-20261123-0001" in seen.text
    await town.resident.says("我的资料")
    await town.resident.taps("显示完整电话")
    town.resident.sees(f"电话：{PHONE}")
    assert (
        await town.rows(f"select id from outbox where cast(payload as text) like '%{PHONE}%'") == []
    )


async def test_nobody_else_is_shown_the_number(telegram_town: Town) -> None:
    town = telegram_town
    await leaves_number(town)
    await report_lamp(town)
    for stranger in (town.neighbour, town.member, town.chief, town.street):
        await stranger.presses("privacy.phone:1:case")
        await stranger.presses("privacy.phone:1:anything")
        await stranger.presses("privacy.phone:77:call")
        stranger.sees("这个号码只给正在办这件事的人")
        stranger.does_not_see(PHONE)
    await town.resident.presses("consents.off:0:phone")
    await looks_at_phone(town)
    town.worker.does_not_see(PHONE)
    assert await town.rows("select id from audits") == []


async def test_reports_are_shown_in_full_with_their_photos(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    await town.resident.says("转人工")
    await town.resident.says("我不会弄这个")
    await town.resident.taps("我自己接着办")
    await town.resident.says("我的资料")
    await town.resident.taps("我报过的全部内容")
    assert "“3号楼东头路灯黑了快十天了”" in town.resident.sees("QH-20261123-0001 · ").text
    await town.resident.says("我的资料")
    await town.resident.taps("我和办事人说过的话")
    town.resident.sees("我不会弄这个")
    await town.member.says("我的资料")
    assert "身份：党员" in town.member.sees("单位：").text
    await town.neighbour.presses("privacy.photos:1")
    town.neighbour.sees("您的照片已经不在了")


async def test_every_message_and_every_look_is_shown_however_many(telegram_town: Town) -> None:
    town = telegram_town
    for n in range(6):
        await town.resident.says("谁管我们这")
        await town.resident.taps("给李明写几句")
        await town.resident.says(f"第{n}句" + "很长" * 200)
    await town.resident.says("我的资料")
    await town.resident.taps("我和办事人说过的话")
    town.resident.sees("第5句" + "很长" * 200)
    await town.resident.taps("更早的")
    town.resident.sees("第0句" + "很长" * 200)
    for _n in range(20):
        await town.resident.says("三单元602那家人叫啥")
    await town.resident.says("谁看过我的资料")
    await town.resident.taps("更早的")
    assert town.resident.sees("看过您资料的人").text.count("您问过别人的情况") == 5


# ── forgotten ────────────────────────────────────────────────────────────────


async def test_whoever_wants_to_be_forgotten_is(town: Town) -> None:
    await leaves_number(town)
    await report_lamp(town)
    await looks_at_phone(town)
    await town.resident.says("删除我的资料")
    town.resident.sees("还有1件在办")
    await town.resident.taps("撤回0001")
    await town.resident.says("删除我的资料")
    await town.resident.taps("删除")
    town.resident.sees("就当第一次认识")
    [case] = await town.rows("select text, place from cases")
    assert case == ("", "翠湖社区3号楼东头")
    [person] = await town.rows(
        "select name, phone, phone_print, home_id from people where id in (select reporter_id from cases)"
    )
    assert tuple(person) == ("", "", "", None)
    assert await town.rows("select 1 from consents") == []
    [audit] = await town.rows("select what, about_id from audits")
    assert audit.what == "phone"
    left = await town.rows(
        "select o.payload from outbox o join accounts a on a.lane = o.lane"
        " where a.external like 'forgotten-%' and cast(o.payload as text) like '%路灯%'"
    )
    assert left == []
    await town.resident.says("我的资料")
    assert "138****0000" not in town.resident.sees("报过0件").text


async def test_words_that_wait_for_the_morning_are_not_sent_any_more(telegram_town: Town) -> None:
    town = telegram_town
    await town.until("22:00")
    await town.resident.says("谁管我们这")
    await town.resident.taps("给李明写几句")
    await town.resident.says("楼道太黑")
    await town.resident.says("删除我的资料")
    await town.resident.taps("删除")
    town.worker.looks_away()
    await town.until("08:30")
    town.worker.does_not_see("楼道太黑")
    kept = "select state from outbox where cast(payload as text) like '%楼道太黑%'"
    assert await town.rows(kept) == []


async def test_an_officer_learns_that_the_roster_is_the_districts(telegram_town: Town) -> None:
    town = telegram_town
    await town.worker.says("我的资料")
    mine = town.worker.sees("名册里的名字：李明").text
    assert "岗位：网格员 0421-0000111" in mine
    await town.worker.says("删除我的资料")
    town.worker.sees("要去掉请找管理员宋青")
    await town.worker.taps("删除")
    town.worker.sees("名册里的还在")
    assert await town.rows("select name from people where name = '李明'") == [("李明",)]


# ── about others ─────────────────────────────────────────────────────────────


async def test_an_address_book_is_opened_to_nobody_and_the_question_is_on_record(
    town: Town,
) -> None:
    await town.resident.says("三单元602那家人叫啥")
    assert "给网格员留言" in town.resident.sees("我不能告诉您").text
    await town.resident.taps("谁管我们这")
    town.resident.sees("李明")
    await town.worker.says("三单元602那家人叫啥")
    town.worker.sees("住户名单对谁都不开放")
    rows = await town.rows("select what, words, post from audits order by id")
    assert [(row.what, row.post) for row in rows] == [("refused", None), ("refused", "grid_worker")]
    assert all(row.words.startswith("gAAAAA") for row in rows)
    await town.resident.says("谁看过我的资料")
    town.resident.sees("您问过别人的情况，没有告诉您")


async def test_what_was_asked_is_kept_a_year_and_that_it_was_three(telegram_town: Town) -> None:
    town = telegram_town
    await town.resident.says("三单元602那家人叫啥")
    await town.resident.says("转人工")
    await town.community.taps("我来联系")
    await town.community.taps("办完了")
    await town.passes(days=364)
    assert len(await town.rows("select words from calls")) == 1
    assert [row.words != "" for row in await town.rows("select words from audits")] == [True]
    await town.passes(days=2)
    assert await town.rows("select words from calls") == []
    assert await town.rows("select words from audits") == [("",)]
    await town.passes(days=730)
    assert await town.rows("select words from audits") == []
