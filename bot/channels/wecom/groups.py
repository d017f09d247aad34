"""The three ways in which something is said in a group; in none of them can anybody choose.

robot-KEY    through the group's own robot, which only writes
smart-ID     through a smart robot, once for each thing that is said to it
appchat-ID   by the app, in a group that it has made
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.channels.base import Closed, Rejected
from bot.channels.tencent.api import Api
from bot.channels.tencent.files import content, picture, upload
from bot.channels.wecom import cards, mapping, robot
from bot.channels.wecom.codes import Codes
from handlers.message import Chat, Message


class Groups:
    """Writes to the groups of one company; a picture or a file comes before its words."""

    def __init__(self, api: Api, codes: Codes) -> None:
        self._api = api
        self._codes = codes

    async def make(self, name: str, members: list[str]) -> str:
        """The id, for our use, of a new group of the app with these userids, two at least."""
        body = {"name": name, "userlist": members}
        answer = await self._api.call("/cgi-bin/appchat/create", body)
        return mapping.OWN + str(answer.get("chatid", ""))

    async def say(self, chat: Chat, message: Message) -> None:
        if chat.id.startswith(mapping.OWN):
            await self._in_our_own(chat.id.removeprefix(mapping.OWN), message)
        elif message.document:
            raise Rejected("no files can be sent here")
        elif chat.id.startswith(robot.SMART):
            await self._answer_later(chat.id, message.text)
        else:
            await self._through_robot(chat.id.removeprefix(mapping.ROBOT), message)

    async def _in_our_own(self, group: str, message: Message) -> None:
        if message.document:
            file, name = message.document
            media_id = await upload(self._api, "file", name, await content(file))
            await self._api.call("/cgi-bin/appchat/send", cards.shown_in(group, "file", media_id))
        elif message.photo:
            media_id = await upload(self._api, "image", *await picture(message.photo))
            await self._api.call("/cgi-bin/appchat/send", cards.shown_in(group, "image", media_id))
        if message.text:
            await self._api.call("/cgi-bin/appchat/send", cards.said_in(group, message.text))

    async def _through_robot(self, key: str, message: Message) -> None:
        if message.photo:
            _name, data = await picture(message.photo)
            self._check(await self._api.plain("/cgi-bin/webhook/send", cards.drawn(data), key=key))
        if message.text:
            body = cards.said(message.text)
            self._check(await self._api.plain("/cgi-bin/webhook/send", body, key=key))

    async def _answer_later(self, group: str, text: str) -> None:
        """Within an hour after something was said there; what comes later is said with the next
        answer."""
        code = await self._codes.take(group)
        if not code:
            raise Closed("nobody has spoken to the robot there lately")
        body = cards.marked(text)
        self._check(await self._api.plain("/cgi-bin/aibot/response", body, response_code=code))

    def _check(self, answer: Mapping[str, Any]) -> None:
        if error := self._api.error(answer):
            raise error
