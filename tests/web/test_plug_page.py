"""The plug is pulled on the page in the middle of the story, and the day goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from starlette.applications import Starlette

from bot.channels.base import TELEGRAM
from bot.demo.page import Demo
from bot.web import demo
from tests.plugged import own_key
from tests.web.district import Serve

pytestmark = pytest.mark.asyncio(loop_scope="module")
SOON, LATER = 60_000, 120_000  # milliseconds


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, serve: Serve, tmp_path: Path) -> AsyncIterator[Page]:
    with own_key(tmp_path):
        control = Demo(tmp_path, TELEGRAM, pace=0.1)
        await control.open()
        async with serve(Starlette(routes=demo.routes(control))) as address:
            context = await browser.new_context(viewport={"width": 1600, "height": 1000})
            opened = await context.new_page()
            await opened.goto(address)
            yield opened
            await context.close()
            await control.hang_up()
        await control.close()


async def test_the_plug_is_pulled_and_the_day_goes_on_with_nothing_lost_or_doubled(
    page: Page,
) -> None:
    """In the members' group somebody talks on while it is dark."""
    await page.get_by_role("button", name="播放一天").click()
    li, chen, power = (page.locator(name) for name in ("#phone-li", "#phone-chen", "#power"))
    await expect(li.locator(".log").first).to_contain_text("我接了", timeout=SOON)
    await page.get_by_role("button", name="拔电源").click()
    await expect(power).to_contain_text("断电中", timeout=SOON)
    await expect(page.get_by_role("button", name="拔电源")).to_be_disabled()
    await chen.locator("textarea").fill("周六一起扫楼道")
    await chen.locator("textarea").press("Enter")
    said = chen.locator(".log:visible .row.mine").last
    await expect(said).to_contain_text("周六一起扫楼道")
    await expect(said.get_by_label("还没送到哨到")).to_be_visible()
    await expect(power).to_contain_text("又来电了", timeout=SOON)
    await expect(said.get_by_label("哨到收下了")).to_be_visible(timeout=SOON)
    await expect(power.locator("tbody tr")).to_have_count(4, timeout=SOON)
    wrong = await power.locator("td:nth-child(n + 4)").all_inner_texts()
    assert wrong == ["0"] * 8
    zhao = page.locator("#phone-zhao .log").first
    await expect(zhao).to_contain_text("吹哨", timeout=LATER)  # much later that day
    await expect(chen.locator("h3")).to_contain_text("(39)")  # everybody of the fresh district
    await page.get_by_role("button", name="停下").click()
    await power.get_by_role("button", name="关上").click()
    await expect(power).to_be_hidden()
