"""Everything that can be configured, from config.toml and the environment.

`SHAODAO_TELEGRAM__TOKEN` overrides `[telegram] token`, and so on. A key nobody knows and a
value nobody can use are refused with the key, the value and the remedy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import chinese_calendar
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from governance.authority import Power
from governance.matching import Weights
from governance.points import PointsPolicy
from governance.policy import Category, Policy
from governance.skills import Skill
from governance.whistles import Kind, Ladder
from governance.worktime import WorkTime
from storage import secrets

DATA = Path(__file__).parent / "data"
SECRET = (("key",), ("token",), ("webhook_secret",))
"""Never repeated in a message about what is wrong with them."""


class BadSettings(Exception):
    """The configuration cannot be used; the text says which key, which value and the remedy."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class District(Part):
    """The district: its code in case numbers, its clock, its working hours."""

    code: Annotated[str, Field(pattern=r"^[A-Z]{1,8}$")] = "QH"
    zone: str = "Asia/Shanghai"
    work_start: time = time(8, 30)
    work_end: time = time(18, 0)
    desk_phone: str = "0421-0000100"

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError('not a time zone; write one like "Asia/Shanghai"') from error
        return value


class Limits(Part):
    """Limits of casework. Hours are working hours unless a comment in the example says otherwise."""

    first_contact_hours: Annotated[float, Field(gt=0, le=240)] = 2
    emergency_minutes: Annotated[float, Field(gt=0, le=60)] = 3
    emergency_contact_minutes: Annotated[float, Field(gt=0, le=240)] = 30
    near_metres: Annotated[float, Field(ge=0, le=1000)] = 50
    dialog_days: Annotated[float, Field(gt=0, le=60)] = 3
    busy_per_minute: Annotated[int, Field(ge=5, le=10_000)] = 60
    invitation_days: Annotated[float, Field(gt=0, le=60)] = 7
    announce_solved: bool = True


class Whistles(Part):
    """Kinds of whistle with their ladders and limits; `file` "" means those that ship."""

    file: str = ""


class Wishes(Part):
    """Micro-wishes and deeds. Days are calendar days unless a comment in the example says otherwise."""

    review_days: Annotated[float, Field(gt=0, le=30)] = 2
    claim_days: Annotated[int, Field(ge=1, le=60)] = 7
    deliver_days: Annotated[int, Field(ge=1, le=90)] = 30
    points: Annotated[int, Field(ge=0, le=100)] = 3
    deed_points: Annotated[int, Field(ge=0, le=100)] = 2


class Tasks(Part):
    """Volunteer tasks."""

    hold_minutes: Annotated[float, Field(gt=0, le=120)] = 10
    days_ahead: Annotated[int, Field(ge=1, le=60)] = 14
    remind_at: time = time(18, 0)
    checkin_minutes: Annotated[float, Field(ge=0, le=240)] = 30
    near_metres: Annotated[float, Field(ge=10, le=5000)] = 300


class Points(Part):
    """What volunteer work is worth, and how long the public may object to it."""

    task: Annotated[int, Field(ge=1, le=100)] = 2
    hour: Annotated[int, Field(ge=1, le=100)] = 1
    contest: Annotated[int, Field(ge=1, le=100)] = 3
    first_report: Annotated[int, Field(ge=1, le=100)] = 2
    later_report: Annotated[int, Field(ge=1, le=100)] = 1
    hours_a_day: Annotated[int, Field(ge=1, le=100)] = 2
    most: Annotated[int, Field(ge=1, le=10_000)] = 50
    alone: Annotated[int, Field(ge=0, le=10_000)] = 10
    notice_days: Annotated[int, Field(ge=0, le=60)] = 3
    pair_a_month: Annotated[int, Field(ge=1, le=1000)] = 4
    order_days: Annotated[float, Field(gt=0, le=60)] = 3


class Lists(Part):
    """The three lists, the bookings on them, and projects. Hours are working hours."""

    need_hours: Annotated[float, Field(gt=0, le=240)] = 8
    need_days: Annotated[int, Field(ge=1, le=180)] = 14
    booking_hours: Annotated[float, Field(gt=0, le=240)] = 8
    chase_hours: Annotated[float, Field(gt=0, le=240)] = 8
    digest_every: Literal["monthly", "weekly"] = "monthly"
    digest_at: time = time(9, 0)
    word_days: Annotated[int, Field(ge=1, le=60)] = 7


class Matching(Part):
    """How much each criterion counts when helpers are proposed, and how near counts as how much."""

    skill: Annotated[float, Field(ge=0, le=100)] = 4.0
    near: Annotated[float, Field(ge=0, le=100)] = 3.0
    load: Annotated[float, Field(ge=0, le=100)] = 2.0
    kept: Annotated[float, Field(ge=0, le=100)] = 2.0
    grid: Annotated[float, Field(ge=0, le=1)] = 1.0
    community: Annotated[float, Field(ge=0, le=1)] = 0.8
    street: Annotated[float, Field(ge=0, le=1)] = 0.5
    district: Annotated[float, Field(ge=0, le=1)] = 0.2

    @model_validator(mode="after")
    def _nearer_counts_more(self) -> Matching:
        if not self.grid >= self.community >= self.street >= self.district:
            raise ValueError("nearer counts at least as much: grid, community, street, district")
        return self


class DatabaseSettings(Part):
    """Where everything is kept."""

    url: str = "sqlite:///shaodao.db"

    @field_validator("url")
    @classmethod
    def _supported(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError(
                'write "sqlite:///shaodao.db" or "postgresql+psycopg://user:password@host/name"'
            )
        return value


class Telegram(Part):
    """The Telegram bot; without a token Telegram is off."""

    token: str = ""
    base_url: str = "https://api.telegram.org"
    mode: Literal["polling", "webhook"] = "polling"
    webhook_url: str = ""
    webhook_secret: str = ""
    driver: Literal["python-telegram-bot", "aiogram"] = "python-telegram-bot"

    @model_validator(mode="after")
    def _complete(self) -> Telegram:
        if self.token and self.mode == "webhook" and not (self.webhook_url and self.webhook_secret):
            raise ValueError('mode = "webhook" needs webhook_url and webhook_secret')
        return self


class Web(Part):
    """The HTTP side: webhooks, /health, /metrics, and the roster desk at `public_url`."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    public_url: str = ""

    @field_validator("public_url")
    @classmethod
    def _reachable(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError('write an address like "https://bot.example.org"')
        return value.rstrip("/")


class Media(Part):
    """Where photos and voice messages are kept."""

    folder: Path = Path("media")


class Privacy(Part):
    """The key of what is encrypted, and how long things are kept. Days are calendar days.

    `key` holds one key or several, commas between: the first encrypts, all are understood.
    Without it the keys are read from `key_file`; "" means shaodao.key beside the SQLite
    database, or in the working folder.
    """

    key: str = ""
    key_file: str = ""
    retention_days: Annotated[int, Field(ge=30, le=3650)] = 365
    audit_days: Annotated[int, Field(ge=180, le=3650)] = 1095
    keep_messages_days: Annotated[int, Field(ge=3, le=365)] = 30

    @field_validator("key", mode="before")
    @classmethod
    def _one_text(cls, value: object) -> object:
        return ",".join(map(str, value)) if isinstance(value, list) else value

    @field_validator("key")
    @classmethod
    def _are_keys(cls, value: str) -> str:
        if any(not secrets.is_key(key) for key in split(value)):
            # Not "from": what was given is a secret, and pydantic would quote it.
            raise PydanticCustomError("key", "not a key; make one with: shaodao new-key")
        return value

    @property
    def keys(self) -> list[str]:
        return split(self.key)


def split(keys: str) -> list[str]:
    """The keys of a text, in order."""
    return [key for key in re.split(r"[\s,]+", keys) if key]


class Watch(Part):
    """Who is told that the process lives; "" sends nothing."""

    heartbeat_url: str = ""

    @field_validator("heartbeat_url")
    @classmethod
    def _reachable(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError('write an address like "https://watch.example.org/shaodao"')
        return value


class Log(Part):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class Settings(BaseSettings):
    """The whole configuration; every part has a default that works on one machine."""

    file: ClassVar[Path | None] = None  # read under the environment

    model_config = SettingsConfigDict(
        env_prefix="SHAODAO_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    district: District = District()
    limits: Limits = Limits()
    whistles: Whistles = Whistles()
    wishes: Wishes = Wishes()
    tasks: Tasks = Tasks()
    points: Points = Points()
    lists: Lists = Lists()
    matching: Matching = Matching()
    database: DatabaseSettings = DatabaseSettings()
    telegram: Telegram = Telegram()
    web: Web = Web()
    media: Media = Media()
    privacy: Privacy = Privacy()
    watch: Watch = Watch()
    log: Log = Log()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls, cls.file) if cls.file else None
        return (init_settings, env_settings, *([toml] if toml else []))


def load(file: Path | None) -> Settings:
    """The settings of a file and the environment. Raises `BadSettings`."""
    if file is not None and not file.exists():
        raise BadSettings(f"{file}: no such file; copy config.example.toml and edit it")

    read = type("Settings", (Settings,), {"file": file})
    try:
        return cast("Settings", read())
    except ValidationError as error:
        raise BadSettings("\n".join(_remedy(dict(e)) for e in error.errors())) from error
    except ValueError as error:  # the file is no TOML, or an environment value no JSON
        raise BadSettings(f"{file or 'environment'}: {error}") from error


def _remedy(error: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"]) or "configuration"
    if error["type"] == "extra_forbidden":
        return f"{where}: unknown key; remove it, or compare its spelling with config.example.toml"
    hidden = isinstance(error["input"], dict) or error["loc"][-1:] in SECRET
    value = "" if hidden else f" = {error['input']!r}"
    return f"{where}{value}: {error['msg']}"


def categories() -> list[Mapping[str, Any]]:
    """The category data as it ships."""
    found: list[Mapping[str, Any]] = json.loads((DATA / "categories.json").read_text("utf-8"))
    return found


def skills() -> list[Skill]:
    """The skills as they ship, in the order in which they are offered."""
    found: list[Mapping[str, Any]] = json.loads((DATA / "skills.json").read_text("utf-8"))
    return [Skill(s["code"], s["zh"], s["en"], tuple(s["words"])) for s in found]


def policy(settings: Settings, data: Sequence[Mapping[str, Any]]) -> Policy:
    """The district's decisions as the rules read them."""
    zone = ZoneInfo(settings.district.zone)
    limits, tasks = settings.limits, settings.tasks
    hours = WorkTime(zone, settings.district.work_start, settings.district.work_end, is_workday)
    return Policy(
        district=settings.district.code,
        work=hours,
        categories={entry["code"]: _category(entry) for entry in data},
        first_contact_hours=limits.first_contact_hours,
        emergency_minutes=limits.emergency_minutes,
        emergency_contact_minutes=limits.emergency_contact_minutes,
        near_metres=limits.near_metres,
        dialog_days=limits.dialog_days,
        busy_per_minute=limits.busy_per_minute,
        invitation_days=limits.invitation_days,
        announce_solved=limits.announce_solved,
        whistles=whistle_kinds(settings.whistles.file),
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
        desk_url=settings.web.public_url,
        retention=timedelta(days=settings.privacy.retention_days),
        keep_audits=timedelta(days=settings.privacy.audit_days),
        keep_messages=timedelta(days=settings.privacy.keep_messages_days),
    )


def _category(entry: Mapping[str, Any]) -> Category:
    return Category(
        code=entry["code"],
        name_zh=entry["zh"],
        name_en=entry["en"],
        short_zh=entry["short_zh"],
        short_en=entry["short_en"],
        parent=entry["parent"] or "",
        respond_hours=entry.get("respond_hours", 2),
        resolve_hours=entry.get("resolve_hours", 168),
        emergency=entry.get("emergency", False),
        public=entry.get("public", False),
        private=entry.get("private", False),
        after_dark=entry.get("after_dark", False),
    )


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


def is_workday(day: date) -> bool:
    """By the Chinese calendar with its make-up workdays; weekdays for a year not published yet."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5
