"""`shaodao group`: a group of officers on WeCom, made by the app."""

from __future__ import annotations

from collections.abc import Sequence

from bot.channels.base import SendError
from bot.channels.wecom.channel import WeComChannel
from bot.settings import Settings


class CannotGroup(Exception):
    """The group was not made; the text says why, and the remedy."""


async def make(chosen: Settings, name: str, members: Sequence[str]) -> list[str]:
    """What to print: that the group is there, and what binds it."""
    if not chosen.wecom.corp_id:
        raise CannotGroup("WeCom is off; set [wecom] corp_id in config.toml")
    channel = WeComChannel(**chosen.wecom.model_dump())
    try:
        group = await channel.groups.make(name, list(members))
    except SendError as error:
        raise CannotGroup(f"WeCom does not make it: {error}") from error
    finally:
        await channel.close()
    return [
        f"{name}: made, with {len(members)} members; it shows once something is said in it",
        f"an officer sends this to the app to say whose group it is: 绑定 {group}",
    ]
