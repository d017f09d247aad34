"""A real server on a free port, and a real browser where the machine has one."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, Page, async_playwright
from starlette.types import ASGIApp

from bot.web import demo
from bot.web.server import build
from tests.requirements import require
from tests.web.district import District, Serve

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """The app's address; connections wait in the socket's queue until it has started."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", ws="none", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


@pytest.fixture(scope="module")
def serve() -> Serve:
    return serving


@pytest_asyncio.fixture(loop_scope="module")
async def district() -> AsyncIterator[District]:
    """A small district whose bot echoes, served at `district.address`."""
    world = District()
    app = build(
        channels=[world.messenger],
        receive=world.receive,
        health=world.health,
        pages=demo.routes(world),
    )
    run = asyncio.create_task(world.messenger.run(world.receive))
    async with serving(app) as world.address:
        yield world
        await world.messenger.close()
    run.cancel()
    with suppress(asyncio.CancelledError):
        await run


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        require("Chromium", "install it with your system's packages (apt-get install chromium)")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=path, args=list(SWITCHES))
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, district: District) -> AsyncIterator[Page]:
    """The demo's page on a wide screen; a test in which it logs an error fails."""
    context = await browser.new_context(viewport={"width": 1600, "height": 1000})
    opened = await context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.set_default_timeout(10_000)
    await opened.goto(district.address)
    await opened.locator(".phone").first.wait_for()
    yield opened
    await context.close()
    assert errors == []
