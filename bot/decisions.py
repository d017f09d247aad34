"""What a district has decided, as the rules read it: from its settings and the data that ships."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar

from bot.settings import BadSettings, KindLimits, Settings
from governance.authority import Power
from governance.cases import Reason
from governance.matching import Weights
from governance.org import PostKind
from governance.points import PointsPolicy
from governance.policy import Category, Channel, Policy
from governance.skills import Skill
from governance.whistles import Kind, Ladder
from governance.worktime import WorkTime

DATA = Path(__file__).parent / "data"


def categories() -> list[Mapping[str, Any]]:
    """The category data as it ships."""
    found: list[Mapping[str, Any]] = json.loads((DATA / "categories.json").read_text("utf-8"))
    return found


def skills() -> list[Skill]:
    """The skills as they ship, in the order in which they are offered."""
    found: list[Mapping[str, Any]] = json.loads((DATA / "skills.json").read_text("utf-8"))
    return [Skill(s["code"], s["zh"], s["en"], tuple(s["words"])) for s in found]


def policy(settings: Settings, data: Sequence[Mapping[str, Any]]) -> Policy:
    """The district's decisions as the rules read them. Raises `BadSettings` for limits of a kind
    that there is not."""
    zone = ZoneInfo(settings.district.zone)
    limits, tasks = settings.limits, settings.tasks
    hours = WorkTime(zone, settings.district.work_start, settings.district.work_end, is_workday)
    return Policy(
        district=settings.district.code,
        work=hours,
        categories=_categories(data, limits.kinds),
        first_contact_hours=limits.first_contact_hours,
        emergency_minutes=limits.emergency_minutes,
        emergency_contact_minutes=limits.emergency_contact_minutes,
        near_metres=limits.near_metres,
        dialog_days=limits.dialog_days,
        busy_per_minute=limits.busy_per_minute,
        files_a_day=limits.files_a_day,
        group_per_minute=limits.group_per_minute,
        invitation_days=limits.invitation_days,
        announce_solved=limits.announce_solved,
        whistles=whistle_kinds(settings.whistles.file),
        channels=channels(settings.channels.file),
        export_columns=settings.export.columns,
        wish_review_days=settings.wishes.review_days,
        wish_claim_days=settings.wishes.claim_days,
        wish_deliver_days=settings.wishes.deliver_days,
        wish_points=settings.wishes.points,
        deed_points=settings.wishes.deed_points,
        task_hold_minutes=tasks.hold_minutes,
        task_days_ahead=tasks.days_ahead,
        task_remind_at=tasks.remind_at,
        task_checkin_minutes=tasks.checkin_minutes,
        task_near_metres=tasks.near_metres,
        points=PointsPolicy(**settings.points.model_dump()),
        skills={skill.code: skill for skill in skills()},
        weights=Weights(**settings.matching.model_dump()),
        **settings.lists.model_dump(),
        bulletin_list_minutes=settings.bulletins.list_minutes,
        bulletin_lasts_hours=settings.bulletins.lasts_hours,
        bulletin_member_days=settings.bulletins.member_days,
        guide_warn_days=settings.guide.warn_days,
        guide_longest_days=settings.guide.longest_days,
        desk_url=settings.web.public_url,
        retention=timedelta(days=settings.privacy.retention_days),
        keep_audits=timedelta(days=settings.privacy.audit_days),
        keep_messages=timedelta(days=settings.privacy.keep_messages_days),
    )


def _categories(
    data: Sequence[Mapping[str, Any]], own: Mapping[str, KindLimits]
) -> dict[str, Category]:
    if unknown := sorted(own.keys() - {entry["code"] for entry in data if entry["parent"]}):
        raise BadSettings(f"limits.kinds: there is no kind {', '.join(unknown)}; see docs/kinds.md")
    return {entry["code"]: _category(entry, own.get(entry["code"])) for entry in data}


def _category(entry: Mapping[str, Any], own: KindLimits | None) -> Category:
    own = own or KindLimits()
    return Category(
        code=entry["code"],
        name_zh=entry["zh"],
        name_en=entry["en"],
        short_zh=entry["short_zh"],
        short_en=entry["short_en"],
        parent=entry["parent"] or "",
        respond_hours=own.contact_hours or entry.get("respond_hours", 2),
        resolve_hours=own.result_hours or entry.get("resolve_hours", 168),
        emergency=entry.get("emergency", False),
        public=entry.get("public", False),
        private=entry.get("private", False),
        after_dark=entry.get("after_dark", False),
        first=PostKind(entry["first"]) if "first" in entry else None,
        working=entry.get("working", False) if own.working is None else own.working,
        concerns_officers=entry.get("concerns_officers", False),
        photo=entry.get("photo", False),
    )


def channels(file: str = "") -> dict[Reason, Channel]:
    """Where to turn with what is not accepted. Raises `BadSettings` for a file nobody can use."""
    path = Path(file) if file else DATA / "channels.json"
    try:
        found = {Reason(e["reason"]): _channel(e) for e in json.loads(path.read_text("utf-8"))}
        if missing := [reason.value for reason in Reason if reason not in found]:
            raise ValueError(f"no channel for {missing}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = error.strerror if isinstance(error, OSError) else f"{type(error).__name__} {error}"
        raise BadSettings(f"channels.file = {file!r}: {why}; see docs/cases.md") from error
    return found


def _channel(entry: Mapping[str, Any]) -> Channel:
    name_zh, name_en, phone = (entry[key] for key in ("zh", "en", "phone"))
    if not all(isinstance(text, str) for text in (name_zh, name_en, phone)) or not name_zh:
        raise ValueError(f"{entry['reason']!r}: write zh, en and phone as texts")
    return Channel(name_zh, name_en or name_zh, phone.strip())


def whistle_kinds(file: str = "") -> dict[str, Kind]:
    """The kinds of whistle by their codes. Raises `BadSettings` for a file nobody can use."""
    path = Path(file) if file else DATA / "whistles.json"
    try:
        kinds = [_kind(entry) for entry in json.loads(path.read_text("utf-8"))]
        return _by_code(kinds)
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = error.strerror if isinstance(error, OSError) else f"{type(error).__name__} {error}"
        raise BadSettings(f"whistles.file = {file!r}: {why}; see docs/whistle.md") from error


def _by_code(kinds: Sequence[Kind]) -> dict[str, Kind]:
    found = {kind.code: kind for kind in kinds}
    if not found:
        raise ValueError("no kind of whistle")
    if len(found) < len(kinds):
        raise ValueError(f"a code twice among {[kind.code for kind in kinds]}")
    return found


def _kind(entry: Mapping[str, Any]) -> Kind:
    if not re.fullmatch(r"[a-z_]{1,16}", entry["code"]):
        raise ValueError(f"code {entry['code']!r}: write 1 to 16 small letters")
    return Kind(
        code=entry["code"],
        name_zh=entry["zh"],
        name_en=entry["en"],
        power=Power(entry["power"]),
        emergency=bool(entry["emergency"]),
        reviewed=bool(entry["reviewed"]),
        result_hours=_positive("result_hours", entry["result_hours"]),
        ladder=_ladder(entry["ladder"]),
    )


def _ladder(data: Mapping[str, Any]) -> Ladder:
    """A ladder that goes up in time; every limit is so many minutes."""
    ladder = Ladder.from_json(data)
    for key in ("report_in", "telephone", "silent", "progress", "repeat", "accept"):
        _positive(key, data[key])
    minutes = [step.after for step in ladder.steps]
    numbers = all(isinstance(after, int | float) and after >= 0 for after in minutes)
    if not numbers or minutes != sorted(minutes):
        raise ValueError(f"steps {minutes}: write minutes that go up")
    return ladder


def _positive(key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise ValueError(f"{key} {value!r}: write a number above 0")
    return value


@cache  # asked several times for every report; there are few days
def is_workday(day: date) -> bool:
    """By the Chinese calendar with its make-up workdays; weekdays for a year not published yet."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # says chinese-calendar of a year that is not published yet
        return day.weekday() < 5
