"""The report as the peers and the floor hold it: the same questions, buttons and rows.

Ours asks its own questions; these are as long and carry as many buttons.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.updates import STEPS

CATEGORIES = {"lamp": "路灯", "lift": "电梯", "noise": "噪音", "other": "都不是"}
SURE = {"yes": "确认", "no": "取消"}
SKIP = "跳过"
QUESTIONS = {
    "what": "哪里出了问题? 请说一句话, 也可以发语音或照片。",
    "place": "在什么地方? 说不清就发语音或位置。",
    "category": "是哪一类?",
    "photo": "有照片吗? 没有就发「跳过」。",
    "confirm": "{what}\n{place}\n对吗?",
}
RECEIPT = "收到了, {what}。已转给网格员, 明天上午10点前联系您。想问进度, 发「进度」。"
DONE = ""
"""The state of a conversation in which no question is open."""

_BUTTONS = {
    "category": [[{"text": v, "callback_data": f"category:{k}"}] for k, v in CATEGORIES.items()],
    "confirm": [[{"text": v, "callback_data": f"confirm:{k}"}] for k, v in SURE.items()],
}
_PRESSED = {"category": "category:lamp", "confirm": "confirm:yes"}


def token(person: int, k: int) -> str:
    """What the resident presses: the first button of the question, whoever it is."""
    del person
    return _PRESSED[STEPS[k]]


def question(key: str, answers: Mapping[str, str]) -> tuple[str, list[Any] | None]:
    """The text of a question and its buttons, ready for the outbox."""
    return QUESTIONS[key].format_map(answers), _BUTTONS.get(key)


def receipt(answers: Mapping[str, str]) -> tuple[str, None]:
    """The last message: who has it now, and by when."""
    return RECEIPT.format_map(answers), None
