"""The rules of the simulated Official Account: who follows, what may be sent to them, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.servers.platform import File, Invalid, Json, Refused, an_object, only, words

APP_ID, APP_SECRET = "wx00000000000000aa", "0123456789abcdef0123456789abcdef"
ORIGINAL_ID = "gh_0123456789ab"
HOURS, DAYS = 3600.0, 86400.0


@dataclass
class Bubble:
    """A message as the follower sees it; `rows` are lines to tap, by the number they send."""

    number: int
    text: str = ""
    mine: bool = True
    photo: bytes | None = None
    rows: dict[str, str] = field(default_factory=dict)


@dataclass
class Follower:
    """What the platform knows about somebody: until when, and how often, they can be written to."""

    open_id: str
    follows: bool = False
    blocked: bool = False
    until: float = 0.0
    left: int = 0
    bubbles: list[Bubble] = field(default_factory=list)


class WeChat:
    """The account's state. `clock` measures windows and the life of media, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.followers: dict[str, Follower] = {}
        self.media: dict[str, tuple[bytes, float]] = {}
        self.menu: list[Json] = []
        self.scenes: dict[str, str] = {}
        """Scenes by the address that their code says."""
        self.token, self.token_until = "", 0.0
        self.tokens_given = 0
        self._numbers = count(1)

    # What followers do

    def message(self, open_id: str) -> None:
        """They wrote: five messages within two days may follow."""
        self._open(open_id, 48 * HOURS, 5)

    def touch(self, open_id: str) -> None:
        """A tap on a menu, a scan, following: three within a minute."""
        follower = self.followers[open_id]
        if follower.until <= self.clock() or follower.left < 3:
            self._open(open_id, 60.0, 3)

    def _open(self, open_id: str, seconds: float, messages: int) -> None:
        follower = self.followers[open_id]
        follower.until, follower.left = self.clock() + seconds, messages

    def show(self, open_id: str, bubble: Bubble) -> None:
        self.followers[open_id].bubbles.append(bubble)

    def bubble(self, **what: Any) -> Bubble:
        return Bubble(next(self._numbers), **what)

    def keep(self, data: bytes) -> str:
        """The id under which a file lies here for three days."""
        media_id = f"media-{next(self._numbers)}"
        self.media[media_id] = data, self.clock() + 3 * DAYS
        return media_id

    # What the account calls

    def answer(self, path: str, query: Json, body: Any, file: File | None) -> Json:
        """Carries out a call; raises `Refused` where the platform would not."""
        if path == "/cgi-bin/stable_token":
            return self._stable_token(an_object(body))
        self._authorize(query.pop("access_token", ""))
        if path == "/cgi-bin/media/upload":
            return self._upload(query, file)
        only(query, set())
        calls: dict[str, Callable[[Json], Json]] = {
            "/cgi-bin/message/custom/send": self._custom_send,
            "/cgi-bin/message/template/send": self._template_send,
            "/cgi-bin/menu/create": self._menu_create,
            "/cgi-bin/qrcode/create": self._qrcode_create,
        }
        if path not in calls:
            raise Invalid(f"no such interface: {path}")
        return calls[path](an_object(body))

    def download(self, query: Json) -> bytes:
        self._authorize(query.pop("access_token", ""))
        only(query, {"media_id"})
        found = self.media.get(query["media_id"])
        if found is None or found[1] < self.clock():
            raise Refused(40007, "invalid media_id")
        return found[0]

    def _authorize(self, token: str) -> None:
        if not token:
            raise Refused(41001, "access_token missing")
        if token != self.token:
            raise Refused(40001, "invalid credential, access_token is invalid or not latest")
        if self.token_until < self.clock():
            raise Refused(42001, "access_token expired")

    def _stable_token(self, body: Json) -> Json:
        only(body, {"grant_type", "appid", "secret"}, {"force_refresh"})
        if body["grant_type"] != "client_credential":
            raise Refused(40002, "invalid grant_type")
        if body["appid"] != APP_ID:
            raise Refused(40013, "invalid appid")
        if body["secret"] != APP_SECRET:
            raise Refused(40125, "invalid appsecret")
        if body.get("force_refresh") or self.token_until - 300 < self.clock():
            self.renew()
        return {"access_token": self.token, "expires_in": int(self.token_until - self.clock())}

    def renew(self) -> None:
        """The token before is not the present one any more."""
        self.tokens_given += 1
        self.token = f"token-{self.tokens_given}-" + "x" * 120
        self.token_until = self.clock() + 7200

    def _custom_send(self, body: Json) -> Json:
        only(body, {"touser", "msgtype", body.get("msgtype", "text")})
        follower = self._writable(body["touser"])
        shown = self._content(body["msgtype"], body[body["msgtype"]])
        if follower.until <= self.clock():
            raise Refused(45015, "response out of time limit or subscription is canceled")
        if follower.left <= 0:
            raise Refused(45047, "out of response count limit")
        follower.left -= 1
        self.show(follower.open_id, shown)
        return {"errcode": 0, "errmsg": "ok"}

    def _content(self, kind: str, content: Json) -> Bubble:
        if kind == "text":
            only(content, {"content"})
            return self.bubble(text=words(content["content"]))
        if kind == "image":
            only(content, {"media_id"})
            return self.bubble(photo=self.download_own(content["media_id"]))
        if kind != "msgmenu":
            raise Refused(40008, "invalid message type")
        only(content, {"head_content", "list", "tail_content"})
        if not content["list"]:
            raise Invalid("a menu without lines")
        for row in content["list"]:
            only(row, {"id", "content"})
        rows = {row["id"]: words(row["content"]) for row in content["list"]}
        if len(rows) != len(content["list"]):
            raise Invalid("two lines with the same id")
        text = "\n".join((words(content["head_content"]), *rows.values()))
        return self.bubble(text=text, rows=rows)

    def download_own(self, media_id: str) -> bytes:
        if media_id not in self.media:
            raise Refused(40007, "invalid media_id")
        return self.media[media_id][0]

    def _template_send(self, body: Json) -> Json:
        only(body, {"touser", "template_id", "data"}, {"url"})
        follower = self._writable(body["touser"])
        for name, value in body["data"].items():
            only(value, {"value"})
            if name.startswith("thing") and not 1 <= len(value["value"]) <= 20:
                raise Refused(47003, f"argument invalid! data.{name}.value invalid")
        words = "\n".join(value["value"] for value in body["data"].values())
        self.show(follower.open_id, self.bubble(text=words))
        return {"errcode": 0, "errmsg": "ok", "msgid": 1}

    def _writable(self, open_id: str) -> Follower:
        follower = self.followers.get(open_id)
        if follower is None:
            raise Refused(40003, "invalid openid")
        if follower.blocked or not follower.follows:
            raise Refused(43004, "require subscribe")
        return follower

    def _upload(self, query: Json, file: File | None) -> Json:
        only(query, {"type"})
        if file is None or not file[1]:
            raise Refused(41005, "media data missing")
        name, data = file
        if query["type"] != "image" or name.rpartition(".")[2] not in {"jpg", "jpeg", "png"}:
            raise Refused(40005, "invalid file type")
        if len(data) > 10 * 1024 * 1024:
            raise Refused(45001, "media size out of limit")
        media_id = self.keep(data)
        return {"type": "image", "media_id": media_id, "created_at": int(self.clock())}

    def _menu_create(self, body: Json) -> Json:
        only(body, {"button"})
        if not 1 <= len(body["button"]) <= 3:
            raise Refused(40016, "invalid button size")
        for button in body["button"]:
            self._button(button, 16)
        self.menu = body["button"]
        return {"errcode": 0, "errmsg": "ok"}

    def _button(self, button: Json, most: int) -> None:
        if len(button.get("name", "").encode()) > most or not button.get("name"):
            raise Refused(40018, "invalid button name size")
        if "sub_button" in button:
            only(button, {"name", "sub_button"})
            if most > 16 or not 1 <= len(button["sub_button"]) <= 5:
                raise Refused(40023, "invalid sub button size")
            for below in button["sub_button"]:
                self._button(below, 60)
            return
        only(button, {"name", "type", "key"})
        if button["type"] != "click" or not 1 <= len(button["key"].encode()) <= 128:
            raise Refused(40019, "invalid button key size")

    def _qrcode_create(self, body: Json) -> Json:
        only(body, {"action_name", "action_info"}, {"expire_seconds"})
        if body["action_name"] != "QR_STR_SCENE" or not 60 <= body["expire_seconds"] <= 30 * DAYS:
            raise Refused(40053, "invalid action info")
        scene = body["action_info"]["scene"]["scene_str"]
        if not 1 <= len(scene) <= 64:
            raise Refused(40053, "invalid scene")
        url = f"http://weixin.qq.com/q/{next(self._numbers):06d}"
        self.scenes[url] = scene
        return {"ticket": "t", "expire_seconds": body["expire_seconds"], "url": url}
