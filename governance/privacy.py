"""What may be known of a person, by whom, with whose consent, and for how long.

Reporting needs no consent, only the notice. Each purpose beyond it is asked for by itself,
is off until somebody says yes, and can be taken back without losing anything else. There is
no purpose that follows people about: what was never asked for is never kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from governance.org import PostKind


class Purpose(StrEnum):
    """Something optional that a person may agree to."""

    PHONE = "phone"  # 留电话，办事的人打回去
    NEWS = "news"  # 社区通知
    PHOTO = "photo"  # 照片用于宣传
    RANKING = "ranking"  # 上积分排行榜


class What(StrEnum):
    """What was seen of somebody, or asked for and refused."""

    PHONE = "phone"  # a telephone number in full
    ADDRESS = "address"  # a door behind a building
    NAME = "name"  # who lives or works somewhere, from the roster
    WORDS = "words"  # the words of a private report, opened by somebody besides its holder
    ROSTER = "roster"  # the whole roster was taken out
    REFUSED = "refused"  # asked about somebody else, and told nothing


@dataclass(eq=False)
class Consent:
    """A person's yes to a purpose; taken back from `withdrawn_at` on."""

    person_id: int
    purpose: Purpose
    given_at: datetime
    withdrawn_at: datetime | None = None

    @property
    def holds(self) -> bool:
        return self.withdrawn_at is None


@dataclass(eq=False)
class Audit:
    """Somebody looked at what belongs to somebody else.

    `viewer_id` is None for the operator at the console, `about_id` for everybody at once or
    where nobody was named. `post` is as what they looked, None for a resident. `context` says
    on what occasion (a case's number, never a name). `words` are what was asked, encrypted
    and kept no longer than other words.
    """

    at: datetime
    viewer_id: int | None
    about_id: int | None
    what: What
    context: str = ""
    post: PostKind | None = None
    words: str = ""
    id: int = field(init=False)


# ── telephone numbers ────────────────────────────────────────────────────────

_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(0\d{2,3})(\d{7,8})")


def phone_in(text: str) -> str | None:
    """The one telephone number somebody wrote, as it is kept; None if it is none.

    Mainland mobile numbers, and landlines with their area code ("0421-0000101").
    """
    digits = re.sub(r"[\s().（）-]", "", text.translate(_WIDE))
    digits = re.sub(r"^(?:\+|00)86", "", digits)
    if _MOBILE.fullmatch(digits):
        return digits
    landline = _LANDLINE.fullmatch(digits)
    return f"{landline[1]}-{landline[2]}" if landline else None


_WIDE = str.maketrans("０１２３４５６７８９＋－", "0123456789+-")


def mask_phone(phone: str) -> str:
    """Enough for its owner to know it again, too little for anybody to call: "138****0000"."""
    if len(phone) < 8:
        return "*" * len(phone)
    hidden = "".join("*" if c.isdigit() else c for c in phone[3:-4])
    return phone[:3] + hidden + phone[-4:]


# ── children ─────────────────────────────────────────────────────────────────

ADULT = 14  # years; under it a guardian decides (PIPL Art. 31)
_ONES = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}
_YEARS = r"(?P<years>\d{1,2}|[一二两三四五六七八九]?十?[一二三四五六七八九]?)"
_AGE = re.compile(
    rf"(?:^|[，,。！!；;\s])(?:叔叔|阿姨|你好|您好|老师)*[，,\s]*(?:我|本人)(?:今年|现在|才|只有|刚满?|还?不?到|是个?)*{_YEARS}(?:周)?岁"
    r"(?!那|时|的时候|起|就|以后|之前|开始)"
    r"|\bi(?:['’ ]?a?m)\s+(?:only\s+)?(?P<aged>\d{1,2})(?:\s+years?\s+old|\s*[.,!]|\s*$)",
    re.IGNORECASE,
)
_CHILD = re.compile(
    r"(?:^|[，,。！!；;\s])我(?:是|还是|就是)(?:一?[个名])?(?:小学生|小孩子?|小朋友)(?!的?(?:家长|妈|爸|爷|奶|老师|家))"
    r"|(?:^|[，,。！!；;\s])我(?:在|上|读)(?:幼儿园|小学|[一二三四五六]年级)"
    r"(?!门|旁|边|对|附|那|后|前|里|工作|上班|教|当|接|等)"
    r"|\bi(?:['’ ]?a?m)\s+(?:only\s+)?(?:a\s+)?(?:child|kid|primary school pupil)\b",
    re.IGNORECASE,
)


def says_under_14(text: str) -> bool:
    """Whether the writer says of themselves that they are a child."""
    if _CHILD.search(text):
        return True
    found = _AGE.search(text)
    if found is None:
        return False
    years = _number(found["years"] or found["aged"] or "")
    return years is not None and 0 < years < ADULT


def _number(said: str) -> int | None:
    """ "12", "十二" and "七" as numbers; "" is none."""
    if said.isascii():
        return int(said) if said else None
    tens, ten, ones = said.partition("十")
    if not ten:
        return _ONES.get(said)
    return (_ONES.get(tens, 0) if tens else 1) * 10 + (_ONES.get(ones, 0) if ones else 0)
