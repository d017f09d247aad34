"""The key: made once, refused when it does not fit, replaced without losing anything."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from bot import keys
from bot.clock import technical
from bot.keys import BadKey
from bot.settings import DatabaseSettings, Privacy, Settings
from storage import lanes, rotation, secrets
from storage.database import connect
from storage.migrating import migrate
from storage.people import people

ROOT = Path(__file__).parents[2]
PHONES = [f"1380000{n:04d}" for n in range(1200)]  # more than two steps of a rotation


@pytest.fixture(autouse=True)
def the_key_of_the_other_tests() -> Iterator[None]:
    """These tests change the key of the whole process."""
    before = dict(vars(secrets._KEYS))
    yield
    vars(secrets._KEYS).update(before)


def settings(folder: Path, *given: str) -> Settings:
    url = f"sqlite:///{folder / 'district.db'}"
    return Settings(
        database=DatabaseSettings(url=url),
        privacy=Privacy(key=",".join(given)),
    )


def opened(folder: Path, *given: str) -> Settings:
    """Unlocked and migrated, as every command begins."""
    chosen = settings(folder, *given)
    keys.unlock(chosen, tell=lambda _text: None)
    migrate(chosen.database.url)
    return chosen


def write(chosen: Settings, phones: list[str]) -> None:
    engine = connect(chosen.database.url)
    rows = [
        {"name": "周兰", "phone": phone, "phone_print": secrets.fingerprint(phone)}
        for phone in phones
    ]
    with engine.begin() as conn:
        conn.execute(insert(people), rows)
    engine.dispose()


def read(chosen: Settings) -> list[str]:
    """Every telephone number, found by its fingerprint."""
    engine = connect(chosen.database.url)
    with engine.begin() as conn:
        rows = conn.execute(
            select(people.c.phone, people.c.phone_print).order_by(people.c.id)
        ).all()
    engine.dispose()
    assert all(found == secrets.fingerprint(phone) for phone, found in rows)
    return [phone for phone, _found in rows]


def forgets_the_key() -> None:
    vars(secrets._KEYS).update(first=None, box=None, stamp=b"")


# ── the first key ────────────────────────────────────────────────────────────


def test_the_first_start_makes_a_key_nobody_else_can_read(tmp_path: Path) -> None:
    said: list[str] = []
    keys.unlock(settings(tmp_path), tell=said.append)
    file = tmp_path / "shaodao.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert secrets.is_key(file.read_text().strip())
    assert str(file) in said[0]
    assert "apart from the database" in said[0]


def test_the_second_start_uses_it_and_says_nothing(tmp_path: Path) -> None:
    write(opened(tmp_path), PHONES[:1])
    forgets_the_key()
    said: list[str] = []
    keys.unlock(settings(tmp_path), tell=said.append)
    assert said == []
    assert read(settings(tmp_path)) == PHONES[:1]


def test_a_given_key_leaves_no_file(tmp_path: Path) -> None:
    write(opened(tmp_path, secrets.new_key()), PHONES[:1])
    assert not (tmp_path / "shaodao.key").exists()


def test_looking_makes_no_key(tmp_path: Path) -> None:
    assert not keys.unlock(settings(tmp_path), create=False)
    assert not (tmp_path / "shaodao.key").exists()


# ── a key that does not fit ──────────────────────────────────────────────────


def test_without_its_key_an_encrypted_database_stays_closed(tmp_path: Path) -> None:
    opened(tmp_path)
    (tmp_path / "shaodao.key").unlink()
    with pytest.raises(BadKey, match="their key is missing; put its backup at"):
        keys.unlock(settings(tmp_path))
    assert not (tmp_path / "shaodao.key").exists()


def test_another_key_is_refused(tmp_path: Path) -> None:
    opened(tmp_path)
    with pytest.raises(BadKey, match="not the one this database was encrypted with"):
        keys.unlock(settings(tmp_path, secrets.new_key()))


@pytest.mark.parametrize("content", ["", "no key", "\xff"])
def test_a_broken_key_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "shaodao.key").write_text(content, "latin-1")
    with pytest.raises(BadKey, match=r"shaodao\.key"):
        keys.unlock(settings(tmp_path))


async def shaodao(folder: Path, *args: str, **environment: str) -> tuple[int, str]:
    """A command of the real process: its exit code and everything it said."""
    path = folder / "config.toml"
    path.write_text(f'[database]\nurl = "sqlite:///{folder / "district.db"}"\n')
    command = "from bot.start import shaodao; shaodao()"
    env = {**os.environ, **environment}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", command, *args, "--config", str(path)),
        cwd=ROOT,
        env=env,
        stdout=PIPE,
        stderr=PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, (out + err).decode()


async def test_the_process_refuses_to_start_with_code_2(tmp_path: Path) -> None:
    code, said = await shaodao(tmp_path, "migrate")
    assert (code, "Back it up now" in said) == (0, True)
    code, said = await shaodao(tmp_path, "run", SHAODAO_PRIVACY__KEY=secrets.new_key())
    assert (code, "put the right one back" in said) == (2, True)
    code, said = await shaodao(tmp_path, "run", SHAODAO_PRIVACY__KEY="my-secret")
    assert (code, "privacy.key: not a key" in said, "my-secret" in said) == (2, True, False)


async def test_the_process_takes_another_key(tmp_path: Path) -> None:
    write(opened(tmp_path), PHONES[:3])
    old = (tmp_path / "shaodao.key").read_text()
    code, said = await shaodao(tmp_path, "rotate-key")
    assert (code, "holds the new key alone" in said) == (0, True)
    assert (tmp_path / "shaodao.key").read_text() != old
    forgets_the_key()
    keys.unlock(settings(tmp_path))
    assert read(settings(tmp_path)) == PHONES[:3]


# ── another key ──────────────────────────────────────────────────────────────


def test_everything_is_readable_with_the_new_key_alone(tmp_path: Path) -> None:
    chosen = opened(tmp_path)
    write(chosen, PHONES)
    assert keys.rotate(chosen, tell=lambda _text: None)
    [key] = (tmp_path / "shaodao.key").read_text().split()
    forgets_the_key()
    keys.unlock(settings(tmp_path, key))
    assert read(chosen) == PHONES


@pytest.mark.parametrize("steps", [0, 1, 2, 4])
def test_stopped_anywhere_it_is_readable_and_goes_on(tmp_path: Path, steps: int) -> None:
    chosen = opened(tmp_path)
    write(chosen, PHONES)
    file = tmp_path / "shaodao.key"
    both = [secrets.new_key(), file.read_text().strip()]
    keys._replace(file, both)
    secrets.unlock(both)
    engine = connect(chosen.database.url)
    last: int | None = 0
    for _step in range(steps):
        with engine.begin() as conn:
            last = rotation.rewrite(conn, people.c.phone, last or 0)
    with engine.begin() as conn:
        found = conn.scalars(select(people.c.phone).order_by(people.c.id)).all()
    engine.dispose()
    assert list(found) == PHONES

    forgets_the_key()
    assert keys.rotate(settings(tmp_path), tell=lambda _text: None)
    assert file.read_text().split() == both[:1]
    forgets_the_key()
    keys.unlock(settings(tmp_path))
    assert read(chosen) == PHONES


def test_everything_encrypted_is_found_by_one_number() -> None:
    names = [f"{column.table.name}.{column.name}" for column in rotation.columns()]
    assert {"people.phone", "people.address", "audits.words", "contact_words.words"} < set(names)
    assert names[-1] == "seals.word"
    for column in rotation.columns():
        (key,) = column.table.primary_key.columns
        assert key.type.python_type is int


def test_half_a_key_file_is_never_there(tmp_path: Path) -> None:
    chosen = opened(tmp_path)
    write(chosen, PHONES[:1])
    (tmp_path / "shaodao.key.part").write_text("half a k")  # the power went while it was written
    assert keys.rotate(chosen, tell=lambda _text: None)
    assert list(tmp_path.glob("*.part")) == []


def test_a_given_key_is_replaced_by_whoever_gives_it(tmp_path: Path) -> None:
    old = secrets.new_key()
    chosen = opened(tmp_path, old)
    write(chosen, PHONES[:2])
    said: list[str] = []
    assert not keys.rotate(chosen, tell=said.append)
    name, both = said[0].splitlines()[-1].split("=", 1)
    new = both.split(",")[0]
    assert (name, both) == ("SHAODAO_PRIVACY__KEY", f"{new},{old}")
    assert keys.rotate(settings(tmp_path, new, old), tell=said.append)
    assert said[-1].endswith(f"SHAODAO_PRIVACY__KEY={new}")
    keys.unlock(settings(tmp_path, new))
    assert read(chosen) == PHONES[:2]


def test_a_bot_at_work_is_not_locked_out(tmp_path: Path) -> None:
    chosen = opened(tmp_path)
    engine = connect(chosen.database.url)
    with engine.begin() as conn:
        lanes.lease(conn, "telegram/7001", "me", technical(), 15)
    engine.dispose()
    with pytest.raises(BadKey, match="stop it"):
        keys.rotate(chosen, tell=lambda _text: None)


# ── an older database ────────────────────────────────────────────────────────


def test_numbers_kept_in_clear_are_encrypted_and_stay_readable(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    engine = connect(chosen.database.url)
    _as_of_0001(chosen.database.url)
    with engine.begin() as conn:
        for statement in OLD:
            conn.execute(text(statement))
    opened(tmp_path)
    assert sorted(read(chosen)) == ["", "0421-0000101", "13800000000"]
    with engine.begin() as conn:
        raw = conn.execute(text("select phone from people where phone <> ''")).scalars().all()
        held = conn.execute(
            text(
                "select people.name, accounts.external from accounts join people on people.id = person_id"
            )
        ).all()
        assert conn.execute(text("PRAGMA foreign_key_check")).all() == []
    engine.dispose()
    assert all(token.startswith("gAAAAA") for token in raw)
    assert [tuple(row) for row in held] == [("周兰", "7001002")]


OLD = (
    "insert into people (id, name, phone) values (1, '周兰', '13800000000')",
    "insert into people (id, name, phone) values (2, '吴桂芳', '0421-0000101')",
    "insert into people (id, name, phone) values (3, '陈静', '')",
    "insert into accounts (channel, bot, external, person_id, lane, language, noticed)"
    " values ('telegram', '1', '7001002', 1, 'telegram/1/7001002', 'zh_CN', 0)",
)


def _as_of_0001(url: str) -> None:
    """The database as the first release left it."""
    from alembic import command

    from storage.migrating import alembic

    engine = connect(url)
    with engine.begin() as conn:
        command.upgrade(alembic(conn), "0001")
    engine.dispose()
