"""`shaodao check` as it is run: hints alone do not make it end with 1."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from bot import decisions, sample
from bot import settings as configuration
from bot.commands.checks import Findings
from bot.commands.checks_channels import faults, hints
from bot.demo.stage import MORNING
from bot.workbooks import roster
from governance.roster import Sheet
from storage import secrets
from storage.database import connect
from storage.people import bind_account, people
from tests.bot.test_run import config, ends
from tests.servers.telegram import TelegramServer
from tests.servers.wechat import WeChatServer
from tests.servers.wecom import WeComServer

DESK, WORKER = sample.DESK.code, sample.WORKER.code


def load(url: str) -> None:
    """The small sample district without telephones; only its desk and a worker have accounts."""
    chosen = configuration.Settings()
    policy = decisions.policy(chosen, decisions.categories())
    areas, units, staff = sample.sheets("small")
    rows = {
        Sheet.AREAS: areas,
        Sheet.UNITS: units,
        Sheet.PEOPLE: [{**row, "phone": ""} for row in staff],
    }
    engine = connect(url)
    with engine.begin() as conn:
        today = policy.local_date(MORNING)
        assert roster.apply(conn, roster.from_rows(rows), policy, today).ok
        known = select(people.c.id, people.c.code).where(people.c.code.in_((DESK, WORKER)))
        for person, code in conn.execute(known).all():
            key, lane = ("telegram", "7001", code), f"telegram/7001/{code}"
            bind_account(conn, key, person, "zh_CN", lane)
    engine.dispose()


async def test_a_district_that_can_serve_is_in_order_and_reads_what_it_lacks(
    tmp_path: Path,
) -> None:
    key = {"SHAODAO_PRIVACY__KEY": secrets.new_key()}
    async with TelegramServer() as server:
        path = config(tmp_path, telegram={"token": server.token, "base_url": server.url})
        assert (await ends("migrate", "--config", str(path), **key))[0] == 0
        load(f"sqlite:///{tmp_path / 'run.db'}")
        code, said = await ends("check", "--config", str(path), **key)
    told = said.splitlines()
    assert code == 0, said
    assert told[0] == "该有的都有了，可以运行。"
    assert "1个网格没有网格员：春晓社区第一网格（QH-LL-CX-1）" in told
    [unreached] = [line for line in told if "联系不上" in line]
    assert WORKER not in unreached
    assert sample.CHIEF.code in unreached
    assert any("Telegram 的数据存在境外" in line and "微信" in line for line in told)


@pytest.mark.parametrize(
    ("code", "named"),
    [
        (0, "https://bot.example.org/callbacks/wechat"),
        (40013, "wechat.app_id"),
        (40125, "wechat.app_secret"),
        (40164, "API IP 白名单"),
        (61004, "API IP 白名单"),
        (40243, "解冻"),
        (-1, "base_url"),
    ],
)
async def test_an_official_account_is_asked_for_and_its_faults_have_remedies(
    code: int, named: str
) -> None:
    async with WeChatServer() as server:
        if code:
            server.fail_next("/cgi-bin/stable_token", code)
        account = {
            "app_id": server.app_id,
            "app_secret": server.app_secret,
            "token": server.token,
            "aes_key": server.aes_key,
            "base_url": server.url,
            "path": "/callbacks/wechat",
        }
        chosen = configuration.Settings.model_validate(
            {"wechat": account, "web": {"public_url": "https://bot.example.org"}}
        )
        found = Findings(await faults(chosen), [] if code else hints(chosen))
    told = found.told("zh_CN")
    assert bool(found.faults) == bool(code)
    assert any(named in line for line in told), told
    assert server.app_secret not in "".join(told)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({}, "https://bot.example.org/wecom"),
        ({"corp_id": "ww1"}, "wecom.corp_id"),
        ({"secret": "another"}, "wecom.secret"),
        ({"agent_id": 7}, "wecom.agent_id"),
        ({"base_url": "http://127.0.0.1:9"}, "base_url"),
        (None, "企业可信IP"),
    ],
)
async def test_an_app_of_wecom_is_asked_for_and_its_faults_have_remedies(
    wrong: dict[str, object] | None, named: str
) -> None:
    async with WeComServer() as server:
        server.wecom.trusts_ip = wrong is not None
        app = {
            "corp_id": server.corp_id,
            "agent_id": server.agent_id,
            "secret": server.secret,
            "token": server.token,
            "aes_key": server.aes_key,
            "base_url": server.url,
        }
        chosen = configuration.Settings.model_validate(
            {"wecom": app | (wrong or {}), "web": {"public_url": "https://bot.example.org"}}
        )
        found = Findings(await faults(chosen), hints(chosen) if wrong == {} else [])
    told = found.told("zh_CN")
    assert bool(found.faults) == (wrong != {})
    assert any(named in line for line in told), told
    assert server.secret not in "".join(told)
