"""Who waits for a person can show them something too."""

from __future__ import annotations

from tests.robot import DARK, Town


async def test_what_is_sent_while_waiting_reaches_the_person_and_is_deleted_afterwards(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await town.resident.says("转人工")
    await town.community.taps("我来联系")
    await town.resident.sends(DARK, caption="您看")
    town.community.sees("周兰：“您看”")
    assert town.community.sees("周兰发来一张照片").photo
    await town.resident.sends_voice(b"OggS" + bytes(100), "就是这里")
    town.community.sees("周兰：“就是这里”")
    assert town.community.sees("周兰发来一段语音").document
    await town.resident.sends(b"no picture")
    town.resident.sees("您发的东西打不开，赵强还没看到")
    await town.resident.sends_file(b"PK\x03\x04", "表.zip")
    town.community.sees("发了一样这里打不开的东西")
    town.resident.sees("已告诉赵强您发了东西")
    assert await town.rows("select id from cases") == []

    await town.community.taps("办完了")
    kept = await town.rows("select state, file from media")
    assert {tuple(row) for row in kept} == {("deleted", "")}
    await town.resident.sends(DARK)
    town.resident.sees("这是哪儿，怎么了")
