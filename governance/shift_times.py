"""Times of a task as people type them: 周六上午9点到11点, 11月28日 9:00-11:00, 每周六 9点到11点.

What was understood is read back before anything is published, so where words leave it open
(2点 without a part of the day) the likely reading is taken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from governance.tasks import Weekly

LONGEST_AHEAD = timedelta(days=180)
LONGEST_SHIFT = timedelta(hours=12)
LONGEST_TERM = timedelta(days=732)
MOST_SHIFTS = 14


@dataclass(frozen=True, slots=True)
class Times:
    """Local starts and ends, earliest first, or a weekly pattern; never both."""

    once: tuple[tuple[datetime, datetime], ...] = ()
    weekly: tuple[Weekly, ...] = ()


_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九十")} | {"两": 2, "〇": 0}
_NUMBER = re.compile(r"[零〇一二两三四五六七八九十]{1,3}(?=[点时刻月日号])")
_WEEKDAY = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6}
_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_RELATIVE = {"今天": 0, "明天": 1, "后天": 2, "大后天": 3, "today": 0, "tomorrow": 1}
_ENGLISH_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?"
_ENGLISH_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]*"
_DAY = (
    r"(?:每个?(?:周|星期|礼拜)[一二三四五六日天]|每天|"
    r"(?:下下|下个?|这个?|本)?(?:周|星期|礼拜)[一二三四五六日天]|大后天|[今明后]天|"
    r"(?:\d{4}[-年/])?\d{1,2}[-月/]\d{1,2}[日号]?|\d{1,2}[日号]|"
    rf"every{_ENGLISH_DAY}|next{_ENGLISH_DAY}|{_ENGLISH_DAY}|today|tomorrow|"
    rf"\d{{1,2}}(?:th|st|nd|rd)?{_ENGLISH_MONTH}|{_ENGLISH_MONTH}\d{{1,2}}(?:th|st|nd|rd)?)"
)
_PART = r"(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚)"
_CLOCK = rf"(?:{_PART})?\d{{1,2}}(?::\d{{2}}|[点时](?:半|[一三13]刻|\d{{1,2}}分?)?)?(?:am|pm)?"
_TO = r"(?:-|–|—|~|到|至|to|until)"
_ENTRY = re.compile(
    rf"(?P<days>{_DAY}(?:(?:[、,和与及]|and)(?:{_DAY}|[一二三四五六日天]))*)"
    rf"(?:的|在|,|at|from)?(?P<start>{_CLOCK}){_TO}(?P<end>{_CLOCK})"
)
_ONE_DAY = re.compile(rf"{_DAY}|(?<=[、,和与及])[一二三四五六日天]")
_ONE_CLOCK = re.compile(
    rf"(?P<part>{_PART})?(?P<hour>\d{{1,2}})"
    r"(?::(?P<minute>\d{2})|(?P<mark>[点时])(?P<rest>半|[一三13]刻|\d{1,2}分?)?)?(?P<half>am|pm)?"
)
_DATE = re.compile(r"(?:(\d{4})[-年/])?(\d{1,2})[-月/](\d{1,2})[日号]?")
_MOMENT = re.compile(rf"(?P<day>{_DAY})?(?:的|在|,|at)?(?P<clock>{_CLOCK})")
_BETWEEN = re.compile(r"[;。、,和与及]|and|以")
_TERM = re.compile(rf"(?:从|from)?(?P<first>{_DAY}){_TO}(?P<next>明年)?(?P<last>{_DAY})")
_LATE = frozenset({"下午", "傍晚", "晚上", "晚"})


def parse(words: str, now: datetime) -> Times | None:
    """What the words say, seen from `now` (local); None where they say no usable time."""
    said = _plain(words)
    found = Times()
    at = 0
    for entry in _ENTRY.finditer(said):
        if _BETWEEN.sub("", said[at : entry.start()]):
            return None
        at = entry.end()
        more = _entry(entry, now)
        if more is None:
            return None
        found = Times(found.once + more.once, found.weekly + more.weekly)
    if _BETWEEN.sub("", said[at:]) or not _is_usable(found, now):
        return None
    return Times(tuple(sorted(set(found.once))), tuple(dict.fromkeys(found.weekly)))


def parse_term(words: str, today: date) -> tuple[date, date] | None:
    """The first and the last day of a term, "12月1日到2月28日"."""
    match = _TERM.fullmatch(_plain(words))
    if match is None:
        return None
    first = next(iter(_dates(match["first"], today)), None)
    last = next(iter(_dates(match["last"], first)), None) if first else None
    if first is None or last is None:
        return None
    if match["next"] and last.year == today.year:
        last = _with_year(last, today.year + 1)
    usable = last is not None and today <= first < last <= first + LONGEST_TERM
    return (first, last) if usable and last else None


def parse_moment(words: str, now: datetime) -> datetime | None:
    """The moment that the words say, "明天上午9点", the next one that is still to come; None where
    they say none."""
    said = re.sub(r"^([今明])([早晚])上?", r"\1天\2上", _plain(words))
    match = _MOMENT.fullmatch(said)
    clock = _ONE_CLOCK.fullmatch(match["clock"]) if match else None
    minutes = _minutes(clock, "") if clock else 24 * 60
    if match is None or minutes >= 24 * 60 or (match["day"] or "").startswith(("每", "every")):
        return None
    at = time(*divmod(minutes, 60))
    day = _first(match["day"], at, now) if match["day"] else now.date()
    if day is not None and not match["day"] and _at(day, at, now) <= now:
        day += timedelta(days=1)
    found = _at(day, at, now) if day else None
    return found if found and now < found <= now + LONGEST_AHEAD else None


def _plain(words: str) -> str:
    """Without spaces, in half-width letters, with digits for numerals before 点, 月 and 日."""
    said = unicodedata.normalize("NFKC", words).lower()
    said = re.sub(r"[\r\n]+", ";", said)
    said = re.sub(r"\s+", "", said)
    return _NUMBER.sub(lambda m: str(_numeral(m[0])), said)


def _numeral(said: str) -> int:
    """ "九", "十", "十一", "二十", "二十三" as numbers."""
    tens, ten, ones = said.partition("十")
    if not ten:
        return int("".join(str(_DIGITS[c]) for c in said))
    return (_DIGITS[tens[-1]] if tens else 1) * 10 + (_DIGITS[ones[-1]] if ones else 0)


def _is_usable(found: Times, now: datetime) -> bool:
    if bool(found.once) == bool(found.weekly):
        return False
    if len(found.once) > MOST_SHIFTS or len(found.weekly) > MOST_SHIFTS:
        return False
    return all(now < start <= now + LONGEST_AHEAD for start, _end in found.once)


def _entry(entry: re.Match[str], now: datetime) -> Times | None:
    clocks = _clocks(entry["start"], entry["end"])
    if clocks is None:
        return None
    start, end = clocks
    days = _ONE_DAY.findall(entry["days"])
    if days[0].startswith(("每", "every")):
        weekly = [Weekly(n, start, end) for day in days for n in _weekdays(day)]
        return Times(weekly=tuple(weekly))
    once = []
    for said in days:
        day = _first(said, start, now)
        if day is None:
            return None
        once.append((_at(day, start, now), _at(day, end, now)))
    return Times(once=tuple(once))


def _at(day: date, clock: time, now: datetime) -> datetime:
    return datetime.combine(day, clock, now.tzinfo)


def _first(said: str, start: time, now: datetime) -> date | None:
    """The first day of these words on which the start is still to come."""
    found = list(_dates(said, now.date()))
    later = (day for day in found if _at(day, start, now) > now)
    return next(later, found[0] if found else None)


# ── days ─────────────────────────────────────────────────────────────────────


def _dates(said: str, today: date) -> Iterator[date]:
    """The days that the words may mean, the likely one first."""
    if said in _RELATIVE:
        yield today + timedelta(days=_RELATIVE[said])
    elif match := _DATE.fullmatch(said):
        yield from _dated(match[1], int(match[2]), int(match[3]), today)
    elif match := re.fullmatch(r"(\d{1,2})[日号]", said):
        yield from _of_month(int(match[1]), today)
    elif english := _english(said):
        yield from _dated(None, *english, today)
    else:
        yield from _of_week(said, today)


def _dated(year: str | None, month: int, day: int, today: date) -> Iterator[date]:
    years = [int(year)] if year else [today.year, today.year + 1]
    for one in years:
        try:
            found = date(one, month, day)
        except ValueError:
            continue
        if year or found >= today:
            yield found


def _with_year(day: date, year: int) -> date | None:
    try:
        return day.replace(year=year)
    except ValueError:
        return None


def _of_month(day: int, today: date) -> Iterator[date]:
    """The 28th of this month, else of the next."""
    following = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    for month in (today, following):
        try:
            found = month.replace(day=day)
        except ValueError:
            continue
        if found >= today:
            yield found


def _english(said: str) -> tuple[int, int] | None:
    digits = re.search(r"\d{1,2}", said)
    month = next((i for i, name in enumerate(_MONTHS, 1) if name in said), 0)
    return (month, int(digits[0])) if digits and month else None


def _of_week(said: str, today: date) -> Iterator[date]:
    monday = today - timedelta(days=today.weekday())
    for weekday in _weekdays(said):
        if said.startswith("下下"):
            yield monday + timedelta(days=14 + weekday)
        elif said.startswith(("下", "next")):
            yield monday + timedelta(days=7 + weekday)
        elif said.startswith(("这", "本")):
            yield monday + timedelta(days=weekday)
        else:
            ahead = (weekday - today.weekday()) % 7
            yield today + timedelta(days=ahead)
            yield today + timedelta(days=ahead + 7)


def _weekdays(said: str) -> Sequence[int]:
    if said == "每天":
        return range(7)
    if said[-1] in _WEEKDAY:
        return (_WEEKDAY[said[-1]],)
    name = said.removeprefix("every").removeprefix("next")[:3]
    return (_NAMES.index(name),) if name in _NAMES else ()


# ── clocks ───────────────────────────────────────────────────────────────────


def _clocks(start: str, end: str) -> tuple[time, time] | None:
    """Start and end; an end without a part of the day lies in that of the start, or after it."""
    one, other = _ONE_CLOCK.fullmatch(start), _ONE_CLOCK.fullmatch(end)
    if one is None or other is None:
        return None
    if other["half"] and not one["half"] and not one["part"]:
        begins = _minutes(one, other["half"])
        begins = begins if begins < _minutes(other, "") else _minutes(one, "am")
    else:
        begins = _minutes(one, "")
    ends = _minutes(other, "")
    if ends <= begins and not other["part"] and not other["half"]:
        ends += 12 * 60  # 上午9点到1点
        if ends - begins > 6 * 60:
            return None
    if not 0 <= begins < ends <= 24 * 60 - 1 or ends - begins > LONGEST_SHIFT.seconds // 60:
        return None
    return time(*divmod(begins, 60)), time(*divmod(ends, 60))


def _minutes(clock: re.Match[str], half: str) -> int:
    """Minutes after midnight; far too many where there is no such clock."""
    hour, part = int(clock["hour"]), clock["part"] or ""
    half = clock["half"] or half
    minute = int(clock["minute"] or _rest(clock["rest"] or ""))
    if hour > 23 or minute > 59:
        return 10**6
    if ((part in _LATE or half == "pm") and hour < 12) or (part == "中午" and hour < 11):
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    elif not part and not half and clock["mark"] and 1 <= hour <= 5:
        hour += 12  # nobody sweeps a street at 2 in the night
    return hour * 60 + minute


def _rest(said: str) -> int:
    if said == "半":
        return 30
    if said.endswith("刻"):
        return 15 if said[0] in "一1" else 45
    return int(said.removesuffix("分") or 0)
