"""Telegram updates of many residents, each reporting a broken lamp.

A report is six updates (`STEPS`): the command, three answers of which one is a press, a
photo that is skipped, and a press that confirms. `step` makes one update as the Bot API
would send it; `walk` makes those of many people in the order in which they arrive.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

STEPS = ("start", "what", "place", "category", "photo", "confirm")
PRESSES = frozenset({"category", "confirm"})
TOGETHER = 32
"""How many people walk the steps together; also the largest batch."""

Token: TypeAlias = Callable[[int, int], str]
"""The callback data which the contender put on the button that (person, step) presses."""

BOT = 8_000_000_001
"""The bot's Telegram id."""

_BOT = {"id": BOT, "is_bot": True, "first_name": "哨到", "username": "benchmark_bot"}
_FIRST_ID = 7_000_000_000  # beyond 32 bits, as Telegram's ids are
_NOON = 1_795_406_400


def account(person: int) -> int:
    """The person's Telegram id, which is the id of the private chat too."""
    return _FIRST_ID + person


def what(person: int) -> str:
    """What this person says is wrong: no two of those who walk together say the same."""
    side, whose = "东西南北"[person % 4], ("老人", "孩子", "我们")[person % 3]
    days = person % 31 + 2
    return f"{person % 90 + 1}号楼{side}头的路灯不亮, 已经{days}天了, {whose}晚上看不见路"


def place(person: int) -> str:
    """Where this person says it is."""
    return f"{person % 90 + 1}号楼{person % 6 + 1}单元门口"


def update_id(person: int, k: int) -> int:
    """Rises by one with each update of a walk, as Telegram's do."""
    group, seat = divmod(person, TOGETHER)
    return (group * len(STEPS) + k) * TOGETHER + seat + 1


def step(person: int, k: int, token: str = "") -> bytes:
    """The person's update number `k` (see `STEPS`); `token` is what a press carries."""
    body: dict[str, Any]
    if STEPS[k] in PRESSES:
        body = {"callback_query": _press(person, k, token)}
    else:
        body = {"message": _message(person, k)}
    return json.dumps({"update_id": update_id(person, k), **body}, ensure_ascii=False).encode()


def walk(people: int, token: Token) -> list[bytes]:
    """All updates of `people`, who come `TOGETHER` at a time and answer in turn.

    Any `TOGETHER` updates in a row, counted from the first, are of different people;
    `people` that do not fill the last group walk it alone.
    """
    return [
        step(person, k, token(person, k) if STEPS[k] in PRESSES else "")
        for first in range(0, people, TOGETHER)
        for k in range(len(STEPS))
        for person in range(first, min(first + TOGETHER, people))
    ]


def _message(person: int, k: int) -> dict[str, Any]:
    text = {"start": "/report", "what": what(person), "place": place(person), "photo": "跳过"}
    message = {
        "message_id": update_id(person, k) * 2,
        "from": _sender(person),
        "chat": _chat(person),
        "date": _NOON + k * 10,
        "text": text[STEPS[k]],
    }
    if STEPS[k] == "start":
        message["entities"] = [{"offset": 0, "length": 7, "type": "bot_command"}]
    return message


def _press(person: int, k: int, token: str) -> dict[str, Any]:
    labels = ("是这个", "不是", "返回", "取消")
    rows = [[{"text": label, "callback_data": f"other:{label}"}] for label in labels]
    rows[0][0]["callback_data"] = token
    return {
        "id": str(4_000_000_000_000_000_000 + update_id(person, k)),
        "from": _sender(person),
        "message": {
            "message_id": update_id(person, k) * 2 - 1,
            "from": _BOT,
            "chat": _chat(person),
            "date": _NOON + k * 10 - 5,
            "text": "请选一个",
            "reply_markup": {"inline_keyboard": rows},
        },
        "chat_instance": str(_FIRST_ID * 3 + person),
        "data": token,
    }


def _sender(person: int) -> dict[str, Any]:
    return {
        "id": account(person),
        "is_bot": False,
        "first_name": f"居民{person}",
        "language_code": "zh-hans",
    }


def _chat(person: int) -> dict[str, Any]:
    return {"id": account(person), "first_name": f"居民{person}", "type": "private"}
