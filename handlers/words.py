"""Texts that know no language until someone reads them.

`_("{name} has it.", name="李明")` makes `Words`: the English source and its values.
`render(words, reader)` looks the source up in the reader's catalogue
(`locale/<language>.po`, read with Babel when the process starts: no compiled files to go
stale) and fills in the values, which may be words or times themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

from babel.messages.pofile import read_po

from handlers.quoting import quoted

LANGUAGES = ("zh_CN", "en")
DEFAULT_LANGUAGE = "zh_CN"
LIST = "list"  # a separator that depends on the language


@dataclass(frozen=True, slots=True)
class Reader:
    """Who will read: language, and the clock and zone that make "today" mean something.

    `start_link` is the address that opens the bot on their messenger, "{}" for the payload.
    `in_chat`: messengers make links of what looks like one, so of what people have said nothing
    does (`handlers/quoting.py`).
    """

    language: str
    now: datetime
    zone: ZoneInfo
    start_link: str = ""
    in_chat: bool = False


Value: TypeAlias = "str | int | Words | Name | When | Joined | Link | Ours"
Text: TypeAlias = "str | Words | Name | Joined | Link | Ours"


@dataclass(frozen=True, slots=True)
class Words:
    """An English source text with named values."""

    source: str
    values: Mapping[str, Value]
    plural: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Name:
    """A name that comes with the data in both languages, like a category's."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Several texts with a separator; empty ones leave no gap."""

    parts: tuple[Value, ...]
    separator: str


@dataclass(frozen=True, slots=True)
class When:
    """A moment as people say it: "今天下午5点", "明天上午10点半", "11月25日". UTC in."""

    at: datetime
    date_only: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """What opens the bot with this payload: an address, or the payload itself to be typed."""

    payload: str


@dataclass(frozen=True, slots=True)
class Ours:
    """A text that comes with the data and is the district's own: its addresses may be followed."""

    text: str


def _(source: str, **values: Value) -> Words:
    """A text to translate. The literal is the catalogue's key."""
    return Words(source, values)


def ngettext(one: str, many: str, count: int, **values: Value) -> Words:
    """A text that differs between one and several; `{count}` is filled in."""
    return Words(one, {"count": count, **values}, plural=many, count=count)


def lines(*parts: Value) -> Joined:
    """The parts under each other; empty ones are left out."""
    return Joined(parts, "\n")


def paragraphs(*parts: Value) -> Joined:
    """The parts with an empty line between; empty ones are left out."""
    return Joined(parts, "\n\n")


def line(*parts: Value, separator: str = " · ") -> Joined:
    """The parts beside each other; empty ones are left out."""
    return Joined(parts, separator)


def listed(*parts: Value) -> Joined:
    """The parts as a list inside a sentence: "甲、乙" or "one, two"."""
    return Joined(parts, LIST)


def render(value: Value, reader: Reader) -> str:
    """The text in the reader's language. A source without a translation stays English."""
    if isinstance(value, str):
        return quoted(value) if reader.in_chat else value
    if isinstance(value, Words):
        source = value.source if value.count == 1 or not value.plural else value.plural
        found = _catalogue(reader.language).get(source, source)
        if not value.values:
            return found
        return found.format_map({k: render(v, reader) for k, v in value.values.items()})
    if isinstance(value, Joined):
        rendered = (render(part, reader) for part in value.parts)
        separator = value.separator
        if separator == LIST:
            separator = "、" if reader.language == "zh_CN" else ", "
        return separator.join(part for part in rendered if part)
    if isinstance(value, Name):
        return value.zh if reader.language == "zh_CN" else value.en
    if isinstance(value, When):
        return _moment(value, reader)
    if isinstance(value, Ours):
        return value.text
    if isinstance(value, Link):
        return (reader.start_link or "{}").format(value.payload)
    return str(value)


def in_every_language(source: str) -> frozenset[str]:
    """What people may type for this text, in any language, lower case."""
    return frozenset(_catalogue(lang).get(source, source).lower() for lang in LANGUAGES)


@cache
def _catalogue(language: str) -> dict[str, str]:
    path = Path(__file__).parent / "locale" / f"{language}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    found: dict[str, str] = {}
    for message in catalogue:
        sources = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
        texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        for i, source in enumerate(sources):
            text = texts[min(i, len(texts) - 1)]
            if source and text:
                found[str(source)] = str(text)
    return found


def _moment(when: When, reader: Reader) -> str:
    at = when.at.astimezone(reader.zone)
    today = reader.now.astimezone(reader.zone).date()
    if reader.language == "zh_CN":
        return _day_zh(at.date(), today) + ("" if when.date_only else _hour_zh(at))
    if when.date_only:
        return _day_en(at.date(), today)
    return f"{_hour_en(at)} {_day_en(at.date(), today, 'on ')}"


def _day_zh(day: date, today: date) -> str:
    names = {-1: "昨天", 0: "今天", 1: "明天"}
    return names.get((day - today) // timedelta(days=1)) or f"{day.month}月{day.day}日"


def _hour_zh(at: datetime) -> str:
    parts = ((6, "凌晨"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
    part = next(name for until, name in parts if at.hour < until)
    hour = at.hour if at.hour <= 12 else at.hour - 12
    minute = {0: "", 30: "半"}.get(at.minute, f"{at.minute:02d}分")
    return f"{part}{hour}点{minute}"


def _day_en(day: date, today: date, before_date: str = "") -> str:
    names = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    return names.get((day - today) // timedelta(days=1)) or f"{before_date}{day.day} {day:%B}"


def _hour_en(at: datetime) -> str:
    if (at.hour, at.minute) == (12, 0):
        return "12 noon"
    hour = at.hour % 12 or 12
    minute = f":{at.minute:02d}" if at.minute else ""
    return f"{hour}{minute} {'am' if at.hour < 12 else 'pm'}"
