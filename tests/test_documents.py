"""What the pages tell people to type exists, and so does what they say the bot shows."""

from __future__ import annotations

import re
import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import typer
from babel.messages.pofile import read_po
from typer.testing import CliRunner

from bot import decisions
from bot.main import app
from governance import shift_times
from handlers import rooms
from handlers.registry import COMMANDS, said_so

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


def test_the_command_says_which_release_it_is() -> None:
    release = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert CliRunner().invoke(app, ["--version"]).output == f"shaodao {release}\n"


TESTS = re.compile(r"`(tests/[a-z_/]+\.py)::(test_\w+)`")


def test_every_test_a_page_leans_on_exists() -> None:
    named = {found for page in PAGES for found in TESTS.findall(page.read_text("utf-8"))}
    missing = [
        name
        for file, name in sorted(named)
        if not (ROOT / file).is_file() or f"def {name}(" not in (ROOT / file).read_text("utf-8")
    ]
    assert len(named) > 30
    assert missing == []


# ── what is quoted ───────────────────────────────────────────────────────────

FOR_OFFICERS = ("volunteering.md", "volunteering.zh-CN.md", "lists.md", "whistle.md", "guide.md")
"""Pages on which whatever stands in quotation marks can be sent, tapped or read in the chat.
Bold words count too, unless they are the first sentence of a paragraph."""
QUOTED = re.compile(r"“([^”]+)”|「([^」]+)」|\*\*([^*]+)\*\*")
SAID_FOR = re.compile(r"“([^”]+)”[ ,(（]{0,3}`/([a-z]+)`")
NOW = datetime(2026, 11, 23, 9, 14, tzinfo=ZoneInfo("Asia/Shanghai"))


@cache
def texts() -> frozenset[str]:
    """Every text of the bot in each of its languages."""
    with (ROOT / "handlers" / "locale" / "zh_CN.po").open("rb") as file:
        catalogue = read_po(file, locale="zh_CN")
    found = (form for message in catalogue for form in (message.id, message.string))
    return frozenset(
        text
        for form in found
        for text in ((form,) if isinstance(form, str) else form or ())
        if text
    )


def can_be_said(words: str) -> bool:
    """Whether the bot answers to these words, as a command or where it asks for a time."""
    known = any(words.lower() in command.also for command in COMMANDS.values())
    time = shift_times.parse(words, NOW) or shift_times.parse_term(words, NOW.date())
    return known or said_so(words) is not None or time is not None


@pytest.mark.parametrize("name", FOR_OFFICERS)
def test_what_a_page_quotes_is_sent_tapped_or_read_in_the_chat(name: str) -> None:
    page = (ROOT / "docs" / name).read_text("utf-8")
    found = QUOTED.findall(page)
    quoted = ["".join(words) for words in found if not words[2].endswith((".", "?", "。", "？"))]
    assert len(quoted) >= 8
    assert [words for words in quoted if words not in texts() and not can_be_said(words)] == []


@pytest.mark.parametrize("name", FOR_OFFICERS)
def test_words_beside_a_command_are_said_instead_of_it(name: str) -> None:
    pairs = SAID_FOR.findall((ROOT / "docs" / name).read_text("utf-8"))
    assert [(words, of) for words, of in pairs if words.lower() not in COMMANDS[of].also] == []


def test_every_kind_of_whistle_stands_on_the_page_about_whistles() -> None:
    page = (ROOT / "docs" / "whistle.md").read_text("utf-8")
    kinds = decisions.whistle_kinds()
    assert [
        kind for kind in kinds.values() if f"| {kind.name_zh} {kind.name_en} |" not in page
    ] == []
