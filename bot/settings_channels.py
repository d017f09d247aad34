"""What is set for each messenger, and what every part of the configuration is."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class Part(BaseModel):
    """Nothing unknown is in it, and it stays as it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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


class Called(Part):
    """What a platform that calls us signs and encrypts with, and where it finds us."""

    token: str = ""
    aes_key: str = ""
    path: str

    def require(self, key: str, *others: object) -> None:
        """Raises `ValueError` unless everything that goes with this key is there."""
        if not (all(others) and re.fullmatch(r"[A-Za-z0-9]{3,32}", self.token)):
            raise ValueError(f"{key}, and a token of 3 to 32 letters and digits")
        if not re.fullmatch(r"[A-Za-z0-9]{43}", self.aes_key):
            raise ValueError("aes_key needs 43 letters and digits")

    @field_validator("path")
    @classmethod
    def _is_path(cls, value: str) -> str:
        if not re.fullmatch(r"(/[A-Za-z0-9_.~-]+)+", value):
            raise ValueError('write a path like "/wechat"')
        return value


class WeChat(Called):
    """The WeChat Official Account; without an app_id WeChat is off."""

    app_id: str = ""
    app_secret: str = ""
    base_url: str = "https://api.weixin.qq.com"
    path: str = "/wechat"
    template_id: str = ""
    template_fields: dict[str, str] = {}

    @model_validator(mode="after")
    def _complete(self) -> WeChat:
        if self.app_id:
            self.require("app_id needs app_secret", self.app_secret)
        if self.app_id and bool(self.template_id) != bool(self.template_fields):
            raise ValueError("template_id and template_fields need each other")
        return self


class WeCom(Called):
    """An app of a company on WeCom; without a corp_id WeCom is off."""

    corp_id: str = ""
    agent_id: Annotated[int, Field(ge=0)] = 0
    secret: str = ""
    base_url: str = "https://qyapi.weixin.qq.com"
    path: str = "/wecom"
    robot_token: str = ""
    robot_aes_key: str = ""

    @model_validator(mode="after")
    def _complete(self) -> WeCom:
        if self.corp_id:
            self.require("corp_id needs agent_id, secret", self.agent_id, self.secret)
        if self.robot_token and not re.fullmatch(r"[A-Za-z0-9]{43}", self.robot_aes_key):
            raise ValueError("robot_token needs robot_aes_key, 43 letters and digits")
        return self
