"""The command `shaodao`."""

from __future__ import annotations

import asyncio
import os
import sys
import webbrowser
from datetime import UTC, datetime
from importlib.metadata import version as installed
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

import typer
from starlette.applications import Starlette

from bot import decisions, keys, logs, sample, settings
from bot.channels.base import PROFILES
from bot.channels.phones import Phone
from bot.commands import (
    backing_up,
    beginning,
    checks,
    grouping,
    inviting,
    outlines,
    restoring,
    running,
    tracing,
    triaging,
)
from bot.commands import outbox as outbox_command
from bot.commands import sheets as sheet_commands
from bot.commands.beginning import Config
from bot.demo.page import Demo
from bot.demo.stage import Stage, fresh_database
from bot.demo.story import Story
from bot.serve import serve
from bot.web import demo as demo_page
from bot.web import forward
from bot.web import papers as papers_page
from storage import database, org, secrets

app = typer.Typer(no_args_is_help=True, add_completion=False)
Profile = Literal["telegram", "wechat"]
Language = Annotated[Literal["zh_CN", "en"], typer.Option("--language", help="Language.")]
Of = Annotated[Literal["roster", "guide"], typer.Option("--of", help="Which workbook.")]
LocalChannel = Annotated[
    Profile, typer.Option("--channel", help="Whose abilities the phones have.")
]


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"shaodao {installed('shaodao')}")
        raise typer.Exit


@app.callback()
def shaodao(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Which release."),
    ] = False,
) -> None:
    """Shaodao 哨到: when the whistle blows, someone arrives."""


app.command()(running.run)


@app.command()
def demo(
    channel: LocalChannel = "telegram",
    port: Annotated[int, typer.Option(envvar="PORT", help="Port on 127.0.0.1.")] = 8080,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its data.")] = Path(".demo"),
) -> None:
    """A small district on a page of this machine, with five phones to try."""
    logs.configure(settings.Log(level="warning"))
    asyncio.run(_demo(channel, port, folder))


async def _demo(channel: Profile, port: int, folder: Path) -> None:
    control = Demo(folder, PROFILES[channel], f"http://127.0.0.1:{port}" if port else "")
    await control.open()

    # What is not the page itself is answered by the bot's own process.
    others = ["/papers/{path:path}", "/health", "/metrics"]
    bots = forward.routes(others, lambda asked: control.stage.answer(asked), papers_page.LONGEST)
    page = Starlette(routes=[*bots, *demo_page.routes(control)])

    def ready(bound: int) -> None:
        address = f"http://127.0.0.1:{bound}/"
        _say(f"哨到 demo: {address}  (Ctrl-C ends it)")
        if os.environ.get("BROWSER") != "none":
            webbrowser.open(address)

    try:
        await serve(page, "127.0.0.1", port, ready, control.hang_up)
    finally:
        await control.close()


@app.command()
def story(
    channel: LocalChannel = "telegram",
    language: Annotated[Literal["zh_CN", "en"], typer.Option(help="Language.")] = "zh_CN",
) -> None:
    """Play a day of the sample district in the terminal."""
    logs.configure(settings.Log(level="error"))
    asyncio.run(_story(channel, language))


async def _story(channel: Profile, language: str) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        stage = Stage(
            fresh_database(folder), PROFILES[channel], folder / "media", language=language
        )
        told: dict[tuple[str, str], int] = {}

        async def tell() -> None:
            for phone in stage.phones.values():
                _tell(stage, phone, told)

        async with stage.open():
            await Story(stage, tell).play()
            await tell()


def _tell(stage: Stage, phone: Phone, told: dict[tuple[str, str], int]) -> None:
    """What is new on this phone, and what has changed in place."""
    for bubble in phone.bubbles:
        known = told.get((phone.person, bubble.id))
        if known == bubble.revision:
            continue
        told[phone.person, bubble.id] = bubble.revision
        if bubble.chat != phone.person and phone.person != sample.MEMBER.key:
            continue  # a group's message is told once
        clock = stage.clock.now().astimezone(stage.policy.zone)
        mark = "↻" if known is not None else ">" if bubble.sender else " "
        typer.secho(f"{clock:%m-%d %H:%M} {phone.name} {mark}", bold=True)
        for row in (bubble.text or f"[{bubble.kind}]").splitlines():
            typer.echo(f"    {row}")
        if bubble.buttons:
            typer.echo("    " + " ".join(f"[{button.label}]" for button in bubble.buttons))


@app.command()
def check(config: Config = None, *, language: Language = "zh_CN") -> None:
    """What is wrong with the configuration, the database or a channel; what the district lacks.

    Ends with 1 when something is wrong. What the district lacks does not count as wrong.
    """
    found = asyncio.run(checks.check(beginning.read(config)))
    for line in found.told(language):
        typer.echo(line)
    raise typer.Exit(1 if found.faults else 0)


@app.command()
def migrate(config: Config = None) -> None:
    """Bring the database to this release."""
    beginning.migrate(beginning.read(config))
    typer.echo("the database is up to date")


@app.command()
def rotate_key(config: Config = None) -> None:
    """Write everything encrypted with a new key; the bot must be stopped."""
    chosen = beginning.read(config)
    beginning.migrate(chosen)
    try:
        done = keys.rotate(chosen)
    except keys.BadKey as bad:
        typer.echo(str(bad), err=True)
        raise typer.Exit(2) from bad
    raise typer.Exit(0 if done else 1)


@app.command()
def new_key() -> None:
    """A key for SHAODAO_PRIVACY__KEY, where no file is to hold it."""
    typer.echo(secrets.new_key())


@app.command(name="sample")
def load_sample(config: Config = None) -> None:
    """Load the invented sample district into an empty database, to try the bot."""
    chosen = beginning.read(config)
    beginning.migrate(chosen)
    engine = database.connect(chosen.database.url)
    with engine.begin() as conn:
        if org.is_empty(conn):
            policy = decisions.policy(chosen, decisions.categories())
            sample.load(conn, policy, policy.local_date(datetime.now(UTC)), "full")
            typer.echo("the sample district is loaded")
        else:
            typer.echo("there is a district already; nothing was changed", err=True)
            raise typer.Exit(1)


@app.command(name="import")
def bring_in(
    file: Annotated[Path, typer.Argument(help="A roster or a guide, an Excel workbook (.xlsx).")],
    config: Config = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only.")] = False,
    report: Annotated[Path | None, typer.Option(help="Where each row's result goes.")] = None,
    skip_refused: Annotated[
        bool, typer.Option("--skip-refused", help="Import the other rows all the same.")
    ] = False,
    language: Language = "zh_CN",
) -> None:
    """Bring in areas, units, people and posts; or a guide, which is known by its sheet. All rows
    go in, or none.

    Ends with 0 when every row went in, 1 when rows were refused, 2 when the file cannot be read.
    """
    chosen = beginning.read(config)
    beginning.migrate(chosen)
    raise typer.Exit(
        sheet_commands.bring_in(
            chosen,
            file,
            dry_run=dry_run,
            report=report,
            skip_refused=skip_refused,
            language=language,
        )
    )


@app.command(name="export")
def take_out(
    file: Annotated[Path, typer.Argument(help="The workbook to write.")],
    config: Config = None,
    *,
    of: Of = "roster",
    language: Language = "zh_CN",
) -> None:
    """Write the whole roster, telephone numbers included, or the guide, as the import reads it."""
    chosen = beginning.read(config)
    beginning.migrate(chosen)
    raise typer.Exit(sheet_commands.take_out(chosen, file, language, of))


@app.command()
def template(
    file: Annotated[Path, typer.Argument(help="The workbook to write.")] = Path("roster.xlsx"),
    *,
    of: Of = "roster",
    language: Language = "zh_CN",
) -> None:
    """Write an empty roster, or guide, with a few examples, to fill in."""
    raise typer.Exit(sheet_commands.start(file, language, of))


@app.command()
def invite(
    person: Annotated[str, typer.Argument(help="The person's code in the roster.")],
    config: Config = None,
) -> None:
    """Print a one-time code with which somebody of the roster takes up their post."""
    chosen = beginning.read(config)
    beginning.migrate(chosen)
    try:
        told = asyncio.run(inviting.invite(chosen, person))
    except inviting.CannotInvite as why:
        typer.echo(str(why), err=True)
        raise typer.Exit(1) from why
    typer.echo("\n".join(told))


@app.command()
def group(
    name: Annotated[str, typer.Argument(help="What the group is called.")],
    members: Annotated[list[str], typer.Argument(help="The members' userids, two at least.")],
    config: Config = None,
) -> None:
    """Make a group of officers on WeCom, and print what binds it."""
    try:
        told = asyncio.run(grouping.make(beginning.read(config), name, members))
    except grouping.CannotGroup as why:
        typer.echo(str(why), err=True)
        raise typer.Exit(1) from why
    typer.echo("\n".join(told))


@app.command(name="outlines")
def bring_in_outlines(
    file: Annotated[Path, typer.Argument(help="GeoJSON: a polygon for each area's code.")],
    config: Config = None,
) -> None:
    """Bring in where grids and communities end. All outlines go in, or none."""
    chosen = beginning.read(config)
    beginning.migrate(chosen)
    outcome = outlines.run(chosen, file)
    typer.echo("\n".join(outcome.told()), err=bool(outcome.faults))
    raise typer.Exit(1 if outcome.faults else 0)


outbox = typer.Typer(help="What did not arrive, and what sends it again.")
app.add_typer(outbox, name="outbox")


@outbox.callback(invoke_without_command=True)
def show_outbox(
    context: typer.Context,
    config: Config = None,
    *,
    each: Annotated[bool, typer.Option("--list", help="A line for each message.")] = False,
) -> None:
    """What did not arrive: failed, unknown, dead or held. Never what it says, nor to whom."""
    if context.invoked_subcommand is None:
        chosen = beginning.read(config)
        beginning.migrate(chosen)
        told = outbox_command.listed(chosen) if each else outbox_command.counted(chosen)
        typer.echo("\n".join(told))


@outbox.command()
def resend(
    ids: Annotated[list[int] | None, typer.Argument(help="Their numbers in the list.")] = None,
    config: Config = None,
    *,
    kind: Annotated[str, typer.Option(help="All of one kind, such as alert.")] = "",
    all_dead: Annotated[bool, typer.Option("--all-dead", help="All that are dead.")] = False,
) -> None:
    """Send what did not arrive again, each message once; the bot may be running."""
    if not (ids or kind or all_dead):
        typer.echo("which? name their ids, --kind KIND or --all-dead", err=True)
        raise typer.Exit(2)
    chosen = beginning.read(config)
    beginning.migrate(chosen)
    told = outbox_command.resend(chosen, ids or (), kind, all_dead=all_dead)
    typer.echo("\n".join(told))


@app.command()
def triage() -> None:
    """Read a message a line from standard input, print what it means as JSON, a line each.

    {"categories": [three codes, best first], "emergency": bool, "intent": str}
    """
    triaging.lines(sys.stdin.buffer, sys.stdout.buffer, decisions.categories())


app.command()(backing_up.backup)
app.command()(restoring.restore)
app.command()(tracing.trace)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
