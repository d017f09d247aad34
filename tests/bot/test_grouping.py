"""A group of officers on WeCom, made from a terminal."""

from __future__ import annotations

import pytest

from bot.commands.grouping import CannotGroup, make
from bot.settings import Settings
from tests.servers.wecom import WeComServer


async def test_a_group_is_made_and_it_is_said_what_binds_it() -> None:
    async with WeComServer() as server:
        for userid in ("li", "wang"):
            server.member(userid)
        app = {
            "corp_id": server.corp_id,
            "agent_id": server.agent_id,
            "secret": server.secret,
            "token": server.token,
            "aes_key": server.aes_key,
            "base_url": server.url,
        }
        chosen = Settings.model_validate({"wecom": app})
        told = await make(chosen, "翠湖骨干", ["li", "wang"])
        [group] = server.wecom.groups
        assert told[-1].endswith(f"绑定 appchat-{group}")
        with pytest.raises(CannotGroup, match="86006"):
            await make(chosen, "翠湖骨干", ["li", "nobody"])


async def test_without_wecom_there_is_nobody_to_make_it() -> None:
    with pytest.raises(CannotGroup, match="corp_id"):
        await make(Settings(), "翠湖骨干", ["li", "wang"])
