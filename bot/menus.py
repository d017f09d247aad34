"""The commands as a messenger's menu: a few names that people tap under the chat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.workbooks.roster_leaves import pen_for
from handlers import rooms
from handlers.registry import COMMANDS
from handlers.words import DEFAULT_LANGUAGE, Text, _

assert rooms.ROOMS  # noqa: S101 - importing them has filled the registry

FIRST = "report"
JOIN = ("tasks", "wishes", "wish", "points", "shop")
MORE = ("progress", "guide", "home", "help")
HUMAN = "/human"


def wechat() -> list[dict[str, Any]]:
    """What WeChat's menu interface takes: reporting with one tap, everything else two.

    It shows three names of 16 bytes, and five of 60 bytes under each.
    """
    return _menu([*_lines(MORE), _line(_("Speak with a person"), HUMAN)])


def wecom() -> list[dict[str, Any]]:
    """The same for WeCom, where names under another have 40 bytes, and codes are scanned here."""
    scan = {"type": "scancode_waitmsg", "name": _pen(_("Scan a code")), "key": "scan"}
    more = [line for line in _lines(MORE) if line["key"] != "/help"]
    return _menu([*more, scan, _line(_("Speak with a person"), HUMAN)])


def nothing_to_choose() -> str:
    """What stands on a card's grey button once there is nothing left to choose."""
    return _pen(_("Nothing to tap here"))


def _menu(more: list[dict[str, str]]) -> list[dict[str, Any]]:
    return [
        _line(COMMANDS[FIRST].menu, f"/{FIRST}"),
        {"name": _pen(_("Join in")), "sub_button": list(_lines(JOIN))},
        {"name": _pen(_("Mine and more")), "sub_button": more},
    ]


def _lines(names: tuple[str, ...]) -> Iterator[dict[str, str]]:
    return (_line(COMMANDS[name].menu, f"/{name}") for name in names)


def _line(label: Text, key: str) -> dict[str, str]:
    return {"type": "click", "name": _pen(label), "key": key}


def _pen(words: Text) -> str:
    return pen_for(DEFAULT_LANGUAGE)(words)
