"""`shaodao run`: serves the configured channels, all of it or one part beside other processes."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated, NoReturn

import typer

from bot import connecting, logs
from bot.app import App, Role
from bot.commands import beginning
from bot.commands.beginning import Config
from bot.processes.alone import AlreadyServed, only_process
from bot.serve import serve
from bot.settings import Settings
from bot.upkeep import supervisor
from bot.web import papers
from bot.web.server import build
from storage.database import sqlite_path

As = Annotated[
    Role, typer.Option("--role", help="All of it; or one part, beside others on PostgreSQL.")
]


def run(config: Config = None, *, role: As = Role.ALL) -> None:
    """Serve the configured channels."""
    chosen = beginning.read(config)
    logs.configure(chosen.log)
    url = chosen.database.url
    if role is not Role.ALL and sqlite_path(url) is not None:
        _end("--role: SQLite is served by one process; set database.url to PostgreSQL for more")
    try:
        with only_process(url):
            beginning.migrate(chosen)
            asyncio.run(_serve(chosen, role))
    except AlreadyServed as by:
        _end(
            f"database.url: this SQLite database is served already, by process {by}; "
            "end that one first, or move to PostgreSQL for several"
        )


async def _serve(chosen: Settings, role: Role) -> None:
    served: App
    channels = await connecting.channels(chosen, lambda: served.database)
    if not channels:
        _end(
            "no channel is configured; set [telegram] token, [wechat] app_id or [wecom] corp_id in config.toml"
        )
    served = App.configured(chosen, channels, role)
    desk = chosen.web.public_url and served.takes
    async with served.running(), supervisor.watched(served.health):
        web = build(
            channels=channels if served.takes else (),
            receive=served.receive,
            health=served.health,
            pages=papers.routes(lambda: served) if desk else (),
            metrics_token=chosen.web.metrics_token,
        )
        await serve(web, chosen.web.host, chosen.web.port, lambda _port: _ready())


def _ready() -> None:
    """Whoever started the process knows that it serves."""
    print("ready", file=sys.stderr, flush=True)
    supervisor.tell("READY=1")


def _end(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(2)
