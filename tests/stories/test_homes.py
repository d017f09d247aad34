"""Where somebody lives, who answers for them there, and words to and fro."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from shapely import box
from shapely.geometry import mapping
from sqlalchemy import Connection, text

from bot.commands import outlines
from bot.sample import GROUP
from bot.sample.areas import point_of
from governance.geo import to_gcj02
from handlers.message import Body, Chat, Chose, Event, SentLocation
from tests.robot import Robot, Town

HOMES = "select a.code from people p join areas a on a.id = p.home_id where p.name = '{}'"


async def write(town: Town, statement: str) -> None:
    def run(conn: Connection) -> None:
        conn.execute(text(statement))

    await town.stage.app.database.run(run)


async def forget_home(town: Town, robot: Robot) -> None:
    await write(town, f"update people set home_id = null where name = '{robot.someone.name}'")


async def build(town: Town, kind: str, code: str, name: str, above: str) -> None:
    """The district has one area more."""
    [(parent, path)] = await town.rows(f"select id, path from areas where code = '{above}'")
    [(last,)] = await town.rows("select max(id) from areas")
    await write(
        town,
        "insert into areas (id, parent_id, kind, code, name, path, households) values "
        f"({last + 1}, {parent}, '{kind}', '{code}', '{name}', '{path}{last + 1}/', 0)",
    )


async def home_of(town: Town, robot: Robot) -> str:
    found = await town.rows(HOMES.format(robot.someone.name))
    return str(found[0].code) if found else ""


async def id_of(town: Town, name: str) -> int:
    [(found,)] = await town.rows(f"select id from people where name = '{name}'")
    return int(found)


async def sends(town: Town, robot: Robot, body: Body, chat: Chat | None = None) -> None:
    """What the phones do not do by themselves."""
    channel, key = town.stage.messenger, robot.someone.key
    where = chat or Chat("private", key)
    event = Event(channel.name, channel.account, repr(body), where, key, body)
    await town.stage.app.receive(event)
    await town.settles()


# ── a home ───────────────────────────────────────────────────────────────────


async def test_a_newcomer_finds_the_building_in_three_taps(town: Town) -> None:
    await forget_home(town, town.neighbour)
    await town.neighbour.says("我的网格员是谁？")
    town.neighbour.sees("您住哪儿")
    await town.neighbour.taps("翠湖社区")
    await town.neighbour.taps("3号楼")
    assert await home_of(town, town.neighbour) == ""
    await town.neighbour.taps("是")
    town.neighbour.sees("您住翠湖社区3号楼")
    town.neighbour.sees("网格员李明")
    assert await home_of(town, town.neighbour) == "QH-LL-CH-1-3"


async def test_moving_house_names_the_new_worker_and_keeps_the_reports(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await town.resident.says("3号楼东头路灯黑了快十天了")
    await town.resident.taps("路灯不亮")
    await town.resident.taps("对，报上去")
    holder = await town.rows("select holder_id from cases")
    await town.resident.says("搬家")
    assert "您的网格员是李明" in town.resident.sees("您住翠湖社区3号楼").text
    await town.resident.taps("我搬家了，或者不对")
    await town.resident.says("qh-ll-ch-2-5")  # by the building's code
    await town.resident.taps("不是，住别处")
    await town.resident.says("六号楼")  # by words
    await town.resident.taps("是")
    noted = town.resident.sees("记下了，您住翠湖社区6号楼").text
    assert "您的网格员是郑凯" in noted
    assert "原来谁在办还是谁办" in noted
    assert await home_of(town, town.resident) == "QH-LL-CH-2-6"
    assert await town.rows("select holder_id from cases") == holder

    await town.resident.taps("补上门牌号")
    await town.resident.says("602")
    [(door,)] = await town.rows("select address from people where name = '周兰'")
    assert door
    assert "602" not in door  # encrypted


async def test_the_code_at_the_door_chooses_the_building(telegram_town: Town) -> None:
    town = telegram_town
    await town.neighbour.says("h-QH-LL-CX-1-2")
    await town.neighbour.taps("是")
    assert await home_of(town, town.neighbour) == "QH-LL-CX-1-2"
    await town.neighbour.says("h-NOBODY")
    town.neighbour.sees("这个楼码我们这里没有")


async def test_a_long_list_has_pages_and_takes_what_is_typed(telegram_town: Town) -> None:
    town = telegram_town
    for number in range(7, 20):
        await build(town, "building", f"QH-LL-CX-1-{number}", f"{number}号楼", "QH-LL-CX-1")
    await forget_home(town, town.neighbour)
    await town.neighbour.says("我家")
    await town.neighbour.taps("春晓社区")
    first = town.neighbour.sees("哪栋楼")
    assert "一共19个" in first.text
    assert [b.label for b in first.buttons][-2:] == ["12号楼", "还有"]
    await town.neighbour.taps("还有")
    assert town.neighbour.sees("哪栋楼").buttons[0].label == "13号楼"
    await town.neighbour.says("99号楼")
    town.neighbour.sees("这里面没有“99号楼”")
    await town.neighbour.says("十五号楼")
    await town.neighbour.taps("是")
    assert await home_of(town, town.neighbour) == "QH-LL-CX-1-15"


async def test_from_the_street_down_to_the_entrance(telegram_town: Town) -> None:
    town = telegram_town
    await build(town, "street", "QH-MY", "明月街道", "QH")
    for n in range(12):
        await build(town, "community", f"QH-MY-{n}", f"明月{n}区社区", "QH-MY")
    for n in (1, 2):
        await build(town, "stairwell", f"QH-LL-CH-1-3-{n}", f"{n}单元", "QH-LL-CH-1-3")
    worker, head = await id_of(town, "李明"), await id_of(town, "陈静")
    [(door,)] = await town.rows("select id from areas where code = 'QH-LL-CH-1-3-2'")
    await write(
        town,
        "insert into posts (id, kind, area_id, person_id, phone) "
        f"values (900, 'stairwell_head', {door}, {head}, '0421-0000999')",
    )
    await forget_home(town, town.neighbour)
    await town.neighbour.says("我的单元长是谁")
    [street] = [b.label for b in town.neighbour.sees("您住哪儿").buttons if "明月" not in b.label]
    for tap in (street, "翠湖社区", "3号楼", "2单元", "是"):
        await town.neighbour.taps(tap)
    assert await home_of(town, town.neighbour) == "QH-LL-CH-1-3-2"
    answer = town.neighbour.sees("由这些人负责")
    first, second = answer.text.split("负责：\n")[1].splitlines()[:2]
    assert (first, second) == ("单元长陈静", "网格员李明")
    assert [b.token for b in answer.buttons[:2]] == [
        f"contacts.write:{head}",
        f"contacts.write:{worker}",
    ]


async def test_in_a_group_nobody_is_asked_where_they_live(telegram_town: Town) -> None:
    town = telegram_town
    worker = await id_of(town, "李明")
    for token in ("homes.door:0", "menu:0:home", "menu:0:who", f"contacts.write:{worker}"):
        town.member.looks_away()
        await sends(town, town.resident, Chose(token), Chat("group", GROUP))
        assert [b.text for b in town.member.read() if b.chat == GROUP] == []


# ── a shared location ────────────────────────────────────────────────────────


def grids(tmp_path: Path, polygons: Mapping[str, tuple[float, float, float, float]]) -> Path:
    """A file with a rectangle (south, west, north, east) for each code."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": code},
            "geometry": mapping(box(west, south, east, north)),
        }
        for code, (south, west, north, east) in polygons.items()
    ]
    file = tmp_path / "grids.geojson"
    content = {"type": "FeatureCollection", "features": features}
    file.write_text(json.dumps(content), "utf-8")
    return file


async def test_a_location_means_the_nearest_building_or_one_of_the_grid_around_it(
    telegram_town: Town, tmp_path: Path
) -> None:
    """Between buildings 4 and 5, a little nearer to 5, in the first grid as it is drawn."""
    town = telegram_town
    four, five = point_of("QH-LL-CH-1-4"), point_of("QH-LL-CH-2-5")
    between = (four[0] + 0.55 * (five[0] - four[0]), four[1])
    await forget_home(town, town.neighbour)
    await town.neighbour.says("我家")
    await town.neighbour.sends_place(*between)
    town.neighbour.sees("您住翠湖社区5号楼，对吗")

    edge = four[0] + 0.7 * (five[0] - four[0])
    file = grids(
        tmp_path,
        {
            "QH-LL-CH-1": (four[0] - 0.004, four[1] - 0.002, edge, four[1] + 0.002),
            "QH-LL-CH-2": (edge, four[1] - 0.002, edge + 0.004, four[1] + 0.002),
        },
    )
    await town.stage.app.database.run(lambda conn: outlines.bring_in(conn, file))
    await town.neighbour.taps("不是，住别处")
    await town.neighbour.sends_place(*between)
    await town.neighbour.taps("是")
    assert await home_of(town, town.neighbour) == "QH-LL-CH-1-4"


async def test_a_location_in_the_datum_of_chinese_maps_is_shifted_back(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await forget_home(town, town.neighbour)
    await town.neighbour.says("我家")
    there = to_gcj02(*point_of("QH-LL-CH-1-2"))
    await sends(town, town.neighbour, SentLocation(*there, "gcj02"))
    town.neighbour.sees("您住翠湖社区2号楼，对吗")


# ── words to and fro ─────────────────────────────────────────────────────────


async def test_a_resident_writes_to_her_worker_and_is_answered(town: Town) -> None:
    await town.resident.says("我的网格员")
    shown = town.resident.sees("网格员李明").text
    assert "0421-0000101" in shown  # the community's desk
    assert "0421-0000111" not in shown  # never a person's
    await town.resident.taps("给李明写几句")
    await town.resident.says("我妈腿脚不便，能上门看看吗")
    town.resident.sees("转给网格员李明了")
    card = town.worker.sees("翠湖社区3号楼的周兰给您写了几句").text
    assert "我妈腿脚不便" in card
    await town.worker.taps("回话")
    await town.worker.says("下午三点去")
    town.worker.sees("已转给周兰")
    assert "下午三点去" in town.resident.sees("网格员李明回您").text
    await town.resident.taps("解决了，谢谢")
    town.worker.sees("周兰说解决了")
    await town.worker.taps("回话")
    town.worker.sees("这次对话已经结束了")

    assert len(await town.rows("select id from contact_words")) == 2
    assert await town.rows("select id from contact_words where words like '%三点%'") == []
    await town.passes(days=366)
    assert await town.rows("select id from contact_words") == []
    assert await town.rows("select id from contacts") == []


async def test_nobody_can_be_written_to_but_those_who_answer_for_ones_home(
    telegram_town: Town,
) -> None:
    town = telegram_town
    stranger, worker = await id_of(town, "孙丽"), await id_of(town, "李明")
    for forged in (stranger, await id_of(town, "吴桂芳"), 999_999):
        town.resident.looks_away()
        await town.resident.presses(f"contacts.write:{forged}")
        town.resident.sees("您住的地方不归这个人管")

    await town.resident.presses(f"contacts.write:{worker}")
    await town.resident.says("在吗")
    [(contact,)] = await town.rows("select id from contacts")
    for token in (f"contacts.reply:{contact}", f"contacts.end:{contact}", "contacts.end:77"):
        town.neighbour.looks_away()
        await town.neighbour.presses(token)
        town.neighbour.sees("找不到这次对话")
    assert await town.rows("select id from contacts where ended_at is not null") == []


async def test_whoever_left_the_post_meanwhile_is_not_written_to(telegram_town: Town) -> None:
    town = telegram_town
    worker = await id_of(town, "李明")
    await town.resident.presses(f"contacts.write:{worker}")
    await town.resident.says("在吗")
    town.worker.looks_away()
    await town.resident.presses(f"contacts.write:{worker}")
    await write(town, f"update posts set until = '2026-11-22' where person_id = {worker}")
    await town.resident.says("还在吗")
    town.resident.sees("您住的地方不归这个人管")
    assert town.worker.read() == []
    await town.worker.taps("回话")
    await town.worker.says("在的")
    town.worker.sees("这次对话已经结束了")


async def test_ten_a_day_are_enough(telegram_town: Town) -> None:
    town = telegram_town
    worker = await id_of(town, "李明")
    for n in range(10):
        await town.resident.presses(f"contacts.write:{worker}")
        await town.resident.says(f"第{n}句")
    town.resident.looks_away()
    await town.resident.presses(f"contacts.write:{worker}")
    town.resident.sees("今天写得够多了")
    await town.passes(days=1, minutes=1)
    await town.resident.presses(f"contacts.write:{worker}")
    town.resident.sees("想跟网格员李明说什么")


async def test_words_at_night_wait_for_the_morning_and_lost_ones_are_told(
    telegram_town: Town,
) -> None:
    town = telegram_town
    worker = await id_of(town, "李明")
    await town.until("22:00")
    await town.resident.presses(f"contacts.write:{worker}")
    town.worker.looks_away()
    await town.resident.says("楼道太黑")
    town.resident.sees("网格员李明明天上午8点半上班")
    assert town.worker.read() == []
    await town.until("08:30")
    town.worker.sees("楼道太黑")
    await town.worker.phone.block()
    await town.resident.presses(f"contacts.write:{worker}")
    await town.resident.says("还有一件")
    town.resident.sees("没能送到网格员李明那里")


# ── outlines ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("{", "no JSON"),
        ('{"type": "Feature"}', "FeatureCollection"),
        ('{"type": "FeatureCollection", "features": []}', "no outline"),
    ],
)
async def test_a_file_that_is_no_outlines_changes_nothing_and_says_why(
    telegram_town: Town, tmp_path: Path, content: str, fault: str
) -> None:
    file = tmp_path / "x.geojson"
    file.write_text(content, "utf-8")
    run = telegram_town.stage.app.database.run
    told = await run(lambda conn: outlines.bring_in(conn, file))
    assert fault in told.faults[0]
    assert await telegram_town.rows("select * from outlines") == []


async def test_every_faulty_outline_is_named(telegram_town: Town, tmp_path: Path) -> None:
    polygons = {
        "QH-LL-CH-1": (41.80, 120.77, 41.81, 120.78),
        "QH-LL-CH": (41.80, 120.77, 41.81, 120.77),  # no width
        "QH-LL-CH-1-3": (41.80, 120.77, 41.81, 120.78),  # a building
        "NOBODY": (41.80, 120.77, 41.81, 120.78),
        "QH-LL-CX-1": (120.77, 41.80, 120.78, 41.81),  # latitude first
        "QH-LL-CH-2": (31.20, 121.47, 31.21, 121.48),  # another city
    }
    file = grids(tmp_path, polygons)
    run = telegram_town.stage.app.database.run
    told = await run(lambda conn: outlines.bring_in(conn, file))
    assert len(told.faults) == 5
    for code in list(polygons)[1:]:
        assert any(code in fault for fault in told.faults), code
    assert await telegram_town.rows("select * from outlines") == []


@pytest.mark.parametrize(
    ("geometry", "why"),
    [
        ('{"type": ["Polygon"], "coordinates": []}', "a Polygon or MultiPolygon is needed"),
        (
            f'{{"type": "Polygon", "coordinates": [[[1{"0" * 400}, 1], [1, 2], [2, 2]]]}}',
            "cannot be read",
        ),
    ],
)
async def test_an_outline_of_an_odd_kind_or_size_is_named_like_any_other_fault(
    telegram_town: Town, tmp_path: Path, geometry: str, why: str
) -> None:
    file = tmp_path / "odd.geojson"
    feature = (
        f'{{"type": "Feature", "properties": {{"code": "QH-LL-CH-1"}}, "geometry": {geometry}}}'
    )
    file.write_text(f'{{"type": "FeatureCollection", "features": [{feature}]}}', "utf-8")
    told = await telegram_town.stage.app.database.run(lambda conn: outlines.bring_in(conn, file))
    assert why in told.faults[0]
