"""Whoever watches over a bot that runs: its figures, its dashboard, its alarms, its log."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import Callable
from pathlib import Path

import httpx
from sqlalchemy import text

from storage.database import connect
from tests.bot.test_run import becomes_healthy, config, start
from tests.servers.telegram import TelegramServer

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations"
METRIC = re.compile(r"\b((?:shaodao|process)_[a-z_]+)\b")
EXPR = re.compile(r"^ +expr: (.+)$", re.MULTILINE)


def exported(metrics: str) -> set[str]:
    """The names a query may use, also of what has not been counted yet."""
    found: set[str] = set()
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", metrics, re.MULTILINE):
        ends = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
        found.update(name + end for end in ends)
    return found


def queried(expressions: list[str]) -> set[str]:
    return {name for one in expressions for name in METRIC.findall(one)}


def dashboard() -> list[str]:
    panels = json.loads((OPERATIONS / "grafana.json").read_text("utf-8"))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    return [target["expr"] for panel in panels for target in panel["targets"]]


def alarms() -> list[str]:
    return EXPR.findall((OPERATIONS / "alerts.yml").read_text("utf-8"))


async def test_everything_the_dashboard_and_the_alarms_ask_for_is_told_by_a_bot_that_runs(
    tmp_path: Path, unused_tcp_port: int, district: Callable[[Path], None]
) -> None:
    address = f"http://127.0.0.1:{unused_tcp_port}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        heard: list[bytes] = []
        loop = asyncio.get_running_loop()
        loop.add_reader(systemd, lambda: heard.extend(systemd.recv(200).splitlines()))
        async with TelegramServer() as server, httpx.AsyncClient(trust_env=False) as client:
            path = config(
                tmp_path,
                telegram={"token": server.token, "base_url": server.url},
                web={"port": unused_tcp_port},
                log={"format": "json"},
            )
            district(tmp_path)
            told = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "600000"}
            process = await start("run", "--config", str(path), **told)
            async with asyncio.timeout(60):
                assert process.stderr is not None
                while (await process.stderr.readline()).strip() != b"ready":
                    assert process.returncode is None
                resident = server.user(101, "周兰")
                resident.says("翠湖社区3号楼东头路灯不亮")
                await server.until(lambda: resident.sees("是哪一类"), 20)
                await becomes_healthy(client, address)
                metrics = (await client.get(f"{address}/metrics")).text
                process.terminate()
                _out, log = await process.communicate()
        loop.remove_reader(systemd)
    names = exported(metrics)
    assert len(dashboard()) > 20
    assert len(alarms()) > 10
    assert queried([*dashboard(), *alarms()]) - names == set()
    assert 'shaodao_events_total{channel="telegram",result="handled"} 1.0' in metrics
    assert 'shaodao_healthy{check="outbox"} 1.0' in metrics
    assert {b"READY=1", b"WATCHDOG=1", b"STOPPING=1"} <= set(heard)
    assert_told_by_event(tmp_path, log.decode())


def assert_told_by_event(folder: Path, log: str) -> None:
    """Each line about a message names the event it answers, as its row does; no line has words."""
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    sent = {line["row"]: line["origin"] for line in lines if line["event"] == "message_sent"}
    engine = connect(f"sqlite:///{folder / 'run.db'}")
    with engine.connect() as conn:
        [event] = conn.execute(text("select channel || '/' || event from inbox")).scalars()
        rows = conn.execute(text("select id, origin from outbox where state = 'sent'")).all()
    engine.dispose()
    assert sent == {row.id: event for row in rows} != {}
    assert "路灯" not in log
    assert "周兰" not in log
