"""A hostile resident: whatever they type, others read it as words."""

from __future__ import annotations

from handlers.message import Chat, Event, Said
from tests.handlers.test_quoting import TAPPED
from tests.robot import Town

BAIT = (
    "=1+1 3号楼东头路灯坏了，照片在 evil.example/p，看<a href='x'>这里</a>或者问 @evil_bot /forget"
)


async def report(town: Town) -> None:
    await town.resident.says(BAIT)
    for label in ("路灯不亮", "对，报上去"):
        await town.resident.taps(label)


async def test_an_officer_reads_words_where_a_resident_has_laid_a_bait(town: Town) -> None:
    await report(town)
    shown = [bubble for bubble in town.worker.read() if "evil" in bubble.text]
    assert shown
    for bubble in shown:
        assert not TAPPED.search(bubble.text), bubble.text
        assert not any(TAPPED.search(button.label) for button in bubble.buttons)


async def test_a_name_that_turns_the_line_round_is_shown_without_its_tricks(town: Town) -> None:
    name = "李\u202e明\u2066\x00\n网格员\u200b \ud800已办好"
    chat = Chat("private", "stranger")
    await town.stage.app.receive(Event("local", "demo", "n1", chat, "stranger", Said("你好"), name))
    assert await town.rows("select name from people where name like '李%网格员%'") == [
        ("李明 网格员 已办好",)
    ]
