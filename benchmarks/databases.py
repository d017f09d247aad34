"""Empty databases whose commits last, for one measurement each."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, create_engine, make_url, text


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL server that waits for its disk; it is gone afterwards."""
    from tests.databases import FOR_A_WHILE, postgres_server

    with postgres_server() as server:
        # The tests' server does not: what it does without is back.
        _administer(server, *(f"ALTER SYSTEM RESET {what}" for what in FOR_A_WHILE[:3]))
        _administer(server, "SELECT pg_reload_conf()")
        yield server.render_as_string(hide_password=False)


@contextmanager
def empty(server: str) -> Iterator[str]:
    """A database without tables: on this server, or in a file of its own if there is none."""
    if not server:
        with TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'benchmark.db'}"
        return
    admin, name = make_url(server), f"benchmark_{secrets.token_hex(4)}"
    _administer(admin, f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    try:
        yield admin.set(database=name).render_as_string(hide_password=False)
    finally:
        _administer(admin, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(server: URL, *statements: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
