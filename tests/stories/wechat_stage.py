"""The sample district on a simulated Official Account, over real HTTP both ways."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot import sample
from bot.channels.base import Channel
from bot.channels.wechat.channel import WeChatChannel
from tests.servers.wechat import WeChatServer
from tests.stories.stages import HttpStage, Opened, Phone, at_nine, serving


class WeChatStage(HttpStage):
    server: WeChatServer


@asynccontextmanager
async def wechat_stage(url: str, media: Path, **more: Any) -> AsyncIterator[WeChatStage]:
    """Nobody follows the account yet."""
    clock = at_nine()
    async with WeChatServer(lambda: clock.now().timestamp(), patience=20.0) as server:

        def opened(at: str, _database: Opened) -> Channel:
            channel = WeChatChannel(
                app_id=server.app_id,
                app_secret=server.app_secret,
                token=server.token,
                aes_key=server.aes_key,
                base_url=server.url,
                patience=server.patience,
                **more,
            )
            server.callback = f"{at}{channel.path}"
            return channel

        async with serving(url, media, clock, opened) as app:
            people = {s.key: Phone(server.follower(s.key)) for s in sample.EVERYBODY}
            stage = WeChatStage(app, people)
            stage.server = server
            await stage.load()
            yield stage
