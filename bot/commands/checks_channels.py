"""What `shaodao check` finds out about the channels: whether each can be reached, and what to
enter at its platform."""

from __future__ import annotations

from collections.abc import Mapping

from bot.channels.base import SendError
from bot.channels.telegram import telegram
from bot.channels.wechat.channel import WeChatChannel
from bot.channels.wecom.channel import WeComChannel
from bot.settings import Settings
from handlers.words import Text, _

ABROAD = _(
    "Where the data lies: Telegram keeps what it carries on servers abroad, so it does not suit the "
    "personal data of a mainland state organ; try it with invented data. WeChat and WeCom, which keep "
    "theirs in the mainland, do suit."
)
OF_WECHAT: dict[int, Text] = {
    40013: _(
        "wechat.app_id: WeChat does not know it; copy the AppID from 微信开发者平台 → 基础信息"
    ),
    40125: _(
        "wechat.app_secret: it is not this account's; reset it at 微信开发者平台 → 基础信息 → 开发密钥"
    ),
    40164: _(
        "wechat: this server may not call WeChat yet; add its address to the white list (API IP 白名单) at 微信开发者平台 → 基础信息 → 开发密钥"
    ),
    40243: _(
        "wechat.app_secret: it is frozen; unfreeze it at 微信开发者平台 → 基础信息 → 开发密钥"
    ),
}
OF_WECHAT[40001] = OF_WECHAT[40125]
OF_WECHAT[61004] = OF_WECHAT[40164]
OF_WECOM: dict[int, Text] = {
    40013: _("wecom.corp_id: WeCom does not know it; copy 企业ID from 我的企业 → 企业信息"),
    40001: _("wecom.secret: it is not this app's; look it up at 应用管理 → the app → Secret"),
    301002: _("wecom.agent_id: it is not the app of this secret; copy AgentId from 应用管理"),
    60020: _(
        "wecom: this server may not call WeCom yet; add its address at 应用管理 → the app → 企业可信IP"
    ),
}
OF_WECOM[40091] = OF_WECOM[40001]
OF_WECOM[40056] = OF_WECOM[301002]


async def faults(chosen: Settings) -> list[Text]:
    """What keeps a configured channel from serving."""
    if not (chosen.telegram.token or chosen.wechat.app_id or chosen.wecom.corp_id):
        return [
            _(
                "No channel is set up: put the token of a bot under [telegram], an account under [wechat], or an app under [wecom]."
            )
        ]
    return [*await _telegram(chosen), *await _wechat(chosen), *await _wecom(chosen)]


def hints(chosen: Settings) -> list[Text]:
    """What is to be known, or entered at a platform."""
    found: list[Text] = [ABROAD] if chosen.telegram.token else []
    at = chosen.web.public_url or "https://…"
    if chosen.wechat.app_id:
        found.append(
            _(
                "wechat: at 微信开发者平台 → 基础信息 → 域名与消息推送配置 enter the address {url}, token and aes_key as in the configuration, XML and 安全模式; the bot must be running then",
                url=f"{at}{chosen.wechat.path}",
            )
        )
    if chosen.wecom.corp_id:
        found.append(
            _(
                "wecom: at 应用管理 → the app → 接收消息 → 设置API接收 enter the address {url}, token and aes_key as in the configuration; the bot must be running then",
                url=f"{at}{chosen.wecom.path}",
            )
        )
    return found


async def _telegram(chosen: Settings) -> list[Text]:
    if not chosen.telegram.token:
        return []
    channel = telegram(**chosen.telegram.model_dump())
    try:
        await channel.open()
    except SendError as error:
        return [_("telegram: {error}; check token, base_url and the network", error=str(error))]
    finally:
        await channel.close()
    return []


async def _wechat(chosen: Settings) -> list[Text]:
    if not chosen.wechat.app_id:
        return []
    return await _checked(WeChatChannel(**chosen.wechat.model_dump()), OF_WECHAT)


async def _wecom(chosen: Settings) -> list[Text]:
    if not chosen.wecom.corp_id:
        return []
    return await _checked(WeComChannel(**chosen.wecom.model_dump()), OF_WECOM)


async def _checked(
    channel: WeChatChannel | WeComChannel, remedies: Mapping[int, Text]
) -> list[Text]:
    try:
        await channel.check()
    except SendError as error:
        unknown = _(
            "{channel}: {error}; check base_url and the network",
            channel=channel.name,
            error=str(error),
        )
        return [remedies.get(error.code, unknown)]
    finally:
        await channel.close()
    return []
