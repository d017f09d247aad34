"""The roster desk over real HTTP: a link that opens once, half an hour, and one's own posts."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from bot import settings
from bot.channels.base import TELEGRAM
from bot.demo.stage import Stage
from bot.web import papers
from bot.web.server import build
from bot.workbooks import xlsx as workbook
from bot.workbooks.xlsx import Leaf
from tests.robot import Robot, Town
from tests.web.district import Serve

pytestmark = pytest.mark.asyncio(loop_scope="module")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS = ["编码", "姓名", "电话", "岗位", "岗位所在编码", "值班电话"]
WORKER = ["P0900", "高远", "15400000900", "网格员", "QH-LL-CX-1", "0421-0000190"]


@dataclass
class Desk:
    """A browser, and the town whose bot it reaches."""

    town: Town
    client: httpx.AsyncClient

    async def link(self, who: Robot) -> str:
        """The path of a link the bot hands out."""
        await who.says("/roster")
        found = re.search(r"http://desk\.test(/papers/open/\S+)", who.sees("/papers/open/").text)
        assert found is not None
        return found[1]

    async def opens(self, who: Robot) -> httpx.Response:
        return await self.posts(await self.link(who), data={"": ""})

    async def posts(self, path: str, **more: object) -> httpx.Response:
        """As the form of a page would: from its own address."""
        origin = {"origin": str(self.client.base_url).rstrip("/")}
        answer = await self.client.post(path, headers=origin, **more)  # type: ignore[arg-type]
        await self.town.settles()
        return answer

    async def uploads(self, data: bytes, name: str = "十一月.xlsx") -> httpx.Response:
        return await self.posts("/papers/upload", files={"file": (name, data, XLSX)})

    async def sees(self) -> str:
        return (await self.client.get("/papers/")).text


@pytest_asyncio.fixture(loop_scope="module")
async def desk(sqlite_url: str, tmp_path: Path, serve: Serve) -> AsyncIterator[Desk]:
    config = settings.Settings(web=settings.Web(public_url="http://desk.test"))
    stage = Stage(sqlite_url, TELEGRAM, tmp_path / "media", config=config)
    async with stage.open():
        page = build(
            channels=[],
            receive=stage.app.receive,
            health=stage.app.health,
            pages=papers.routes(lambda: stage.app),
        )
        async with (
            serve(page) as address,
            httpx.AsyncClient(
                base_url=address, trust_env=False, headers={"accept-language": "zh-CN"}
            ) as client,
        ):
            yield Desk(Town(stage), client)


def roster(folder: Path, *rows: list[str]) -> bytes:
    path = folder / "roster.xlsx"
    workbook.write(path, [Leaf("人员岗位", HEADINGS, [("", row) for row in rows])])
    return path.read_bytes()


async def known(desk: Desk, name: str) -> bool:
    return bool(await desk.town.rows(f"select 1 from people where name = '{name}'"))


async def test_a_roster_comes_in_through_the_desk(desk: Desk, tmp_path: Path) -> None:
    answer = await desk.opens(desk.town.administrator)
    assert (answer.status_code, answer.headers["location"]) == (303, "../")
    await desk.uploads(roster(tmp_path, WORKER))
    page = await desk.sees()
    assert "《十一月.xlsx》核对完了" in page
    assert not await known(desk, "高远")
    file = re.search(r'href="(\d+/file)"', page)
    assert file is not None
    (tmp_path / "result.xlsx").write_bytes((await desk.client.get(f"/papers/{file[1]}")).content)
    rows = [row for p in workbook.pages(tmp_path / "result.xlsx") for _n, row in p.rows]
    assert any("新增" in row and "高远" in row for row in rows)
    await desk.posts("/papers/1/go", data={"": ""})
    assert "导入好了" in await desk.sees()
    assert await known(desk, "高远")
    desk.town.administrator.sees("导入好了")  # and in the chat


async def test_a_link_opens_once_and_a_preview_does_not_use_it_up(desk: Desk) -> None:
    link = await desk.link(desk.town.administrator)
    assert (await desk.client.get(link)).status_code == 200
    assert (await desk.posts(link, data={"": ""})).status_code == 303
    other = httpx.AsyncClient(base_url=desk.client.base_url, trust_env=False)
    async with other:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        again = await other.post(link, headers=kind)
        assert (again.status_code, "cookie" in again.headers) == (410, False)
        assert (await other.get("/papers/")).status_code == 410


async def test_no_link_code_or_session_can_be_read_in_a_stolen_database(desk: Desk) -> None:
    link = await desk.link(desk.town.administrator)
    await desk.posts(link, data={"": ""})
    await desk.town.resident.says("/link")
    await desk.town.neighbour.says("/family")
    await desk.town.neighbour.taps("请一位家人帮忙")
    await desk.town.neighbour.taps("要，给我码")
    code = re.search(r"\d{4} \d{4}", desk.town.resident.sees("10分钟").text)
    family = re.search(r"f-([a-z0-9]{26})", desk.town.neighbour.sees("f-").text)
    assert code
    assert family
    session = desk.client.cookies["papers"]
    with closing(sqlite3.connect(desk.town.stage.app.database.engine.url.database or "")) as raw:
        dump = "\n".join(raw.iterdump())
    assert 'INSERT INTO "tokens"' in dump
    for secret in (link.rpartition("/")[2], session, code[0], code[0].replace(" ", ""), family[1]):
        assert secret not in dump


async def test_the_half_hour_ends(desk: Desk) -> None:
    await desk.opens(desk.town.administrator)
    assert (await desk.client.get("/papers/")).status_code == 200
    await desk.town.passes(minutes=31)
    assert (await desk.client.get("/papers/")).status_code == 410


async def test_a_link_is_over_after_a_quarter_of_an_hour(desk: Desk) -> None:
    link = await desk.link(desk.town.administrator)
    await desk.town.passes(minutes=16)
    assert (await desk.posts(link, data={"": ""})).status_code == 410


async def test_only_an_administrator_gets_a_link(desk: Desk) -> None:
    await desk.town.chief.says("/roster")
    desk.town.chief.does_not_see("/papers/open/")
    desk.town.chief.sees("管理员")


async def test_another_website_cannot_press_for_the_administrator(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.opens(desk.town.administrator)
    await desk.uploads(roster(tmp_path, WORKER))
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"origin": "https://elsewhere.test"},
        {"origin": "null"},
    ):
        answer = await desk.client.post("/papers/1/go", headers=headers, data={"": ""})
        assert answer.status_code == 403
    await desk.town.settles()
    assert not await known(desk, "高远")


async def test_what_is_no_workbook_or_too_much_is_refused_in_words(desk: Desk) -> None:
    await desk.opens(desk.town.administrator)
    await desk.uploads(b"name;post")
    assert "不是 Excel" in await desk.sees()
    answer = await desk.uploads(b"x" * 20_100_000)
    assert (answer.status_code, "太大" in answer.text) == (413, True)
    assert (await desk.posts("/papers/upload", files={"other": b""})).status_code == 400


async def test_nobody_reads_the_workbooks_of_another(desk: Desk, tmp_path: Path) -> None:
    await desk.town.street_head.says("双报到")
    await desk.town.street_head.taps("生成报到方案")
    await desk.opens(desk.town.administrator)
    assert (await desk.client.get("/papers/1/file")).status_code == 404
    assert "表格做好了" not in await desk.sees()


async def test_whoever_loses_the_post_loses_the_desk_with_it(desk: Desk, tmp_path: Path) -> None:
    await desk.opens(desk.town.administrator)
    await desk.uploads(roster(tmp_path, WORKER))
    ended = "update posts set until = '2026-11-01' where kind = 'administrator' returning id"
    await desk.town.rows(ended)
    answer = await desk.posts("/papers/1/go", data={"": ""})
    assert (answer.status_code, "管理员" in answer.text) == (403, True)
    assert not await known(desk, "高远")
