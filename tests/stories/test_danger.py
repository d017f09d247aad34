"""Danger to life: advice first, everybody near alerted, "seen" only when somebody has seen it."""

from __future__ import annotations

from tests.robot import Town

FIRE = "着火了!!三号楼五楼往外冒黑烟"


async def test_a_fire_is_answered_at_once_and_everybody_near_is_alerted(town: Town) -> None:
    await town.resident.says(FIRE)
    answer = town.resident.sees("119")
    assert answer.text.startswith("🚨")
    assert not answer.buttons
    for robot in (town.worker, town.chief, town.community):
        card = robot.sees("翠湖社区3号楼五楼 着火")
        assert card.text.startswith("🚨")
    town.resident.does_not_see("已通知")
    town.resident.does_not_see("看到了，正赶过去")
    await town.chief.taps("看到了，马上去")
    town.resident.sees("网格长王敏")
    town.resident.sees("正赶过去")
    [(emergency, danger)] = await town.rows("select emergency, danger from cases")
    assert (bool(emergency), danger) == (True, "fire")


async def test_a_fire_at_night_wakes_everybody(town: Town) -> None:
    await town.until("02:30")
    await town.resident.says(FIRE)
    for robot in (town.worker, town.chief, town.community):
        robot.sees("着火")


async def test_an_unanswered_fire_climbs_within_minutes(town: Town) -> None:
    await town.resident.says(FIRE)
    town.street.does_not_see("着火")
    await town.passes(minutes=10)
    town.street.sees("着火")
    await town.passes(minutes=5)
    town.desk.sees("着火")
    await town.worker.taps("看到了，马上去")
    town.resident.sees("网格员李明")


async def test_danger_breaks_into_an_open_conversation(town: Town) -> None:
    await town.resident.says("3号楼东头路灯黑了快十天了")
    await town.resident.says(FIRE)
    town.resident.sees("119")
    await town.resident.taps("路灯不亮")
    town.resident.sees("这样报上去")


async def test_more_words_belong_to_the_same_emergency(town: Town) -> None:
    await town.resident.says(FIRE)
    await town.resident.says("502的老人还没下来")
    assert len(await town.rows("select id from cases")) == 1
    town.worker.sees("502的老人还没下来")


async def test_an_illness_opens_no_case_and_a_person_comes_at_once(town: Town) -> None:
    await town.resident.says("我妈胸口疼喘不上气")
    town.resident.sees("120")
    town.resident.sees("社区值班赵强")
    town.community.sees("我妈胸口疼喘不上气")
    assert await town.rows("select id from cases") == []
    await town.community.taps("我来联系")
    town.resident.sees("赵强看到了，马上联系您")


async def test_nobody_answers_the_call_and_the_next_is_asked(town: Town) -> None:
    await town.resident.says("我不想活了")
    town.resident.sees("12356")
    await town.passes(minutes=4)
    town.street.sees("我不想活了")
    town.resident.sees("现在转给了街道值班钱勇")


async def test_violence_is_told_to_one_person_only(town: Town) -> None:
    await town.resident.says("楼上那男的又在打媳妇，哭得厉害，我不敢上去")
    town.resident.sees("110")
    told = [r for r in (town.worker, town.chief, town.community) if r.read()]
    assert len(told) == 1


async def test_a_fire_without_a_known_place_goes_to_the_districts_desk(town: Town) -> None:
    stranger = town.stage.messenger.phone("passer-by", "路人")
    await stranger.say("着火了，快来人")
    await town.settles()
    town.desk.sees("着火")
    assert any("在哪儿" in bubble.text for bubble in stranger.bubbles)
