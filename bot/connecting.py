"""The channels that are configured, each with what it needs of the house."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot import menus
from bot.access import SharedCodes, SharedShelf
from bot.channels.base import Channel
from bot.channels.telegram import telegram
from bot.channels.wechat.channel import WeChatChannel
from bot.channels.wecom.channel import WeComChannel
from bot.settings import Settings
from storage.database import Database


async def channels(chosen: Settings, database: Callable[[], Database[Any, Any]]) -> list[Channel]:
    """They are open; `database` is asked for when one of them first wants something kept."""
    found: list[Channel] = []
    if chosen.telegram.token:
        found.append(telegram(**chosen.telegram.model_dump()))
    if chosen.wechat.app_id:
        shelf = SharedShelf(f"{WeChatChannel.name}/{chosen.wechat.app_id}", database)
        menu = menus.wechat()
        found.append(WeChatChannel(**chosen.wechat.model_dump(), shelf=shelf, menu=menu))
    if chosen.wecom.corp_id:
        found.append(_wecom(chosen, database))
    for channel in found:
        await channel.open()
    return found


def _wecom(chosen: Settings, database: Callable[[], Database[Any, Any]]) -> WeComChannel:
    sender = f"{WeComChannel.name}/{chosen.wecom.corp_id}"
    return WeComChannel(
        **chosen.wecom.model_dump(),
        shelf=SharedShelf(sender, database),
        codes=SharedCodes(sender, database),
        menu=menus.wecom(),
        done=menus.nothing_to_choose(),
    )
