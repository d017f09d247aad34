"""The sample district on a simulated company of WeCom, over real HTTP both ways."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot import sample
from bot.access import SharedCodes, SharedShelf
from bot.channels.base import Channel
from bot.channels.phones import Bubble
from bot.channels.wecom.channel import WeComChannel
from handlers.message import Button
from tests.servers.wecom import WeComServer
from tests.stories.stages import HttpStage, Opened, Phone, at_nine, serving


class Card(Phone):
    """A member's phone, whose bubbles have buttons."""

    def _bubble(self, shown: Any) -> Bubble:
        buttons = tuple(Button(label, key) for label, key in shown.buttons)
        return replace(super()._bubble(shown), buttons=buttons)


class WeComStage(HttpStage):
    server: WeComServer


@asynccontextmanager
async def wecom_stage(url: str, media: Path) -> AsyncIterator[WeComStage]:
    """Everybody is in the company's directory; what is beyond the limits of a member is lost."""
    clock = at_nine()
    async with WeComServer(lambda: clock.now().timestamp(), patience=20.0) as server:

        def opened(at: str, database: Opened) -> Channel:
            sender = f"wecom/{server.corp_id}"
            channel = WeComChannel(
                corp_id=server.corp_id,
                agent_id=server.agent_id,
                secret=server.secret,
                token=server.token,
                aes_key=server.aes_key,
                base_url=server.url,
                robot_token=server.robot_token,
                robot_aes_key=server.robot_aes_key,
                shelf=SharedShelf(sender, database),
                codes=SharedCodes(sender, database),
            )
            server.callback = f"{at}{channel.path}"
            return channel

        async with serving(url, media, clock, opened) as app:
            people = {s.key: Card(server.member(s.key, s.name)) for s in sample.EVERYBODY}
            stage = WeComStage(app, people)
            stage.server = server
            await stage.load()
            yield stage
