"""Shaodao inside a Telegram bot that is there already, in its event loop.

    shaodao = Mounted("config.toml")
    application.add_handler(shaodao.channel.handler())   # python-telegram-bot
    dispatcher.include_router(shaodao.channel.router())  # aiogram

The host calls `start` when it starts and `stop` when it has stopped receiving. See
docs/channels/telegram.md for what it means that the host acknowledges.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

from bot import keys, logs, settings
from bot.app import App
from bot.channels.telegram import mounted
from bot.processes.alone import only_process
from bot.serve import serving
from bot.web import papers as papers_page
from bot.web.server import build
from storage import migrating


class Mounted:
    """What `shaodao run` is for a configuration, but for Telegram's updates.

    Making it unlocks the keys and migrates the database. `telegram` is that part of the
    configuration; its `mode` and the webhook's address are the host's affair.
    """

    def __init__(self, config: str | Path) -> None:
        self._chosen = settings.load(Path(config))
        logs.configure_ours(self._chosen.log)
        keys.unlock(self._chosen)
        migrating.migrate(self._chosen.database.url)
        self.telegram = self._chosen.telegram
        self.channel = mounted(self.telegram.token, self.telegram.base_url, self.telegram.driver)
        self._stack = AsyncExitStack()

    async def start(self, *_host: object) -> None:
        """Sender, clock and web are running in this event loop, and what was taken is handled.

        Raises `AlreadyServed` where another process serves the same SQLite database."""
        self._stack.enter_context(only_process(self._chosen.database.url))
        await self.channel.open()
        app = App.configured(self._chosen, [self.channel])
        await self._stack.enter_async_context(app.running())
        web = self._chosen.web
        pages = papers_page.routes(lambda: app) if web.public_url else ()
        served = build(
            channels=[self.channel],
            receive=app.receive,
            health=app.health,
            pages=pages,
            metrics_token=web.metrics_token,
        )
        await self._stack.enter_async_context(serving(served, web.host, web.port))

    async def stop(self, *_host: object) -> None:
        """What is in hand is finished, and nothing runs any more."""
        await self._stack.aclose()
