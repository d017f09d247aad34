"""What a question accepts, and how a message becomes an answer to it.

An answer is an `Entry`: a kind, a JSON value, and the keys it depends on. A message is
parsed against the question as it was stored when it was asked, so neither a release nor a
list that changed meanwhile can shift its meaning.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any, TypedDict

from governance.geo import to_wgs84
from handlers.message import (
    Body,
    Chose,
    Media,
    Reading,
    Said,
    SentDocument,
    SentLocation,
    SentPhoto,
    SentVoice,
)
from handlers.words import Text as AnyText
from handlers.words import _, ngettext

MAX_FILE = 20_000_000  # bytes; what Telegram lets a bot fetch
YES = frozenset({"是", "对", "好", "好的", "行", "嗯", "确认", "提交", "没错", "yes", "y", "ok"})
NO = frozenset({"不", "不是", "不对", "没有", "否", "no", "n"})


class Entry(TypedDict, total=False):
    """One recorded answer: `k` its kind, `v` its value, `d` the keys it depends on."""

    k: str
    v: Any
    d: list[str]
    c: list[str]  # what triage read in a text: category codes
    m: list[list[str]]  # and the matters in it if there are several: words and category
    t: str  # the words under a photo
    digest: str


class Question(TypedDict):
    """A question as it was asked: enough to ask it again and to understand the answer."""

    key: str
    text: str
    options: list[list[str]]  # [code, label]
    kinds: list[list[Any]]  # ["text", least, most], ["photo"], ...
    deps: list[str]
    digest: str
    path: list[str]  # keys answered before it, in order, for "back"
    gathers: list[str]  # kinds of media taken at any time while it waits


@dataclass(frozen=True, slots=True)
class Kind:
    """Something a question accepts besides its options."""

    name: str
    limits: tuple[int, ...] = ()


def Text(least: int = 1, most: int = 1000) -> Kind:  # noqa: N802 - reads as a type in a question
    """So many characters of text."""
    return Kind("text", (least, most))


PHOTO = Kind("photo")
VOICE = Kind("voice")
LOCATION = Kind("location")
DOCUMENT = Kind("document")


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers a question offers. `code` is what is recorded."""

    code: str
    label: AnyText


@dataclass(frozen=True, slots=True)
class Rejected:
    """The message is no answer to this question; `why` helps."""

    why: AnyText


def token(seq: int, code: str) -> str:
    """What a press on an option of question `seq` carries."""
    return f"q:{seq}:{code}"


def parse(question: Question, body: Body, reading: Reading | None) -> Entry | Rejected:
    """The answer that a message gives to a question."""
    if isinstance(body, Chose):
        code = body.token.split(":", 2)[2]
        known = {option[0] for option in question["options"]}
        return Entry(k="option", v=code) if code in known else Rejected(_("Please choose again."))
    kinds = {kind[0]: kind[1:] for kind in question["kinds"]}
    if isinstance(body, Said):
        return _text(question, kinds, body.text, reading)
    if isinstance(body, SentPhoto) and "photo" in kinds:
        return _with_words(photo(body), tidy(body.caption), reading)
    if isinstance(body, SentVoice) and "voice" in kinds:
        return voice(body)
    if isinstance(body, SentLocation) and "location" in kinds:
        return _location(body)
    if isinstance(body, SentVoice) and "text" in kinds:
        return Rejected(
            _("Here I need words. If typing is hard, reply “human” and a person listens to you.")
        )
    return Rejected(_("That does not answer the question yet."))


def as_read(text: str, reading: Reading | None) -> Entry:
    """A text with what was understood of it."""
    entry = Entry(k="text", v=text, c=list(reading.categories) if reading else [])
    if reading is not None and reading.demands:
        entry["m"] = [[matter.text, matter.categories[0]] for matter in reading.demands]
    return entry


def photo(body: SentPhoto) -> Entry | Rejected:
    refused = _too_large(body.media)
    return refused or Entry(k="photo", v=body.media.ref)


def _with_words(entry: Entry | Rejected, words: str, reading: Reading | None) -> Entry | Rejected:
    if isinstance(entry, Rejected) or not words:
        return entry
    return {**entry, "t": words[:1000], "c": list(reading.categories) if reading else []}


def voice(body: SentVoice) -> Entry | Rejected:
    refused = _too_large(body.media)
    return refused or Entry(k="voice", v=[body.media.ref, body.transcript])


def document(body: SentDocument) -> Entry | Rejected:
    refused = _too_large(body.media)
    return refused or Entry(k="document", v=[body.media.ref, body.name])


def _too_large(media: Media) -> Rejected | None:
    if media.size is None or media.size <= MAX_FILE:
        return None
    return Rejected(
        _(
            "This file is too large ({size} MB); up to {most} MB can be taken. A smaller photo is enough.",
            size=media.size // 1_000_000,
            most=MAX_FILE // 1_000_000,
        )
    )


def _text(
    question: Question, kinds: dict[str, list[Any]], text: str, reading: Reading | None
) -> Entry | Rejected:
    clean = tidy(text)
    plain = _plain(clean)
    for code, label in question["options"]:
        if plain and plain in {_plain(label), _plain(code)}:
            return Entry(k="option", v=code)
    codes = {option[0] for option in question["options"]}
    for code, words in (("yes", YES), ("no", NO)):
        if code in codes and plain in words:
            return Entry(k="option", v=code)
    if "text" not in kinds:
        return Rejected(_("Please tap one of these."))
    least, most = kinds["text"]
    if len(clean) < least:
        return Rejected(_("Please say a little more."))
    if len(clean) > most:
        return Rejected(
            ngettext(
                "That is longer than {count} character; please send the main point.",
                "That is longer than {count} characters; please send the main point.",
                most,
            )
        )
    return as_read(clean, reading)


def _location(body: SentLocation) -> Entry | Rejected:
    """A real place, in WGS-84 whatever the messenger uses."""
    if abs(body.latitude) < 0.01 and abs(body.longitude) < 0.01:
        return Rejected(_("Your phone did not send a real place. Please type where it is."))
    if not (-90 <= body.latitude <= 90 and -180 <= body.longitude <= 180):
        return Rejected(_("Your phone did not send a real place. Please type where it is."))
    here = (body.latitude, body.longitude)
    return Entry(k="location", v=list(to_wgs84(*here) if body.datum == "gcj02" else here))


def tidy(text: str) -> str:
    """The text without control characters and outer space, as it may be kept and shown."""
    kept = (c for c in text if c == "\n" or unicodedata.category(c)[0] != "C")
    return "".join(kept).strip()


def _plain(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())
