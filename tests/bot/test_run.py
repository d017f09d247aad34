"""The real process, over real HTTP: it becomes ready, serves, and ends with 0 on SIGTERM."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from storage.database import connect
from tests.servers.telegram import TelegramServer
from tests.servers.wechat import WeChatServer
from tests.servers.wecom import WeComServer

SHAODAO = [sys.executable, "-c", "from bot.start import shaodao; shaodao()"]
ROOT = Path(__file__).parents[2]
SECRET = "a-secret-of-the-tests"


async def start(*args: str, **environment: str) -> Process:
    env = {**os.environ, "BROWSER": "none", **environment}
    return await asyncio.create_subprocess_exec(
        *SHAODAO, *args, cwd=ROOT, env=env, stdout=PIPE, stderr=PIPE
    )


async def ends(*args: str, **environment: str) -> tuple[int, str]:
    """Exit code and everything it said."""
    process = await start(*args, **environment)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, (out + err).decode()


def config(folder: Path, **parts: dict[str, Any]) -> Path:
    """A configuration whose files all lie in the folder."""
    parts.setdefault("database", {"url": f"sqlite:///{folder / 'run.db'}"})
    parts.setdefault("media", {"folder": str(folder / "media")})
    path = folder / "config.toml"
    path.write_text(
        "".join(
            f"[{name}]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in keys.items())
            for name, keys in parts.items()
        )
    )
    return path


@asynccontextmanager
async def serving(path: Path, *options: str, **environment: str) -> AsyncIterator[Process]:
    """`shaodao run` from "ready" to its end with 0."""
    process = await start("run", "--config", str(path), *options, **environment)
    assert process.stderr is not None
    said: list[bytes] = []
    async with asyncio.timeout(30):
        while not said or said[-1].strip() != b"ready":
            said.append(await process.stderr.readline())
            assert said[-1], f"it ended before it was ready: {said}"
    yield process
    process.terminate()
    await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0


async def becomes_healthy(client: httpx.AsyncClient, address: str) -> None:
    """The clock has ticked for the first time, however late a busy machine lets it."""
    async with asyncio.timeout(20):
        while (health := await client.get(f"{address}/health")).status_code != 200:
            assert health.json()["clock"] is False, health.text


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_it_serves_a_resident_and_ends_in_peace(
    tmp_path: Path, mode: str, unused_tcp_port: int, district: Callable[[Path], None]
) -> None:
    address = f"http://127.0.0.1:{unused_tcp_port}"
    async with TelegramServer() as server, httpx.AsyncClient(trust_env=False) as client:
        path = config(
            tmp_path,
            telegram={
                "token": server.token,
                "base_url": server.url,
                "mode": mode,
                "webhook_url": f"{address}/telegram",
                "webhook_secret": SECRET,
            },
            web={"port": unused_tcp_port},
        )
        district(tmp_path)
        async with serving(path):
            resident = server.user(101, "周兰")
            resident.says("翠湖社区3号楼东头路灯不亮")
            await server.until(lambda: resident.sees("是哪一类"), 20)
            assert (await client.get(f"{address}/metrics")).status_code == 200
            await becomes_healthy(client, address)
            if mode == "webhook":
                wrong = await client.post(f"{address}/telegram", content=b"{}")
                headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
                bad = await client.post(f"{address}/telegram", content=b"[", headers=headers)
                assert (wrong.status_code, bad.status_code) == (401, 400)


async def test_it_serves_an_official_account(tmp_path: Path, unused_tcp_port: int) -> None:
    async with WeChatServer(patience=20) as server:
        path = config(
            tmp_path,
            wechat={
                "app_id": server.app_id,
                "app_secret": server.app_secret,
                "token": server.token,
                "aes_key": server.aes_key,
                "base_url": server.url,
                "path": "/here/we-are",
            },
            web={"port": unused_tcp_port},
        )
        assert (await ends("sample", "--config", str(path)))[0] == 0
        server.callback = f"http://127.0.0.1:{unused_tcp_port}/here/we-are"
        async with serving(path):
            assert await server.verify_address() == "8374658392"
            await server.until(lambda: bool(server.wechat.menu), 20)
            resident = server.follower("zhou")
            await resident.follows()
            await resident.says("翠湖社区3号楼东头路灯不亮")
            await server.until(lambda: resident.sees("是哪一类"), 20)
            await resident.clicks("查进度")
            await server.until(lambda: resident.sees("您还没有报过事"), 20)
        engine = connect(f"sqlite:///{tmp_path / 'run.db'}")
        with engine.connect() as conn:
            [(kept,)] = conn.execute(text("select token from access_tokens")).all()
        engine.dispose()
        assert kept
        assert kept != server.wechat.token  # encrypted


async def test_it_serves_an_app_of_wecom(
    tmp_path: Path, unused_tcp_port: int, district: Callable[[Path], None]
) -> None:
    async with WeComServer(patience=20) as server:
        path = config(
            tmp_path,
            wecom={
                "corp_id": server.corp_id,
                "agent_id": server.agent_id,
                "secret": server.secret,
                "token": server.token,
                "aes_key": server.aes_key,
                "base_url": server.url,
            },
            web={"port": unused_tcp_port},
        )
        district(tmp_path)
        server.callback = f"http://127.0.0.1:{unused_tcp_port}/wecom"
        async with serving(path):
            assert (await server.verify_address()).text == "8374658392"
            await server.until(lambda: bool(server.wecom.menu), 20)
            resident = server.member("zhou", "周兰")
            await resident.says("翠湖社区3号楼东头路灯不亮")
            await server.until(lambda: bool(resident.bubbles[-1].buttons), 20)
            await resident.taps("路灯不亮")
            await server.until(lambda: resident.sees("这样报上去"), 20)
    engine = connect(f"sqlite:///{tmp_path / 'run.db'}")
    with engine.connect() as conn:
        codes = conn.execute(text("select count(*) from edit_codes")).scalar_one()
    engine.dispose()
    assert codes >= 2


async def test_one_process_takes_webhooks_and_another_answers(
    tmp_path: Path, postgres_district: str, key: str, unused_tcp_port_factory: Callable[[], int]
) -> None:
    front, back = unused_tcp_port_factory(), unused_tcp_port_factory()
    async with TelegramServer() as server, httpx.AsyncClient(trust_env=False) as client:
        telegram = {
            "token": server.token,
            "base_url": server.url,
            "mode": "webhook",
            "webhook_url": f"http://127.0.0.1:{front}/telegram",
            "webhook_secret": SECRET,
        }
        parts: dict[str, Any] = {"telegram": telegram, "database": {"url": postgres_district}}
        secret = {"SHAODAO_PRIVACY__KEY": key}
        (tmp_path / "web").mkdir()
        web = config(tmp_path / "web", **parts, web={"port": front})
        worker = config(tmp_path, **parts, web={"port": back})
        async with (
            serving(web, "--role", "web", **secret),
            serving(worker, "--role", "worker", **secret),
        ):
            resident = server.user(101, "周兰")
            resident.says("翠湖社区3号楼东头路灯不亮")
            await server.until(lambda: resident.sees("是哪一类"), 20)
            await becomes_healthy(client, f"http://127.0.0.1:{back}")
            health = (await client.get(f"http://127.0.0.1:{front}/health")).json()
            assert (health["ok"], "sender" in health) == (True, False)
            refused = await client.post(f"http://127.0.0.1:{back}/telegram", content=b"{}")
            assert refused.status_code == 404


async def test_a_second_process_on_sqlite_is_refused_until_the_first_is_dead(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    async with TelegramServer() as server:
        telegram = {"token": server.token, "base_url": server.url}
        path = config(tmp_path, telegram=telegram, web={"port": unused_tcp_port})
        first = await start("run", "--config", str(path))
        assert first.stderr is not None
        while (await first.stderr.readline()).strip() != b"ready":
            pass
        code, said = await ends("run", "--config", str(path))
        assert (code, f"served already, by process {first.pid}" in said) == (2, True)
        first.kill()
        await first.communicate()
        async with serving(path):
            pass
    code, said = await ends("run", "--role", "worker", "--config", str(path))
    assert (code, "set database.url to PostgreSQL" in said) == (2, True)


async def test_a_wrong_configuration_ends_with_2_and_says_why(tmp_path: Path) -> None:
    path = config(tmp_path, web={"prot": 1})
    code, said = await ends("run", "--config", str(path))
    assert (code, "web.prot: unknown key" in said) == (2, True)


async def test_without_a_channel_there_is_nothing_to_serve(tmp_path: Path) -> None:
    code, said = await ends("run", "--config", str(config(tmp_path)))
    assert (code, "no channel is configured" in said) == (2, True)


async def test_a_database_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    path = config(tmp_path)
    assert (await ends("migrate", "--config", str(path)))[0] == 0
    engine = connect(f"sqlite:///{tmp_path / 'run.db'}")
    with engine.begin() as conn:
        conn.execute(text("update alembic_version set version_num = '9999'"))
    engine.dispose()
    code, said = await ends("run", "--config", str(path))
    assert (code, "newer release" in said) == (2, True)


async def test_check_names_what_is_missing(tmp_path: Path) -> None:
    path = config(tmp_path)
    code, said = await ends("check", "--language", "en", "--config", str(path))
    assert (code, "shaodao migrate" in said) == (1, True)
    assert "No channel is set up" in said


async def test_the_story_is_told_in_the_terminal() -> None:
    code, said = await ends("story")
    assert (code, "QH-20261123-0001" in said) == (0, True)


async def test_the_demo_answers_its_page_and_ends_in_peace(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    process = await start("demo", "--folder", str(tmp_path), PORT=str(unused_tcp_port))
    assert process.stderr is not None
    async with asyncio.timeout(30):
        while b"127.0.0.1" not in await process.stderr.readline():
            pass
    async with httpx.AsyncClient(trust_env=False) as client:
        page = await client.get(f"http://127.0.0.1:{unused_tcp_port}/")
    process.terminate()
    await asyncio.wait_for(process.communicate(), 20)
    assert (page.status_code, process.returncode) == (200, 0)
