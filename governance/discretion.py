"""What a text that neighbours will read must not say: numbers, doors, a child's age or school.

Among three hundred households a text is rarely anonymous. What can be covered is covered; what
cannot be covered without losing its sense is found, and its writer is asked to leave it out.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from governance.groups import NUMBERS

COVER = "***"


@dataclass(frozen=True, slots=True)
class Covered:
    """A text as others may read it; `changed` where something had to be covered."""

    text: str
    changed: bool


# Cards, landlines and whatever else is long enough to be somebody's, also with gaps in it.
_LONG_NUMBER = re.compile(r"\d(?:[ .·_-]?\d){10,}[Xx]?|\d{7,}[Xx]?")
_SAID_IN_CHINESE = re.compile(r"[零〇一二三四五六七八九幺](?:[ -]?[零〇一二三四五六七八九幺]){6,}")
_MESSENGER = re.compile(
    r"(?:微信|薇信|\bwx|\bvx|v信|wechat|\bqq)(?:号码?|id)?[:是为 ]{0,3}[a-z0-9_-]{5,20}",
    re.IGNORECASE,
)
_DOOR = re.compile(r"\d{1,3}单元 ?\d{2,4}(?:室|号|房)?|(?<!\d)\d{3,4}(?:室|房)")
_COVERED = (*NUMBERS, _LONG_NUMBER, _SAID_IN_CHINESE, _MESSENGER, _DOOR)


def cover(text: str) -> Covered:
    """The text without telephone, identity, card and messenger numbers, and without doors."""
    plain = _narrow(text)
    hidden = [False] * len(text)
    for pattern in _COVERED:
        for found in pattern.finditer(plain):
            hidden[found.start() : found.end()] = [True] * len(found[0])
    said = "".join("\0" if gone else char for char, gone in zip(text, hidden, strict=True))
    covered = re.sub("\0+", COVER, said)
    return Covered(covered, covered != text)


def _narrow(text: str) -> str:
    """Full-width digits and letters made narrow, one character for each."""
    wide = (unicodedata.normalize("NFKC", char) for char in text)
    return "".join(new if len(new) == 1 else old for new, old in zip(wide, text, strict=True))


# ── children ─────────────────────────────────────────────────────────────────

_CHILD = (
    r"(?:孩子?|儿子|女儿|闺女|孙子|孙女|外孙女?|小孩儿?|娃娃?|宝宝|弟弟|妹妹|学生|男孩|女孩|丫头|小子"
    r"|\b(?:child(?:ren)?|kid|son|daughter|grandson|granddaughter|boy|girl|pupil)s?\b)"
)
_AGE = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})个?(?:岁|周岁|月大)|\b\d{1,2} ?(?:years?|yrs?)[ -]old"
_SCHOOL = (
    r"小学|中学|初中|高中|幼儿园|托儿所|学校|[一二三四五六七八九1-9]年级|[初高][一二三]|[大中小]班"
    r"|\b(?:primary|middle|high|elementary) school\b|\bkindergarten\b|\b(?:grade|class) \d"
)
_OF_A_CHILD = re.compile(
    rf"{_CHILD}[^。！？!?\n]{{0,30}}?(?:{_AGE}|{_SCHOOL})|(?:{_AGE}|{_SCHOOL})[^。！？!?\n]{{0,12}}?{_CHILD}"
    r"|(?:上|读|念|就读于?)[^，。！？,!?\n]{0,8}?(?:小学|中学|初中|高中|幼儿园|[一二三四五六]年级)",
    re.IGNORECASE,
)


def names_a_child(text: str) -> bool:
    """Whether it says how old a child is, or which school or class it goes to."""
    return _OF_A_CHILD.search(_narrow(text)) is not None


# ── what a wish is not ───────────────────────────────────────────────────────

_NOT_ABOUT_CASH = re.compile(
    r"不(?:是)?(?:要|用|求|收|图|想要)(?:你们|大家|别人|任何)?的?(?:现金|钱|红包|捐款)"
    r"|钱包|存钱罐|花钱|省钱|挣钱|赚钱|值钱|零钱|no (?:cash|money)|not (?:cash|money)",
    re.IGNORECASE,
)
_CASH = re.compile(
    r"现金|红包|转账|打款|汇款|捐款|募捐|众筹|水滴筹|贷款|还债|欠债"
    r"|借(?:我|给我|俺)?(?:点儿?|些|\d+|[一二三四五六七八九十百千万几两]+)?(?:元|块|万)?钱"
    r"|(?:给|要|缺|差|求|捐|凑|筹|借|帮|送|资助)(?:我|俺|我们|家里|他|她)?(?:出|交|付|垫)?(?:点儿?|些|笔|一笔|几个)?(?:钱|款)"
    r"|(?:给|要|缺|差|求|捐|凑|筹|借|帮|资助|补贴)[^，。！？,!?]{0,6}?(?:\d+|[一二三四五六七八九十百千万几两]+)(?:元|块|万)(?!左右|以内|以下|上下|的)"
    r"|(?:给|要|缺|差|求|捐|凑|筹|借|帮|出|交|付|垫|资助)[^，。！？,!?]{0,6}?(?:生活费|医药费|医疗费|手术费|学费|房租|租金)"
    r"|\bcash\b|\blend me\b|\bloan\b|\bsome money\b|\bneed money\b|\bpay (?:my|our|the) (?:rent|bill|fee)",
    re.IGNORECASE,
)
_BROKEN = re.compile(
    r"坏了|坏掉|漏水|漏雨|漏电|漏气|堵了|堵住|不亮|不热|不通|停水|停电|塌|积水|冒水|没人清|没人管|太吵|扰民|裂了|松动|倒了"
    r"|\b(?:broken|leaks?|leaking|blocked|flooded|no (?:water|power|heating))\b",
    re.IGNORECASE,
)


def asks_for_cash(text: str) -> bool:
    """Whether money is wished for; things and help may have a price."""
    return _CASH.search(_NOT_ABOUT_CASH.sub("…", _narrow(text))) is not None


def tells_of_a_problem(text: str) -> bool:
    """Whether something is told to be out of order, so that somebody should come for it."""
    return _BROKEN.search(_narrow(text)) is not None
