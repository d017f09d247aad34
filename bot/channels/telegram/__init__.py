"""Telegram, through python-telegram-bot or aiogram. See docs/channels/telegram.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from bot.channels.telegram.channel import TelegramChannel
    from bot.channels.telegram.driver import Driver
    from bot.channels.telegram.mounted import MountedChannel


def telegram(
    token: str,
    base_url: str = "https://api.telegram.org",
    driver: Literal["python-telegram-bot", "aiogram"] = "python-telegram-bot",
    mode: Literal["polling", "webhook"] = "polling",
    webhook_url: str = "",
    webhook_secret: str = "",
) -> TelegramChannel:
    """The channel for one bot account, as [telegram] in the configuration describes it."""
    from bot.channels.telegram.channel import TelegramChannel

    return TelegramChannel(
        _driver(driver, token, base_url),
        mode=mode,
        webhook_url=webhook_url,
        webhook_secret=webhook_secret,
    )


def mounted(
    token: str,
    base_url: str = "https://api.telegram.org",
    driver: Literal["python-telegram-bot", "aiogram"] = "python-telegram-bot",
) -> MountedChannel:
    """The channel for a bot account whose updates somebody else receives."""
    from bot.channels.telegram.mounted import MountedChannel

    return MountedChannel(_driver(driver, token, base_url))


def _driver(name: str, token: str, base_url: str) -> Driver:
    # Each library is imported only by who asks for it: aiogram is an extra.
    if name == "python-telegram-bot":
        from bot.channels.telegram.ptb import PtbDriver

        return PtbDriver(token, base_url)
    if name != "aiogram":
        raise ValueError(f'telegram: unknown driver "{name}"')
    try:
        from bot.channels.telegram.aiogram import AiogramDriver
    except ModuleNotFoundError as missing:
        if (missing.name or "").split(".")[0] not in {"aiogram", "aiohttp"}:
            raise
        raise RuntimeError(
            'telegram: driver = "aiogram" needs an extra: pip install "shaodao[aiogram]"'
        ) from missing
    return AiogramDriver(token, base_url)
