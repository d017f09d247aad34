"""A backup of a bot that is at work, put back elsewhere: everything is there, nothing goes twice."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from sqlalchemy import Engine, text

from bot import settings
from bot.commands import restoring
from bot.upkeep import archive
from bot.upkeep.archive import BadArchive, Manifest
from storage.database import connect
from tests import databases
from tests.bot.test_run import ROOT, config, ends, serving
from tests.robot import DARK
from tests.servers.telegram import TelegramServer

LAMP = "翠湖社区3号楼东头路灯不亮"
DISTRICT = "insert into areas (kind, path, code, name) values ('district', '/1/', 'QH', '青河区')"


def look(url: str, query: str) -> Sequence[Any]:
    engine = connect(url)
    with engine.connect() as conn:
        found = conn.execute(text(query)).all()
    engine.dispose()
    return found


def change(url: str, *statements: str) -> None:
    engine = connect(url)
    with engine.begin() as conn:
        for statement in statements:
            conn.execute(text(statement))
    engine.dispose()


def kept(folder: Path, pattern: str) -> list[Path]:
    """What was set aside."""
    return sorted(folder.glob(pattern))


EACH = """
import json, sys
from typer.testing import CliRunner
from bot.main import app
for command, environment in json.loads(sys.argv[1]):
    done = CliRunner().invoke(app, command, env=environment)
    print(json.dumps([done.exit_code, done.output]))
"""


async def one_after_another(
    *commands: Sequence[str], environment: Sequence[dict[str, str]] = ()
) -> list[tuple[int, str]]:
    """Exit code and what it said, of commands in one process; starting one takes its time."""
    given = [*environment, *({} for _ in commands)]
    told = json.dumps(list(zip(commands, given, strict=False)))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", EACH, told, cwd=ROOT, stdout=PIPE
    )
    out, _err = await asyncio.wait_for(process.communicate(), 120)
    return [tuple(json.loads(line)) for line in out.splitlines()]


async def writes_until(server: TelegramServer, done: asyncio.Task[Any]) -> int:
    """Residents write, each as soon as the last was answered."""
    said = 0
    while not done.done():
        said += 1
        person = server.user(1000 + said, "周兰")
        person.says(LAMP)
        await server.until(lambda one=person: one.sees("是哪一类"), 30)  # type: ignore[misc]
    return said


async def test_a_backup_under_load_has_everything_said_before_it_and_goes_on_elsewhere(
    tmp_path: Path, unused_tcp_port: int, district: Callable[[Path], None]
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    urls = [f"sqlite:///{folder / 'run.db'}" for folder in (here, there)]
    file = str(tmp_path / "backup.tar")
    async with TelegramServer() as server:
        telegram = {"token": server.token, "base_url": server.url}
        path = config(here, telegram=telegram, web={"port": unused_tcp_port})
        district(here)
        async with serving(path):
            early = server.user(101, "周兰")
            early.says(LAMP)
            await server.until(lambda: early.sees("是哪一类"), 30)
            (here / "media" / "0a1b.jpg").write_bytes(DARK)
            before = look(urls[0], "select event from inbox")
            key = str(there / "shaodao.key")
            making = asyncio.create_task(ends("backup", file, "--key", key, "--config", str(path)))
            said = await writes_until(server, making)
            assert (await making)[0] == 0, await making
            other = config(there, telegram=telegram)
            again = await ends("restore", file, "--replace", "--config", str(path))
            assert (again[0], "the bot is running" in again[1]) == (1, True)
    assert said > 1
    code, told = await ends("restore", file, "--config", str(other))
    assert (code, "whole; made" in told) == (0, True), told
    assert set(before) <= set(look(urls[1], "select event from inbox"))
    assert set(look(urls[1], "select event from inbox")) <= set(
        look(urls[0], "select event from inbox")
    )
    assert look(urls[1], "select count(*) from people")[0][0] > 20
    assert (there / "media" / "0a1b.jpg").read_bytes() == DARK


async def test_what_waited_then_is_not_sent_again_and_no_number_comes_twice(
    tmp_path: Path,
) -> None:
    url, path = f"sqlite:///{tmp_path / 'run.db'}", str(config(tmp_path))
    file = str(tmp_path / "backup.tar")
    restore = ("restore", file, "--config", path)
    await one_after_another(("migrate", "--config", path))
    change(
        url,
        DISTRICT,
        "insert into senders (key, owner, lease_until, next_free_at, paused_until, series)"
        " values ('telegram/1', '', 0, 0, 0, 'ab12')",
        "insert into case_numbers (district, day, last) values ('QH', date('now', '+8 hours'), 7)",
        *(
            "insert into outbox (sender, lane, kind, priority, payload, receipt, state, not_before,"
            f" attempts, repeated, token, error, message_id) values ('telegram/1', 'telegram/1/2',"
            f" 'reply', 2, '{{}}', '', '{state}', 0, 0, 0, '', '', '')"
            for state in ("ready", "held", "sent")
        ),
    )
    _made, refused, held, sent = await one_after_another(
        ("backup", file, "--config", path),
        restore,
        (*restore, "--replace"),
        (*restore, "--replace", "--send"),
    )
    assert (refused[0], "there is a district in it" in refused[1]) == (1, True)
    assert (held[0], "1 messages waited" in held[1]) == (0, True), held
    assert (sent[0], "messages waited" in sent[1]) == (0, False), sent
    before, after_the_first = kept(tmp_path, "run.db.before-*")
    assert states(before) == ["ready", "held", "sent"]
    assert states(after_the_first) == ["unknown", "held", "sent"]
    assert states(tmp_path / "run.db") == ["ready", "held", "sent"]
    assert look(url, "select series from senders")[0].series != "ab12"
    assert look(url, "select last from case_numbers")[0].last == 1007


def states(file: Path) -> list[str]:
    found = look(f"sqlite:///{file}", "select state from outbox order by id")
    return [row.state for row in found]


def test_what_this_release_cannot_read_is_refused_before_anything_is_touched(
    tmp_path: Path,
) -> None:
    def of(revision: str, kind: str) -> Path:
        (tmp_path / "copy").write_bytes(b"rows")
        manifest = Manifest("9.0", revision, datetime(2026, 11, 26, tzinfo=UTC), kind)
        archive.write(tmp_path / "b.tar", manifest, tmp_path / "copy", tmp_path)
        return tmp_path / "b.tar"

    chosen = settings.load(config(tmp_path))
    assert restoring.usable(of("0021", "sqlite"), chosen).release == "9.0"
    with pytest.raises(BadArchive, match="made by a newer release"):
        restoring.usable(of("9999", "sqlite"), chosen)
    with pytest.raises(BadArchive, match="of postgresql, and database"):
        restoring.usable(of("0021", "postgresql"), chosen)


@contextmanager
def new_database(server: Engine) -> Iterator[str]:
    """An empty database that no release has touched."""
    name = f"shaodao_backup_{token_hex(4)}"
    with databases._administrator(server.url) as conn:
        conn.execute(text(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"))
        yield server.url.set(database=name).render_as_string(hide_password=False)
        conn.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def tools() -> dict[str, str]:
    """pg_dump of the server that the tests bring along, if they do."""
    pgserver = pytest.importorskip("pgserver")
    found = Path(pgserver.__file__).parent / "pginstall" / "bin"
    return {"PATH": f"{found}:{os.environ['PATH']}"} if found.is_dir() else {}


async def test_postgresql_is_backed_up_by_its_own_tools_and_without_them_it_says_how(
    tmp_path: Path, migrated_postgres: Engine
) -> None:
    with new_database(migrated_postgres) as url:
        key = {"key_file": str(tmp_path / "shaodao.key")}
        path = str(config(tmp_path, database={"url": url}, privacy=key))
        file, found = str(tmp_path / "backup.tar"), tools()
        await one_after_another(("migrate", "--config", path))
        change(url, DISTRICT)
        backup = ("backup", file, "--config", path)
        without, done = await one_after_another(
            backup, backup, environment=[{"PATH": str(tmp_path)}, found]
        )
        assert (without[0], "pg_dump --format=custom" in without[1]) == (1, True)
        if not found and shutil.which("pg_dump") is None:
            pytest.skip("no pg_dump")
        assert done[0] == 0, done
        change(url, "delete from areas", "create table later (id integer)")
        restore = ("restore", file, "--replace", "--config", path)
        [back] = await one_after_another(restore, environment=[found])
        assert back[0] == 0, back
        assert look(url, "select name from areas")[0].name == "青河区"
        assert len(kept(tmp_path, "before-*.dump")) == 1
