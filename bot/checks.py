"""What `shaodao check` finds: one line for each thing that is wrong, with its remedy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import chinese_calendar
from sqlalchemy.exc import SQLAlchemyError

from bot import keys
from bot.channels.base import SendError
from bot.channels.telegram import telegram
from bot.settings import Settings
from governance.org import PostKind
from storage import org
from storage.database import connect, is_current


async def check(chosen: Settings) -> list[str]:
    """Everything found wrong, worst first; an empty list when the bot can serve."""
    return [*_key(chosen), *_database(chosen), *(await _telegram(chosen)), *_calendar()]


def _key(chosen: Settings) -> Iterator[str]:
    """What is encrypted can be read, by us and by nobody else."""
    file = keys.path(chosen)
    try:
        if not keys.unlock(chosen, create=False):
            yield f"privacy.key: none yet; shaodao migrate makes one at {file}"
    except keys.BadKey as bad:
        yield str(bad)
    except SQLAlchemyError:
        return  # said below
    if not chosen.privacy.keys and file.exists() and file.stat().st_mode & 0o077:
        yield f"privacy.key_file: others on this machine may read it; run: chmod 600 {file}"


def _database(chosen: Settings) -> Iterator[str]:
    engine = connect(chosen.database.url)
    try:
        if not is_current(engine):
            yield "database.url: not migrated to this release; run: shaodao migrate"
            return
        with engine.connect().execution_options(read=True) as conn:
            if org.is_empty(conn):
                yield "database: no district yet; to try the bot run: shaodao sample"
                return
            held = org.held_posts(conn)
    except SQLAlchemyError as error:
        yield f"database.url: cannot be opened ({type(error).__name__}); check the address and its rights"
        return
    finally:
        engine.dispose()
    for kind in (PostKind.DISTRICT_DESK, PostKind.GRID_WORKER):
        if kind not in held:
            yield f"posts: nobody can be reached as {kind}; invite its holder: shaodao invite CODE"


async def _telegram(chosen: Settings) -> list[str]:
    if not chosen.telegram.token:
        return ["telegram.token: not set, so Telegram is off; get one from BotFather"]
    channel = telegram(**chosen.telegram.model_dump())
    try:
        await channel.open()
    except SendError as error:
        return [f"telegram: {error}; check token, base_url and the network"]
    finally:
        await channel.close()
    return []


def _calendar() -> Iterator[str]:
    year = date.today().year + 1  # noqa: DTZ011 - a year is the same in every zone but for a day
    try:
        chinese_calendar.is_workday(date(year, 1, 4))
    except NotImplementedError:
        yield (
            f"calendar: the public holidays of {year} are not known yet, so weekdays count as "
            "working days; upgrade chinese-calendar when they are published"
        )
