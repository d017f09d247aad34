"""A bulletin on its way out: what it overtakes, in what pages, what nobody knows, what stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from bot.channels.base import Gone, Uncertain
from governance.bulletins import PAGE
from handlers.message import Pace
from storage import lanes
from storage.org import areas
from storage.people import accounts, people
from tests.bot.outside import SENDER, Office
from tests.robot import Town

MANY = 2_000
PACE = 0.04  # seconds a message, as Telegram's


async def writes(town: Town, words: str, *, urgent: bool = True) -> None:
    """The community's duty officer has written it for building 3; nothing has gone out."""
    officer = town.community
    await officer.says("发通知")
    await officer.taps("翠湖社区的一部分（某个网格、某栋楼）")
    await officer.says("3号楼")
    await officer.taps("紧急：马上发，夜里也发，请大家点“已知晓”" if urgent else _ORDINARY)
    await officer.says(words)
    if not urgent:
        await officer.taps("现在")


_ORDINARY = "不急：休息时间不发，不要求回复"


async def fates(office: Office) -> dict[str, int]:
    found = await office.rows(
        "select fate, count(*) as many from bulletin_copies group by fate order by fate"
    )
    return {row.fate: row.many for row in found}


def settle_in(conn: Connection) -> list[str]:
    """Many people more live in building 3, and all of them have written before."""
    home = conn.scalar(select(areas.c.id).where(areas.c.code == "QH-LL-CH-1-3"))
    last = conn.scalar(select(people.c.id).order_by(people.c.id.desc()).limit(1)) or 0
    ids = range(last + 1, last + 1 + MANY)
    conn.execute(
        insert(people),
        [{"id": n, "name": f"居民{n}", "home_id": home, "phone": ""} for n in ids],
    )
    conn.execute(
        insert(accounts),
        [
            {
                "channel": "local",
                "bot": SENDER.partition("/")[2],
                "external": f"r{n}",
                "person_id": n,
                "lane": f"{SENDER}/r{n}",
                "language": "zh_CN",
            }
            for n in ids
        ],
    )
    for n in ids:
        lanes.add_lane(conn, f"{SENDER}/r{n}", SENDER, "private", f"r{n}")
    return [f"r{n}" for n in ids]


@pytest.mark.parametrize("flood", ["notice", "bulletin"])
async def test_an_emergency_overtakes_a_flood_of_300_and_an_alert_overtakes_both(
    small_town: Town, tmp_path: Path, flood: str
) -> None:
    office = Office(small_town, tmp_path / "media", Pace(account=0.1))
    await office.post("li", "大扫除", flood, times=300)  # type: ignore[arg-type]
    await office.post("li", "今夜暴雨", "warning")
    await office.post("li", "着火了", "alert")
    await office.post("li", "办好了", "reply")
    while len(office.platform.taken) < 4:
        await office.arrivals(0.3)
    # An answer is one message and does not wait for the many of an emergency.
    assert office.platform.arrived()[:4] == ["着火了", "办好了", "今夜暴雨", "大扫除"]


async def test_2000_people_are_written_to_in_pages_and_each_of_them_once(
    small_town: Town, office: Office
) -> None:
    for phone in await office.app.database.run(settle_in):
        small_town.stage.messenger.phone(phone, phone)
    await office.app.database.run(lambda c: lanes.describe(c, SENDER, PACE, windowed=False))
    await writes(small_town, "今夜8点起暴雨，请不要外出。")
    preview = small_town.community.sees("发给：").text
    assert f"私发{MANY + 2}人" in preview
    assert "大约要发1分钟" in preview

    await small_town.community.phone.tap("发出")
    written, pages = 0, 0
    while written < MANY + 2:
        await office.app.ticks.tick()
        [[now]] = await office.rows("select count(*) from bulletin_copies")
        assert 0 < now - written <= PAGE, "one page is one transaction"
        written, pages = now, pages + 1
        [[waiting]] = await office.rows("select count(*) from outbox where state = 'ready'")
        assert waiting <= 2 * PAGE, "the sender looks through two pages at most"
        await office.drain()
        if pages == 1:  # 2,002 at 25 a second
            small_town.community.sees("预计今天上午9点15分发完")
        small_town.stage.clock.set(small_town.stage.clock.now() + timedelta(seconds=10))
    assert pages == MANY // PAGE + 1
    await small_town.passes(minutes=1)
    assert await fates(office) == {"sent": MANY + 2}
    assert f"已发{MANY + 2}/{MANY + 2}" in small_town.community.sees("都发出去了").text
    [[most]] = await office.rows(
        "select max(many) from (select count(*) as many from outbox where kind = 'warning' "
        "group by lane) as each_lane"
    )
    assert most == 1
    assert await office.rows("select what, error from failures") == []


async def test_whoever_has_blocked_us_and_what_nobody_knows_stand_on_the_card(
    small_town: Town, office: Office
) -> None:
    town = small_town
    office.platform.fails("wu", Gone("blocked"))
    office.platform.fails("zhou", Uncertain("timeout"))
    await writes(town, "今夜8点起暴雨。")
    await town.community.taps("发出")
    await town.passes(minutes=1)
    card = town.community.sees("都发出去了").text
    assert "已发0/2 · 被拉黑1 · 说不准到没到1" in card

    await town.community.taps("把这1条再发一次")
    await town.passes(minutes=1)
    assert await fates(office) == {"blocked": 1, "sent": 1}
    town.resident.sees("今夜8点起暴雨。")
    town.community.looks_away()
    await writes(town, "雨停了。")
    assert "联系不上1人（拉黑了哨到1人）" in town.community.sees("发给：").text


async def test_what_cannot_be_taken_away_is_corrected_in_a_line_below(
    small_town: Town, office: Office
) -> None:
    town = small_town
    office.platform.deletes = False
    await writes(town, "明天停水。")
    await town.community.taps("发出")
    await town.passes(minutes=1)
    await town.community.taps("撤回")
    await town.community.taps("撤回")
    await town.passes(minutes=1)
    assert await fates(office) == {"corrected": 2}
    town.resident.sees("更正：刚才的通知“明天停水。”作废")
    assert "删不掉、已补发更正2" in town.community.sees("已撤回").text
    await town.resident.taps("已知晓")
    assert await office.rows("select person_id from bulletin_acks") == []


async def test_what_is_not_sent_when_the_night_begins_waits_for_the_morning(
    small_town: Town, office: Office
) -> None:
    town = small_town
    for robot in (town.resident, town.neighbour):
        await robot.says("同意事项")
        await robot.taps("同意：接收社区通知")
    await town.until("20:59")
    await writes(town, "明天上午停水。", urgent=False)
    ten_minutes = office.seconds.now + 600
    await office.execute(
        "update lanes set blocked_until = :until where chat = 'zhou'", until=ten_minutes
    )
    await town.community.taps("发出")
    await town.until("21:00")
    await town.passes(minutes=1)
    assert await fates(office) == {"queued": 1, "sent": 1}
    office.seconds.pass_by(3600)
    await office.drain()
    town.resident.does_not_see("明天上午停水")
    await town.until("08:00")
    await town.passes(minutes=1)
    town.resident.sees("明天上午停水")
    assert await fates(office) == {"sent": 2}


async def test_whoever_has_to_write_first_gets_it_when_they_do_and_nothing_that_is_over(
    wechat_office: Office,
) -> None:
    office, town = wechat_office, wechat_office.town
    await office.execute("update lanes set window_until = null where chat = 'wu'")
    await writes(town, "今夜8点起暴雨。")
    assert "其中1人要先来一句话才收得到" in town.community.sees("发给：").text
    await town.community.taps("发出")
    await town.passes(minutes=1)
    assert await fates(office) == {"late": 1, "sent": 1}
    await town.neighbour.says("在吗")
    town.neighbour.sees("今夜8点起暴雨。")
    await town.passes(minutes=11)
    assert await fates(office) == {"sent": 2}

    await office.execute("update lanes set window_until = null where chat = 'wu'")
    await writes(town, "雨更大了。")
    await town.community.taps("发出")
    await town.passes(hours=25)
    town.neighbour.looks_away()
    await town.neighbour.says("在吗")
    town.neighbour.does_not_see("雨更大了。")
    assert await fates(office) == {"failed": 1, "sent": 3}
    assert await office.rows("select what, error from failures") == []
