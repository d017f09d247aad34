"""Members of the simulated company, what they do, and what their phones show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from tests.servers.wecom_api import AGENT_ID, CORP_ID, Bubble, Member

if TYPE_CHECKING:
    from tests.servers.wecom import WeComServer

_LINE = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)


class Person:
    """A member of the company. Every act returns when its callback was answered."""

    def __init__(self, server: WeComServer, userid: str) -> None:
        self._server, self.id = server, userid

    @property
    def _known(self) -> Member:
        return self._server.wecom.members[self.id]

    @property
    def bubbles(self) -> list[Bubble]:
        """What the chat with the app shows, oldest first."""
        return self._known.bubbles

    def sees(self, words: str) -> bool:
        """Whether a message of the app holds these words."""
        return any(b.mine and words in b.text for b in self.bubbles)

    async def joins(self) -> None:
        """The app is shown to them from now on."""
        self._known.sees_app = True
        await self._event("subscribe")

    async def leaves(self) -> None:
        """They are taken out of the app's visible range."""
        self._known.sees_app = False
        await self._event("unsubscribe")

    async def opens(self) -> None:
        """Enters the chat with the app."""
        await self._event("enter_agent")

    async def clicks(self, name: str) -> None:
        """Taps the app's menu; `LookupError` when there is no such line."""
        for button in self._server.wecom.menu:
            for line in button.get("sub_button", [button]):
                if line["name"] == name:
                    await self._event(line["type"], f"<EventKey>{_cdata(line['key'])}</EventKey>")
                    return
        raise LookupError(f"no {name!r} in the menu")

    async def scans(self, read: str) -> None:
        """Scans a code through the app's menu."""
        info = f"<ScanType>{_cdata('qrcode')}</ScanType><ScanResult>{_cdata(read)}</ScanResult>"
        await self._event("scancode_waitmsg", f"<ScanCodeInfo>{info}</ScanCodeInfo>")

    async def says(self, words: str) -> None:
        self._show(words)
        await self._message("text", f"<Content>{_cdata(words)}</Content>")

    async def sends_photo(self, data: bytes) -> None:
        self._show("[photo]")
        media = self._server.wecom.keep("photo.jpg", data)
        url = f"<PicUrl>{_cdata('http://p.qpic.cn/' + media)}</PicUrl>"
        await self._message("image", f"{url}<MediaId>{_cdata(media)}</MediaId>")

    async def sends_voice(self, data: bytes) -> None:
        self._show("[voice]")
        media = self._server.wecom.keep("voice.amr", data)
        head = f"<MediaId>{_cdata(media)}</MediaId><Format>{_cdata('amr')}</Format>"
        await self._message("voice", head)

    async def sends_location(self, latitude: float, longitude: float) -> None:
        self._show("[place]")
        where = f"<Location_X>{latitude}</Location_X><Location_Y>{longitude}</Location_Y>"
        await self._message("location", f"{where}<Scale>20</Scale><Label>{_cdata('某处')}</Label>")

    async def sends(self, kind: str, inside: str = "") -> None:
        """Any other message."""
        self._show(f"[{kind}]")
        await self._message(kind, inside)

    async def taps(self, label: str) -> None:
        """The newest choice of that name: pressed where it is a button, else its number is sent."""
        for bubble in reversed(self.bubbles):
            for shown, key in bubble.buttons:
                if _is(shown, label):
                    await self.presses(key, bubble.task)
                    return
            for number, line in reversed(_LINE.findall(bubble.text if bubble.mine else "")):
                if _is(line, label):
                    await self.says(number)
                    return
        seen = "\n".join(bubble.text for bubble in self.bubbles[-3:])
        raise LookupError(f"{self.id} sees no choice {label!r}; last seen:\n{seen}")

    async def presses(self, key: str, task: str) -> None:
        """A press on a card as the platform tells it; it brings a code that changes the card."""
        await self._server.push(self.pressing(key, task))

    def pressing(self, key: str, task: str) -> str:
        """The callback's XML, with a code of its own."""
        code = self._server.wecom.code_for(self.id, task)
        inside = "".join(
            f"<{name}>{_cdata(value)}</{name}>"
            for name, value in (
                *(("Event", "template_card_event"), ("EventKey", key), ("TaskId", task)),
                *(("CardType", "button_interaction"), ("ResponseCode", code)),
            )
        )
        return self.xml("event", inside)

    async def _message(self, kind: str, inside: str) -> None:
        number = f"<MsgId>{self._server.next_id()}</MsgId>"
        await self._server.push(self.xml(kind, inside + number))

    async def _event(self, what: str, inside: str = "<EventKey></EventKey>") -> None:
        await self._server.push(self.xml("event", f"<Event>{_cdata(what)}</Event>{inside}"))

    def xml(self, kind: str, inside: str) -> str:
        """A callback's XML, as it is before it is sealed."""
        at = int(self._server.wecom.clock())
        return (
            f"<xml><ToUserName>{_cdata(CORP_ID)}</ToUserName>"
            f"<FromUserName>{_cdata(self.id)}</FromUserName><CreateTime>{at}</CreateTime>"
            f"<MsgType>{_cdata(kind)}</MsgType>{inside}<AgentID>{AGENT_ID}</AgentID></xml>"
        )

    def _show(self, words: str) -> None:
        self._known.bubbles.append(self._server.wecom.bubble(text=words, mine=False))


def _is(shown: str, label: str) -> bool:
    """A label that was too long ends in "…"."""
    return shown == label or (shown.endswith("…") and label.startswith(shown[:-1]))


def _cdata(words: str) -> str:
    return escape(words) if "]]>" in words else f"<![CDATA[{words}]]>"
