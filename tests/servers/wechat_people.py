"""Followers of the simulated account, what they do, and what their phones show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from tests.servers.wechat_api import ORIGINAL_ID, Bubble, Follower

if TYPE_CHECKING:
    from tests.servers.wechat import WeChatServer

_LINE = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)


class Person:
    """Somebody who may follow the account. Every act returns when its callback was answered."""

    def __init__(self, server: WeChatServer, open_id: str) -> None:
        self._server, self.id = server, open_id

    @property
    def known(self) -> Follower:
        """What the platform knows about them."""
        return self._server.wechat.followers[self.id]

    @property
    def bubbles(self) -> list[Bubble]:
        """What the chat shows, oldest first."""
        return self.known.bubbles

    def sees(self, words: str) -> bool:
        """Whether a message of the account holds these words."""
        return any(b.mine and words in b.text for b in self.bubbles)

    async def follows(self, scene: str = "") -> None:
        """Follows the account, perhaps by scanning a code."""
        self.known.follows, self.known.blocked = True, False
        self._server.wechat.touch(self.id)
        key = f"qrscene_{scene}" if scene else ""
        await self._event("subscribe", key, ticket=scene)

    async def leaves(self) -> None:
        self.known.follows = False
        await self._event("unsubscribe")

    async def scans(self, scene: str) -> None:
        """Scans a code of the account; who does not follow it yet, follows."""
        if not self.known.follows:
            await self.follows(scene)
            return
        self._server.wechat.touch(self.id)
        await self._event("SCAN", scene, ticket=scene)

    async def clicks(self, name: str) -> None:
        """Taps the account's menu; `LookupError` when there is no such line."""
        for button in self._server.wechat.menu:
            for line in button.get("sub_button", [button]):
                if line["name"] == name:
                    self._server.wechat.touch(self.id)
                    await self._event("CLICK", line["key"])
                    return
        raise LookupError(f"no {name!r} in the menu")

    async def says(self, words: str) -> None:
        self._writes(words)
        await self._message("text", f"<Content>{_cdata(words)}</Content>")

    async def sends_photo(self, data: bytes) -> None:
        self._writes("[photo]")
        media = self._server.wechat.keep(data)
        url = f"<PicUrl>{_cdata('http://mmbiz.qpic.cn/' + media)}</PicUrl>"
        await self._message("image", f"{url}<MediaId>{_cdata(media)}</MediaId>")

    async def sends_voice(self, data: bytes, recognition: str | None = None) -> None:
        self._writes("[voice]")
        media = self._server.wechat.keep(data)
        read = "" if recognition is None else f"<Recognition>{_cdata(recognition)}</Recognition>"
        head = f"<MediaId>{_cdata(media)}</MediaId><Format>{_cdata('amr')}</Format>"
        await self._message("voice", f"{head}<MediaId16K>{_cdata(media)}</MediaId16K>{read}")

    async def sends_location(self, latitude: float, longitude: float) -> None:
        self._writes("[place]")
        where = f"<Location_X>{latitude}</Location_X><Location_Y>{longitude}</Location_Y>"
        await self._message("location", f"{where}<Scale>20</Scale><Label>{_cdata('某处')}</Label>")

    async def sends(self, kind: str, inside: str = "") -> None:
        """Any other message."""
        self._writes(f"[{kind}]")
        await self._message(kind, inside)

    async def taps(self, label: str) -> None:
        """The newest line of that name: tapped where it can be, else its number is sent."""
        for bubble in reversed(self.bubbles):
            for number, line in bubble.rows.items():
                if line == label or line.partition(". ")[2] == label:
                    await self.taps_line(number, line)
                    return
            for number, line in reversed(_LINE.findall(bubble.text if bubble.mine else "")):
                if line == label:
                    await self.says(number)
                    return
        seen = "\n".join(bubble.text for bubble in self.bubbles[-3:])
        raise LookupError(f"{self.id} sees no choice {label!r}; last seen:\n{seen}")

    async def taps_line(self, number: str, line: str) -> None:
        self._server.wechat.show(self.id, self._server.wechat.bubble(text=line, mine=False))
        self._server.wechat.touch(self.id)
        menu = f"<bizmsgmenuid>{number}</bizmsgmenuid>"
        await self._message("text", f"<Content>{_cdata(line)}</Content>{menu}")

    async def _message(self, kind: str, inside: str) -> None:
        number = f"<MsgId>{self._server.next_id()}</MsgId>"
        await self._server.push(self.id, self.xml(kind, inside + number))

    async def _event(self, what: str, key: str = "", ticket: str = "") -> None:
        inside = f"<Event>{_cdata(what)}</Event><EventKey>{_cdata(key)}</EventKey>"
        if ticket:
            inside += f"<Ticket>{_cdata(ticket)}</Ticket>"
        await self._server.push(self.id, self.xml("event", inside))

    def xml(self, kind: str, inside: str) -> str:
        """A callback's XML, as it is before it is sealed."""
        at = int(self._server.wechat.clock())
        return (
            f"<xml><ToUserName>{_cdata(ORIGINAL_ID)}</ToUserName>"
            f"<FromUserName>{_cdata(self.id)}</FromUserName><CreateTime>{at}</CreateTime>"
            f"<MsgType>{_cdata(kind)}</MsgType>{inside}</xml>"
        )

    def _writes(self, words: str) -> None:
        self.known.follows = True
        self._server.wechat.message(self.id)
        self._server.wechat.show(self.id, self._server.wechat.bubble(text=words, mine=False))


def _cdata(words: str) -> str:
    return escape(words) if "]]>" in words else f"<![CDATA[{words}]]>"
