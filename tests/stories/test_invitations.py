"""Invitations: an officer sends a link, and the right person holds the post; and two accounts
of one person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot.commands import inviting
from bot.sample import Someone
from bot.settings import DatabaseSettings, Settings
from governance.org import Post, PostKind
from governance.people import Member, Person
from storage import org
from tests.robot import Robot, Town
from tests.stories.test_lamp import report_lamp

LAMP_6 = "6号楼东头路灯不亮了"


def stranger(town: Town, key: str, name: str) -> Robot:
    """Somebody with a phone whom the district does not know yet."""
    town.stage.phones[key] = town.stage.messenger.phone(key, name)  # type: ignore[index]
    return Robot(town, Someone(key, name))


async def roster(town: Town, name: str, kind: PostKind, area: str, code: str) -> None:
    """The roster has this person, and nobody can reach them."""

    def add(conn: Connection) -> None:
        with Session(conn, join_transaction_mode="rollback_only") as db:
            person = Person(name, code=code)
            db.add(person)
            db.flush()
            db.add(Post(kind, org.by_code(db, area).id, person.id, "0421-0000177"))
            db.flush()

    await town.stage.app.database.run(add)


async def invites_worker(town: Town) -> str:
    """The street's officer invites the rostered grid worker of 春晓; the code."""
    await town.street.says("邀请")
    await town.street.taps("网格员")
    if any("在哪里" in bubble.text for bubble in town.street.read()):
        await town.street.taps("春晓社区第一网格")
    await town.street.taps("许慧")
    return code_in(town.street)


def code_in(robot: Robot) -> str:
    found = re.findall(r"i-[a-z0-9]{26}", robot.sees("只能用一次").text)
    assert len(set(found)) == 1
    return str(found[0])


async def kept_words(town: Town, words: str) -> Sequence[Any]:
    """What still holds these words of all that was sent."""
    found = f"select state from outbox where cast(payload as text) like '%{words}%'"
    return await town.rows(found)


async def test_an_officer_invites_and_the_worker_gets_the_first_case(town: Town) -> None:
    await roster(town, "许慧", PostKind.GRID_WORKER, "QH-LL-CX-1", "W-31")
    code = await invites_worker(town)
    card = town.street.sees("给许慧的邀请")
    assert "春晓社区第一网格网格员" in card.text
    assert card.photo is not None
    assert await kept_words(town, code) == []

    worker = stranger(town, "xu", "许慧")
    await worker.says(code)
    offer = worker.sees("请您来当春晓社区第一网格网格员")
    assert "钱勇" in offer.text
    assert "许慧" not in offer.text
    await worker.taps("我接受")
    worker.sees("好了，许慧")
    told = town.street.sees("邀请有人接受了")
    assert "和花名册一样" in told.text

    await town.resident.says("春晓社区" + LAMP_6)
    await town.resident.taps("路灯不亮")
    await town.resident.taps("对，报上去")
    town.resident.sees("已转给网格员许慧")
    worker.sees("春晓社区6号楼东头")
    await worker.taps("我接了")
    town.resident.sees("网格员许慧接了")
    assert await town.rows("select what from failures") == []


async def test_an_invitation_works_once_and_not_for_ever(telegram_town: Town) -> None:
    town = telegram_town
    await roster(town, "许慧", PostKind.GRID_WORKER, "QH-LL-CX-1", "W-31")
    code = await invites_worker(town)
    late = stranger(town, "late", "迟来")
    await town.passes(days=6)
    await late.says(code)
    late.sees("请您来当")
    await town.passes(days=2)
    await late.taps("我接受")
    late.sees("这个过期了")
    await late.says(code)
    late.sees("这个过期了")

    town.street.looks_away()
    code = await invites_worker(town)
    first, second = stranger(town, "xu", "许慧"), stranger(town, "xu2", "许会")
    for robot in (first, second):
        await robot.says(code)
        robot.sees("请您来当")
    await first.taps("我接受")
    await second.taps("我接受")
    first.sees("好了，许慧")
    second.sees("这个已经用过了")
    first.looks_away()
    await first.says(code)
    first.sees("您已经接受过了")
    await second.says("i-" + "a" * 26)
    second.sees("没有这个码")
    assert await town.rows("select what from failures") == []


async def test_a_forwarded_invitation_is_told_and_taken_back(town: Town) -> None:
    await roster(town, "许慧", PostKind.GRID_WORKER, "QH-LL-CX-1", "W-31")
    code = await invites_worker(town)
    other = stranger(town, "ding", "老丁")
    await other.says("春晓社区" + LAMP_6)
    await other.taps("路灯不亮")
    await other.taps("对，报上去")
    number = "QH-20261123-0001"
    other.sees(number)
    await other.says(code)
    await other.taps("我接受")
    told = town.street.sees("对不上")
    assert "“老丁”" in told.text
    assert "“许慧”" in told.text
    await town.street.taps("撤销")
    town.street.sees("许慧现在没有账号")
    other.sees("您不再是春晓社区第一网格网格员")

    other.looks_away()
    await other.says("待办")
    other.does_not_see("路灯")
    await other.says("我的上报")
    other.sees(number)
    [(name,)] = await town.rows("select name from people where code = 'W-31'")
    assert name == "许慧"
    await town.street.says("邀请记录")
    town.street.sees("没有还没用的邀请")
    await invites_worker(town)
    assert await town.rows("select what from failures") == []


async def test_a_resident_with_an_open_case_becomes_a_grid_worker(town: Town) -> None:
    await report_lamp(town)
    await town.street.says("邀请")
    await town.street.taps("网格员")
    await town.street.taps("春晓社区第一网格")
    await town.street.says("周兰")
    await town.street.taps("0421-0000102")
    code = code_in(town.street)
    await town.resident.says(code)
    await town.resident.taps("我接受")
    town.resident.sees("好了，周兰")
    await town.worker.taps("我接了")
    town.resident.sees("网格员李明接了")
    await town.resident.says("我的上报")
    town.resident.sees("QH-20261123-0001")
    [(home,)] = await town.rows("select home_id from people where name = '周兰'")
    assert home is not None


async def test_nobody_is_invited_above_or_outside_ones_own_place(telegram_town: Town) -> None:
    town = telegram_town
    await town.resident.says("邀请")
    town.resident.sees("这一步要由")
    await town.chief.says("邀请")
    labels = {b.label for b in town.chief.sees("邀请人来当什么").buttons}
    assert labels == {"网格员", "楼栋长", "单元长", "党员、志愿者（没有岗位）"}
    await town.chief.taps("网格员")
    town.chief.sees("他叫什么名字")  # there is one grid of theirs: nothing to choose


async def test_an_open_invitation_can_be_revoked(telegram_town: Town) -> None:
    town = telegram_town
    await roster(town, "许慧", PostKind.GRID_WORKER, "QH-LL-CX-1", "W-31")
    code = await invites_worker(town)
    await town.street.says("邀请记录")
    assert "许慧" in town.street.sees("还有1个没人用").text
    await town.street.taps("撤销第1个")
    town.street.sees("撤销了")
    worker = stranger(town, "xu", "许慧")
    await worker.says(code)
    worker.sees("这个已经撤销了")


async def test_an_account_is_one_person(telegram_town: Town) -> None:
    town = telegram_town
    await roster(town, "许慧", PostKind.GRID_WORKER, "QH-LL-CX-1", "W-31")
    code = await invites_worker(town)
    await town.worker.says(code)
    town.worker.sees("这个账号已经是李明了")


# ── two accounts of one person ───────────────────────────────────────────────


def shown_code(robot: Robot) -> str:
    found = re.search(r"绑定码：(\d{4}) (\d{4})", robot.sees("绑定码").text)
    assert found is not None
    return found[1] + found[2]


async def test_a_member_without_a_post_finds_their_place_too(town: Town) -> None:
    def add(conn: Connection) -> None:
        with Session(conn, join_transaction_mode="rollback_only") as db:
            home = org.by_code(db, "QH-LL-CX-1").id
            db.add(Person("许慧", home_id=home, code="M-7", member=Member.PARTY))
            db.add(Person("许慧", home_id=home, code="M-8"))  # not a member
            db.flush()

    await town.stage.app.database.run(add)

    async def invites(officer: Robot) -> None:
        await officer.says("邀请")
        await officer.taps("党员、志愿者（没有岗位）")
        await officer.says("许慧")

    await invites(town.chief)  # of another grid
    town.chief.sees("没有叫这个名字")
    await town.chief.says("取消")

    await invites(town.street)
    first = code_in(town.street)
    town.street.looks_away()
    await invites(town.street)
    ding = stranger(town, "ding", "老丁")
    await ding.says(first)
    ding.sees("这个已经撤销")
    await ding.says(code_in(town.street))
    ding.sees("花名册上的这位")
    await ding.taps("我接受")
    assert "“老丁”" in town.street.sees("对不上").text
    await town.street.taps("撤销")
    ding.sees("您不再是春晓社区第一网格的党员志愿者")

    town.street.looks_away()
    await invites(town.street)
    xu = stranger(town, "xu", "许慧")
    await xu.says(code_in(town.street))
    await xu.taps("我接受")
    xu.sees("好了，许慧")
    await xu.says("我的资料")
    assert "党员" in xu.sees("编码M-7").text
    await invites(town.street)
    town.street.sees("没有叫这个名字")
    assert await town.rows("select what from failures") == []


async def test_two_accounts_are_linked_by_a_code(town: Town) -> None:
    await report_lamp(town)
    second = stranger(town, "zhou2", "兰兰")
    await second.says("帮助")
    await town.resident.says("绑定")
    code = shown_code(town.resident)
    assert await kept_words(town, f"{code[:4]} {code[4:]}") == []
    await town.resident.says(f"/link {code}")
    town.resident.sees("这是这个账号自己的码")

    await second.says(f"/link {code[:4]} {code[4:]}")
    second.sees("把这个账号和演示用的手机上周兰的账号绑在一起")
    await second.taps("绑在一起")
    second.sees("绑好了")
    town.resident.sees("不是您本人绑的")
    await second.says("我的上报")
    second.sees("QH-20261123-0001")

    town.resident.looks_away()
    await town.worker.taps("我接了")
    second.sees("网格员李明接了")
    assert town.resident.read() == []
    await town.resident.says("我的账号")
    mine = town.resident.sees("您的账号").text
    assert "1. 演示用的手机 · 现在用的" in mine
    assert "兰兰" in mine
    await town.resident.taps("分开第2个")
    await town.resident.taps("分开")
    second.sees("从头开始")
    second.looks_away()
    await second.says("我的上报")
    second.does_not_see("QH-20261123-0001")
    assert await town.rows("select what from failures") == []


async def test_an_officers_account_keeps_the_post_whichever_shows_the_code(
    telegram_town: Town,
) -> None:
    town = telegram_town
    second = stranger(town, "li2", "小李")
    await second.says("绑定")
    code = shown_code(second)
    await town.worker.says("绑定")
    await town.worker.taps("我手上有码")
    await town.worker.says(code)
    await town.worker.taps("绑在一起")
    town.worker.sees("两个账号现在都是李明")
    await report_lamp(town)
    town.worker.sees("🔦 翠湖社区3号楼东头")

    await town.chief.says("绑定")
    town.worker.looks_away()
    await town.worker.says(f"/link {shown_code(town.chief)}")
    await town.worker.taps("绑在一起")
    town.worker.sees("花名册里这是两个人的账号")


async def test_codes_cannot_be_guessed(telegram_town: Town) -> None:
    town = telegram_town
    await town.resident.says("绑定")
    code = shown_code(town.resident)
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    for _ in range(5):
        await town.neighbour.says(f"/link {wrong}")
        town.neighbour.sees("对不上")
        town.neighbour.looks_away()
    await town.neighbour.says(f"/link {code}")
    town.neighbour.sees("错的次数太多了，今天上午10点14分以后再试")
    await town.passes(minutes=61)
    await town.neighbour.says(f"/link {code}")
    town.neighbour.sees("这个码过期了")


# ── the first one ────────────────────────────────────────────────────────────


async def test_the_first_administrator_is_invited_at_the_console(telegram_town: Town) -> None:
    town = telegram_town
    await roster(town, "方正", PostKind.ADMINISTRATOR, "QH", "A-1")
    url = town.stage.app.database.engine.url.render_as_string(hide_password=False)
    told = await inviting.invite(Settings(database=DatabaseSettings(url=url)), "A-1")
    assert told[0].startswith("方正: administrator at 清河区")
    [payload] = re.findall(r"i-[a-z0-9]{26}", "\n".join(told))
    first = stranger(town, "fang", "方正")
    await first.says(payload)
    await first.taps("我接受")
    first.sees("您现在是清河区管理员")
    await first.says("邀请")
    assert len(first.sees("邀请人来当什么").buttons) == len(PostKind) + 1  # and members
    await first.taps("街道负责人")
    first.sees("他叫什么名字")
