"""Every text of Shaodao exists in Chinese, says the same, and in Shaodao's voice."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

from bot import decisions
from bot.triage import Triage
from handlers import conversing, routes
from handlers.words import LANGUAGES

ROOT = Path(__file__).parents[2]
KEYWORDS = parse_keywords(["_", "ngettext:1,2"])
DANGERS = "handlers/dangers.py"

NOT_OUR_WAY = re.compile(
    "(?<![父母])亲(?![自人属友戚生])|工单|操作成功|操作失败|系统异常|请耐心等待|耐心等候|权限不足"
    "|抱歉给您带来不便|欢迎使用|感谢您的|如有疑问|请稍后再试|温馨提示|最后期限|联系时限"
)
NOT_OUR_WAY_IN_ENGLISH = re.compile(
    r"ticket|successful|system error|be patient|inconvenience|dear (?:user|resident)|deadline"
    r"|thank you for your|please note|kindly",
    re.IGNORECASE,
)
FULL_WIDTH = dict(zip(",:;!?()", "\uff0c\uff1a\uff1b\uff01\uff1f\uff08\uff09", strict=True))
# Between two letters or digits it is no punctuation of the sentence: "10:30", "(A)" is.
NARROW = re.compile(r"(?<![0-9A-Za-z])[,:;!?()]|[,:;!?()](?![0-9A-Za-z])")


@cache
def used() -> dict[str, set[str]]:
    """Every English source in the code, plurals as "one|many", and the files it stands in."""
    with (ROOT / "babel.cfg").open() as config:
        methods, options = parse_mapping_cfg(config)  # type: ignore[no-untyped-call]  # Babel's own
    found: dict[str, set[str]] = {}
    for file, _line, ids, _comments, _context in extract_from_dir(
        ROOT, methods, options, keywords=KEYWORDS
    ):
        found.setdefault("|".join(ids) if isinstance(ids, tuple) else ids, set()).add(file)
    return found


@cache
def catalogue() -> Catalog:
    with (ROOT / "handlers" / "locale" / "zh_CN.po").open("rb") as file:
        return read_po(file, locale="zh_CN", abort_invalid=True)


def messages() -> dict[str, Message]:
    return {"|".join(sources(message)): message for message in catalogue() if message.id}


def sources(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def chinese(message: Message) -> str:
    texts = message.string if isinstance(message.string, tuple) else (message.string,)
    assert len(texts) == 1, "Chinese has one form for one and for several"
    return str(texts[0])


def every_message(check: Callable[[Message], None]) -> Callable[[], None]:
    """The check is made of every message in one test, which names all that fail it."""

    def checked() -> None:
        wrong: dict[str, str] = {}
        for source, message in messages().items():
            try:
                check(message)
            except AssertionError as why:
                wrong[source] = f"{chinese(message)} {why}".strip()
        assert wrong == {}

    checked.__name__, checked.__doc__ = check.__name__, check.__doc__
    return checked


# ── the catalogue is complete ────────────────────────────────────────────────


def test_every_text_in_the_code_is_in_the_catalogue() -> None:
    assert sorted(used().keys() - messages().keys()) == []


def test_nothing_in_the_catalogue_has_left_the_code() -> None:
    assert sorted(messages().keys() - used().keys()) == []
    assert not catalogue().obsolete


@every_message
def test_every_text_is_translated(message: Message) -> None:
    assert chinese(message).strip()
    assert not message.fuzzy


@every_message
def test_a_translation_names_the_same_things(message: Message) -> None:
    for source in sources(message):
        assert fields(chinese(message)) == fields(source)


@every_message
def test_a_translation_has_the_same_gaps_at_its_ends(message: Message) -> None:
    said = chinese(message)
    assert said == said.strip()
    assert all(source == source.strip() for source in sources(message))


def fields(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(text) if name}


# ── the code gives what its texts need ───────────────────────────────────────


@dataclass(frozen=True)
class Lookup:
    """One place in the code that asks for a text."""

    where: str
    texts: tuple[ast.expr, ...]
    given: frozenset[str | None]

    @property
    def named(self) -> set[str]:
        literals = [str(text.value) for text in self.texts if isinstance(text, ast.Constant)]
        return set().union(*map(fields, literals))


def lookups() -> Iterator[Lookup]:
    for package in ("handlers", "bot"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    where = f"{path.relative_to(ROOT)}:{node.lineno}"
                    given = frozenset(keyword.arg for keyword in node.keywords)
                    if node.func.id == "_":
                        yield Lookup(where, tuple(node.args[:1]), given)
                    elif node.func.id == "ngettext":
                        yield Lookup(where, tuple(node.args[:2]), given | {"count"})


def test_only_literal_texts_are_looked_up() -> None:
    strangers = [
        lookup.where
        for lookup in lookups()
        if not all(isinstance(text, ast.Constant) for text in lookup.texts)
    ]
    assert strangers == []


def test_every_text_is_given_exactly_the_values_it_names() -> None:
    wrong = [
        f"{lookup.where}: names {lookup.named}, is given {set(lookup.given)}"
        for lookup in lookups()
        if lookup.named != lookup.given and None not in lookup.given  # None: **values
    ]
    assert wrong == []


# ── the voice ────────────────────────────────────────────────────────────────


@every_message
def test_nobody_speaks_like_an_office(message: Message) -> None:
    assert not NOT_OUR_WAY.search(chinese(message))
    assert not any(NOT_OUR_WAY_IN_ENGLISH.search(source) for source in sources(message))


@every_message
def test_only_danger_raises_its_voice(message: Message) -> None:
    if used().get("|".join(sources(message))) != {DANGERS}:
        assert not re.search("[!\uff01]", chinese(message) + "".join(sources(message)))


@every_message
def test_at_most_one_sign(message: Message) -> None:
    signs = re.findall("[\U0001f000-\U0001faff\u2600-\u27bf]", chinese(message))
    assert len(signs) <= 1


@every_message
def test_chinese_has_chinese_punctuation(message: Message) -> None:
    said = re.sub(r"\{\w+\}", "字", chinese(message))
    narrow = NARROW.findall(said)
    assert narrow == [], f"write {''.join(FULL_WIDTH[mark] for mark in narrow)}"
    assert not re.search('["「」『』]|[\uff0c\uff1a\uff1b\uff01\uff1f\uff08\uff09。、] ', said)
    assert said.count("“") == said.count("”")


@every_message
def test_a_resident_is_nin(message: Message) -> None:
    spoken_to_a_child = used().get("|".join(sources(message))) == {"handlers/minors.py"}
    assert spoken_to_a_child or "你" not in chinese(message)


# ── what texts ask people to send is understood ──────────────────────────────

QUOTED = re.compile('[“"]([^“”"{}]+)[”"]')


def whole(message: Message, language: str) -> set[str]:
    """The texts themselves: a word in quotes may be the label of a choice or a column."""
    return {chinese(message)} if language == "zh_CN" else set(sources(message))


def quoted(language: str) -> set[str]:
    texts = (
        [chinese(message) for message in messages().values()]
        if language == "zh_CN"
        else [source for message in messages().values() for source in sources(message)]
    )
    return {word for text in texts for word in QUOTED.findall(text)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_that_people_are_told_to_send_does_something(language: str) -> None:
    triage = Triage(decisions.categories())
    # Buttons of the messenger and of Excel, and days as an answer to a question.
    elsewhere = {"message", "发消息", "Save as", "另存为", "10天", "12月24日"}
    elsewhere |= {"gate of building 3, 9:30", "3号楼门口，9:30", "flood plan", "防汛预案"}
    labels = set().union(*(whole(m, language) for m in messages().values()))
    known = conversing.BACK | conversing.CANCEL | routes.HUMAN | labels

    def is_understood(word: str) -> bool:
        return bool(
            routes._command(word.lower())
            or {word, word.lower()} & known
            or triage.read(word).intent in {"not_fixed", "progress"}
        )

    assert {w for w in quoted(language) - elsewhere if not is_understood(w)} == set()
