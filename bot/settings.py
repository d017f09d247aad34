"""Everything that can be configured, from config.toml and the environment.

`SHAODAO_TELEGRAM__TOKEN` overrides `[telegram] token`, and so on. A key nobody knows and a
value nobody can use are refused with the key, the value and the remedy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot.settings_channels import Part, Telegram, WeChat, WeCom
from bot.throttle import MOST
from governance.fields import Field as CaseField
from storage import secrets

SECRET = tuple(
    (name,)
    for name in (
        *("key", "token", "webhook_secret", "app_secret", "secret", "aes_key"),
        *("robot_token", "robot_aes_key", "metrics_token"),
    )
)
"""Never repeated in a message about what is wrong with them."""


class BadSettings(Exception):
    """The configuration cannot be used; the text says which key, which value and the remedy."""


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
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # "Asia" is a folder
            raise ValueError('not a time zone; write one like "Asia/Shanghai"') from error
        return value


class KindLimits(Part):
    """What a district promises for one kind of problem, where it differs from what ships."""

    contact_hours: Annotated[float, Field(gt=0, le=240)] | None = None
    result_hours: Annotated[float, Field(gt=0, le=8760)] | None = None
    working: bool | None = None


class Limits(Part):
    """Limits of casework. Hours are working hours unless a comment in the example says otherwise."""

    first_contact_hours: Annotated[float, Field(gt=0, le=240)] = 2
    emergency_minutes: Annotated[float, Field(gt=0, le=60)] = 3
    emergency_contact_minutes: Annotated[float, Field(gt=0, le=240)] = 30
    near_metres: Annotated[float, Field(ge=0, le=1000)] = 50
    dialog_days: Annotated[float, Field(gt=0, le=60)] = 3
    busy_per_minute: Annotated[int, Field(ge=5, le=10_000)] = 60
    files_a_day: Annotated[int, Field(ge=10, le=100_000)] = 300
    group_per_minute: Annotated[int, Field(ge=20, le=10_000)] = 300
    waiting: Annotated[int, Field(ge=100, le=100_000)] = MOST
    invitation_days: Annotated[float, Field(gt=0, le=60)] = 7
    announce_solved: bool = True
    kinds: dict[str, KindLimits] = Field(default_factory=dict)


class Whistles(Part):
    """Kinds of whistle with their ladders and limits; `file` "" means those that ship."""

    file: str = ""


class Channels(Part):
    """Where to turn with what is not accepted; `file` "" means those that ship."""

    file: str = ""


class Export(Part):
    """Cases for another system: which columns, in this order, each under its heading ("" for the
    bot's own); none means all."""

    columns: dict[CaseField, Annotated[str, Field(max_length=40)]] = Field(default_factory=dict)


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
    first_report: Annotated[int, Field(ge=0, le=100)] = 2
    later_report: Annotated[int, Field(ge=0, le=100)] = 1
    reports_a_day: Annotated[int, Field(ge=1, le=100)] = 4
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


class Guide(Part):
    """The guide of matters; days are calendar days."""

    warn_days: Annotated[int, Field(ge=1, le=180)] = 14
    longest_days: Annotated[int, Field(ge=30, le=3650)] = 1095


class Bulletins(Part):
    """Bulletins to many people at once."""

    list_minutes: Annotated[float, Field(gt=0, le=1440)] = 30
    lasts_hours: Annotated[float, Field(gt=0, le=168)] = 24
    member_days: Annotated[int, Field(ge=1, le=365)] = 90


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


class Web(Part):
    """The HTTP side: webhooks, /health, /metrics, and the roster desk at `public_url`."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    public_url: str = ""
    metrics_token: str = ""

    @field_validator("metrics_token")
    @classmethod
    def _not_guessed(cls, value: str) -> str:
        if value and not re.fullmatch(r"[!-~]{16,200}", value):
            # Not "from": what was given is a secret, and pydantic would quote it.
            raise PydanticCustomError("token", "16 to 200 letters, digits and signs are needed")
        return value

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
    """Who is told that the process lives ("" sends nothing), and how much room must be left."""

    heartbeat_url: str = ""
    free_megabytes: Annotated[int, Field(ge=0, le=1_000_000)] = 1000

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
    channels: Channels = Channels()
    export: Export = Export()
    wishes: Wishes = Wishes()
    tasks: Tasks = Tasks()
    points: Points = Points()
    lists: Lists = Lists()
    guide: Guide = Guide()
    bulletins: Bulletins = Bulletins()
    matching: Matching = Matching()
    database: DatabaseSettings = DatabaseSettings()
    telegram: Telegram = Telegram()
    wechat: WeChat = WeChat()
    wecom: WeCom = WeCom()
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
