"""What the pages tell people to type exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from bot.main import app
from handlers import rooms
from handlers.registry import COMMANDS

ROOT = Path(__file__).parents[1]
PAGES = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
IN_A_SHELL = re.compile(r"(?:^|[`/ (])shaodao ((?:[a-z]+-?)+)", re.MULTILINE)
IN_THE_CHAT = re.compile(r"`/([a-z]+)`")
# Paths of the HTTP side, and words for BotFather.
ELSEWHERE = {"health", "metrics", "telegram", "papers", "newbot", "setprivacy"}

assert rooms.ROOMS  # their commands are registered


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_a_page_names_exists(page: Path) -> None:
    known = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    text = page.read_text("utf-8")
    assert set(IN_A_SHELL.findall(text)) <= known
    assert set(IN_THE_CHAT.findall(text)) - ELSEWHERE <= set(COMMANDS)


def test_commands_are_found_on_the_pages() -> None:
    everywhere = "\n".join(page.read_text("utf-8") for page in PAGES)
    assert {"run", "import", "invite"} <= set(IN_A_SHELL.findall(everywhere))
    assert {"invite", "mydata", "bind"} <= set(IN_THE_CHAT.findall(everywhere))


def test_every_command_stands_on_the_page_about_running() -> None:
    told = set(IN_A_SHELL.findall((ROOT / "docs" / "running.md").read_text("utf-8")))
    assert set(typer.main.get_command(app).commands) == told  # type: ignore[attr-defined]
