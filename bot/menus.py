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
    """What the platform's menu interface takes: reporting with one tap, everything else two.

    It shows three names of 16 bytes, and five of 60 bytes under each.
    """
    pen = pen_for(DEFAULT_LANGUAGE)

    def line(label: Text, key: str) -> dict[str, str]:
        return {"type": "click", "name": pen(label), "key": key}

    def lines(names: tuple[str, ...]) -> Iterator[dict[str, str]]:
        return (line(COMMANDS[name].menu, f"/{name}") for name in names)

    more = [*lines(MORE), line(_("Speak with a person"), HUMAN)]
    return [
        line(COMMANDS[FIRST].menu, f"/{FIRST}"),
        {"name": pen(_("Join in")), "sub_button": list(lines(JOIN))},
        {"name": pen(_("Mine and more")), "sub_button": more},
    ]
