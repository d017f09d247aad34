"""转人工： a name, a telephone, and a person who has the conversation."""

from __future__ import annotations

from tests.robot import Town


async def test_a_person_takes_over_with_the_words_said_so_far(town: Town) -> None:
    await town.resident.says("3号楼东头路灯黑了快十天了")
    await town.resident.says("转人工")
    answer = town.resident.sees("现在值班的是社区值班赵强")
    assert "0421-0000101" in answer.text
    town.community.sees("路灯黑了快十天了")
    await town.community.taps("我来联系")
    town.resident.sees("赵强看到了")


async def test_the_conversation_waits_and_goes_on(town: Town) -> None:
    await town.resident.says("3号楼东头路灯黑了快十天了")
    await town.resident.says("转人工")
    await town.resident.says("我不会弄这个")
    town.community.sees("我不会弄这个")
    await town.resident.taps("路灯不亮")
    await town.resident.taps("对，报上去")
    town.resident.sees("QH-20261123-0001")


async def test_the_person_on_duty_writes_back_and_ends_it(town: Town) -> None:
    await town.resident.says("转人工")
    await town.community.taps("我来联系")
    await town.community.taps("回话")
    await town.community.says("我下午两点过来")
    town.resident.sees("赵强：“我下午两点过来”")
    await town.community.taps("办完了")
    town.resident.sees("赵强说这事办完了")
    await town.resident.says("3号楼东头路灯黑了快十天了")
    town.resident.sees("是哪一类")


async def test_at_night_the_districts_desk_answers(town: Town) -> None:
    await town.until("23:00")
    await town.resident.says("转人工")
    town.resident.sees("区指挥中心何伟，电话0421-0000100")
    town.desk.sees("想找人")
    town.community.does_not_see("想找人")


async def test_whoever_is_last_is_asked_ever_more_slowly_and_every_day(telegram_town: Town) -> None:
    town = telegram_town
    await town.resident.says("转人工")
    asked = "select count(*) from outbox where kind = 'alert' and card_id is not null"
    await town.passes(days=2)
    [(early,)] = await town.rows(asked)
    await town.passes(days=4)
    [(late,)] = await town.rows(asked)
    assert (early, late - early) == (10, 4)
