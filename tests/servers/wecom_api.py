"""The rules of the simulated company: who can see its app, and what may be sent to them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.servers.platform import File, Invalid, Json, Refused, an_object, only, words

CORP_ID, AGENT_ID, SECRET = "ww00000000000000aa", 1000002, "0123456789abcdef0123456789abcdef0123456"
A_MINUTE, AN_HOUR = 30, 1000
"""Messages that a member gets in these times; what is more is dropped, and nobody told."""
CODE_LIFE = 72 * 3600.0
OK = {"errcode": 0, "errmsg": "ok"}
_TASK = re.compile(r"[A-Za-z0-9_@-]{1,128}")


@dataclass
class Bubble:
    """A message as a member sees it; `buttons` are labels and keys, `grey` what stands instead."""

    number: int
    text: str = ""
    mine: bool = True
    photo: bytes | None = None
    document: tuple[str, bytes] | None = None
    buttons: tuple[tuple[str, str], ...] = ()
    grey: str = ""
    task: str = ""


@dataclass
class Member:
    """Somebody in the company's directory."""

    userid: str
    name: str
    sees_app: bool = True
    licensed: bool = True
    bubbles: list[Bubble] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    """When messages of the app arrived."""


@dataclass
class Code:
    """What changes a card once."""

    userid: str
    task: str
    until: float
    used: bool = False


class WeCom:
    """One company with one app. `clock` measures limits, codes and the life of media."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.trusts_ip = True
        self.members: dict[str, Member] = {}
        self.robots: dict[str, list[Bubble]] = {}
        """What groups show that a robot was added to, by its key."""
        self.groups: dict[str, list[Bubble]] = {}
        """What groups show that a smart robot was added to, or that the app made, by their id."""
        self.media: dict[str, tuple[str, bytes]] = {}
        self.menu: list[Json] = []
        self.codes: dict[str, Code] = {}
        self.dropped: list[str] = []
        """The texts of what was over the limits."""
        self.token, self.tokens_given = "", 0
        self._seen: dict[str, float] = {}
        self._numbers = count(1)

    def bubble(self, **what: Any) -> Bubble:
        return Bubble(next(self._numbers), **what)

    def keep(self, name: str, data: bytes) -> str:
        media_id = f"media-{next(self._numbers)}"
        self.media[media_id] = name, data
        return media_id

    def code_for(self, userid: str, task: str) -> str:
        code = f"code-{next(self._numbers)}-{'x' * 40}"
        self.codes[code] = Code(userid, task, self.clock() + CODE_LIFE)
        return code

    # What the app calls

    def answer(self, method: str, path: str, query: Json, body: Any, file: File | None) -> Any:
        """Carries out a call; raises `Refused` where the platform would not."""
        gets: dict[str, Callable[[Json], Any]] = {
            "gettoken": self._gettoken,
            "agent/get": self._agent_get,
            "user/get": self._user_get,
            "media/get": self._media_get,
        }
        posts: dict[str, Callable[[Json, Json], Any]] = {
            "message/send": self._send,
            "message/update_template_card": self._update,
            "menu/create": self._menu_create,
            "webhook/send": self._webhook,
            "aibot/response": self._aibot_response,
            "appchat/create": self._appchat_create,
            "appchat/send": self._appchat_send,
        }
        name = path.removeprefix("/cgi-bin/")
        keyed = {"webhook/send", "aibot/response"}
        if not self.trusts_ip and name not in keyed:
            raise Refused(60020, "not allow to access from your ip")
        if name not in {"gettoken", *keyed}:
            self._authorize(query.pop("access_token", ""))
        if name == "media/upload" and method == "POST":
            return self._upload(query, file)
        if method == "GET" and name in gets:
            return gets[name](query)
        if method == "POST" and name in posts:
            return posts[name](query, an_object(body))
        raise Invalid(f"no such interface: {method} {path}")

    def _authorize(self, token: str) -> None:
        if not token:
            raise Refused(41001, "access_token missing")
        if token != self.token:
            raise Refused(40014, "invalid access_token")

    def _gettoken(self, query: Json) -> Json:
        only(query, {"corpid", "corpsecret"})
        if query["corpid"] != CORP_ID:
            raise Refused(40013, "invalid corpid")
        if query["corpsecret"] != SECRET:
            raise Refused(40001, "invalid credential")
        if not self.token:
            self.renew()
        return {**OK, "access_token": self.token, "expires_in": 7200}

    def renew(self) -> None:
        """The token before is not good any more."""
        self.tokens_given += 1
        self.token = f"token-{self.tokens_given}-" + "x" * 200

    def _agent(self, number: object) -> None:
        if number != AGENT_ID:
            raise Refused(301002, "not allow operate another agent with this accesstoken")

    def _agent_get(self, query: Json) -> Json:
        only(query, {"agentid"})
        self._agent(int(query["agentid"]))
        return {**OK, "agentid": AGENT_ID, "name": "哨到", "close": 0}

    def _user_get(self, query: Json) -> Json:
        only(query, {"userid"})
        member = self.members.get(query["userid"])
        if member is None:
            raise Refused(60111, "userid not found")
        if not member.sees_app:
            raise Refused(60011, "no privilege to access/modify contact/party/agent")
        return {**OK, "userid": member.userid, "name": member.name}

    # Messages

    def _send(self, query: Json, body: Json) -> Json:
        only(query, set())
        kind = body.get("msgtype", "text")
        checks = {"enable_duplicate_check", "duplicate_check_interval"}
        only(body, {"touser", "agentid", "msgtype", kind}, checks)
        self._agent(body["agentid"])
        member = self.members.get(body["touser"])
        if member is None or not member.sees_app:
            raise Refused(81013, "user & party & tag all invalid")
        if not member.licensed:
            return {**OK, "invaliduser": "", "unlicenseduser": member.userid, "msgid": "m"}
        repeated = self._is_repeated(body)
        shown = self._content(kind, body[kind], known=repeated)
        code = {"response_code": self.code_for(member.userid, shown.task)} if shown.task else {}
        if not repeated:
            self._deliver(member, shown)
        return {**OK, "invaliduser": "", "msgid": f"msg-{shown.number}", **code}

    def _is_repeated(self, body: Json) -> bool:
        if not body.get("enable_duplicate_check"):
            return False
        interval = body.get("duplicate_check_interval", 1800)
        if not 0 < interval <= 4 * 3600:
            raise Invalid("duplicate_check_interval")
        content = json.dumps(body, sort_keys=True)
        last, self._seen[content] = self._seen.get(content), self.clock()
        return last is not None and self.clock() - last < interval

    def _deliver(self, member: Member, shown: Bubble) -> None:
        """It is on the phone, unless the member got too many before."""
        now = self.clock()
        minute, hour = (sum(now - t < s for t in member.times) for s in (60, 3600))
        if minute >= A_MINUTE or hour >= AN_HOUR:
            self.dropped.append(shown.text)
            return
        member.times.append(now)
        member.bubbles.append(shown)

    def _content(self, kind: str, content: Json, *, known: bool) -> Bubble:
        if kind == "text":
            only(content, {"content"})
            return self.bubble(text=words(content["content"]))
        if kind in {"image", "file"}:
            only(content, {"media_id"})
            if content["media_id"] not in self.media:
                raise Refused(40007, "invalid media_id")
            name, data = self.media[content["media_id"]]
            if kind == "file":
                return self.bubble(document=(name, data))
            return self.bubble(photo=data)
        if kind != "template_card":
            raise Refused(40008, "invalid message type")
        task = content.pop("task_id", "")
        if not _TASK.fullmatch(task):
            raise Invalid("task_id")
        if not known and any(b.task == task for m in self.members.values() for b in m.bubbles):
            raise Invalid("the same task_id twice")
        text, buttons = _card(content)
        return self.bubble(text=text, buttons=buttons, task=task)

    def _update(self, query: Json, body: Json) -> Json:
        only(query, set())
        only(body, {"userids", "agentid", "response_code", "template_card"})
        self._agent(body["agentid"])
        code = self.codes.get(body["response_code"])
        if code is None or code.until < self.clock():
            raise Refused(40058, "invalid response_code")
        if code.used:
            raise Refused(42022, "code has been used")
        if body["userids"] != [code.userid]:
            raise Invalid("another member's card")
        content = body["template_card"]
        grey = content.pop("replace_text", "")
        text, buttons = _card(content)
        code.used = True
        for bubble in self.members[code.userid].bubbles:
            if bubble.task == code.task:
                bubble.text, bubble.grey = text, grey
                bubble.buttons = () if grey else buttons
        return {**OK, "invaliduser": []}

    def _webhook(self, query: Json, body: Json) -> Json:
        only(query, {"key"})
        if query["key"] not in self.robots:
            raise Refused(93000, "invalid webhook url, hint: robot removed")
        kind = body.get("msgtype", "text")
        only(body, {"msgtype", kind})
        if kind == "text":
            only(body["text"], {"content"})
            shown = self.bubble(text=words(body["text"]["content"]))
        else:
            only(body["image"], {"base64", "md5"})
            shown = self.bubble(photo=body["image"]["base64"].encode())
        self.robots[query["key"]].append(shown)
        return dict(OK)

    def _aibot_response(self, query: Json, body: Json) -> Json:
        only(query, {"response_code"})
        code = self.codes.get(query["response_code"])
        if code is None or code.used or code.until < self.clock():
            raise Refused(40058, "invalid response_code")
        only(body, {"msgtype", "markdown"})
        only(body["markdown"], {"content"})
        code.used = True
        self.groups[code.task].append(self.bubble(text=words(body["markdown"]["content"])))
        return dict(OK)

    def _appchat_create(self, query: Json, body: Json) -> Json:
        only(query, set())
        only(body, {"name", "userlist"}, {"owner", "chatid"})
        seen = [u for u in body["userlist"] if u in self.members and self.members[u].sees_app]
        if len(seen) != len(body["userlist"]) or not 2 <= len(seen) <= 500:
            raise Refused(86006, "invalid userlist")
        chat_id = f"wrkS{next(self._numbers):028d}"
        self.groups[chat_id] = []
        return {**OK, "chatid": chat_id}

    def _appchat_send(self, query: Json, body: Json) -> Json:
        only(query, set())
        kind = body.get("msgtype", "text")
        only(body, {"chatid", "msgtype", kind}, {"safe"})
        if body["chatid"] not in self.groups:
            raise Refused(86003, "chat not exist")
        if kind == "template_card":
            raise Refused(40008, "invalid message type")
        self.groups[body["chatid"]].append(self._content(kind, body[kind], known=False))
        return dict(OK)

    # Files and the menu

    def _media_get(self, query: Json) -> bytes:
        only(query, {"media_id"})
        if query["media_id"] not in self.media:
            raise Refused(40007, "invalid media_id")
        return self.media[query["media_id"]][1]

    def _upload(self, query: Json, file: File | None) -> Json:
        only(query, {"type"})
        if file is None or len(file[1]) < 5:
            raise Refused(40006, "invalid file size")
        name, data = file
        if query["type"] == "image" and name.rpartition(".")[2] not in {"jpg", "jpeg", "png"}:
            raise Refused(40005, "invalid file type")
        return {**OK, "type": query["type"], "media_id": self.keep(name, data), "created_at": "1"}

    def _menu_create(self, query: Json, body: Json) -> Json:
        only(query, {"agentid"})
        self._agent(int(query["agentid"]))
        only(body, {"button"})
        if not 1 <= len(body["button"]) <= 3:
            raise Refused(40016, "invalid button size")
        for button in body["button"]:
            _button(button, 16)
        self.menu = body["button"]
        return dict(OK)


def _card(content: Json) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What a card says, and its buttons; nothing on it may be longer than it is shown."""
    only(content, {"card_type", "main_title", "button_list"}, {"sub_title_text"})
    title = content["main_title"]
    only(title, {"title"}, {"desc"})
    if content["card_type"] != "button_interaction":
        raise Invalid("card_type")
    parts = (title["title"], title.get("desc", ""), content.get("sub_title_text", ""))
    if not parts[0] or any(len(p) > most for p, most in zip(parts, (36, 44, 160), strict=True)):
        raise Invalid(f"a card's text: {parts}")
    buttons = content["button_list"]
    if not 1 <= len(buttons) <= 6:
        raise Invalid(f"{len(buttons)} buttons")
    for button in buttons:
        only(button, {"text", "key"})
        if not 1 <= len(button["text"]) <= 10 or not 1 <= len(button["key"].encode()) <= 1024:
            raise Invalid(f"a button: {button}")
    keys = tuple((button["text"], button["key"]) for button in buttons)
    if len({key for _text, key in keys}) != len(keys):
        raise Invalid("two buttons with the same key")
    return "\n".join(part for part in parts if part), keys


def _button(button: Json, most: int) -> None:
    if not button.get("name") or len(button["name"].encode()) > most:
        raise Refused(40018, "invalid button name size")
    if "sub_button" in button:
        only(button, {"name", "sub_button"})
        if most > 16 or not 1 <= len(button["sub_button"]) <= 5:
            raise Refused(40023, "invalid sub button size")
        for below in button["sub_button"]:
            _button(below, 40)
        return
    only(button, {"name", "type", "key"})
    if button["type"] not in {"click", "scancode_waitmsg"} or not 1 <= len(button["key"]) <= 128:
        raise Refused(40019, "invalid button key size")
