"""What `shaodao check` finds: faults that must be mended, and hints, each with its remedy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import chinese_calendar
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import decisions, keys
from bot.commands import checks_channels, gaps
from bot.settings import Settings
from bot.workbooks.roster_leaves import pen_for
from governance.org import PostKind
from governance.policy import Policy
from handlers.posts import POSTS
from handlers.words import Text, _
from storage import org, points
from storage.database import connect
from storage.migrating import is_current


@dataclass(frozen=True, slots=True)
class Findings:
    """`faults` keep the bot from serving; `hints` are what a district may still want to know."""

    faults: list[Text] = field(default_factory=list)
    hints: list[Text] = field(default_factory=list)

    def told(self, language: str) -> list[str]:
        """What is printed: the faults, or that there are none, then the hints."""
        pen = pen_for(language)
        verdict = self.faults or [_("Everything that is needed to serve is in order.")]
        return [pen(line) for line in (*verdict, *self.hints)]


async def check(chosen: Settings) -> Findings:
    """Everything found, worst first; no fault when the bot can serve."""
    policy = decisions.policy(chosen, decisions.categories())
    found = Findings([*_key(chosen)])
    _look_into_the_database(chosen, policy, found)
    found.faults.extend(await checks_channels.faults(chosen))
    found.hints.extend(checks_channels.hints(chosen))
    found.hints.extend(_calendar(policy))
    return found


def _key(chosen: Settings) -> Iterator[Text]:
    """What is encrypted can be read, by us and by nobody else."""
    file = keys.path(chosen)
    try:
        if not keys.unlock(chosen, create=False):
            yield _("privacy.key: none yet; shaodao migrate makes one at {file}", file=str(file))
    except keys.BadKey as bad:
        yield str(bad)
    except SQLAlchemyError:
        return  # said below
    if not chosen.privacy.keys and file.exists() and file.stat().st_mode & 0o077:
        yield _(
            "privacy.key_file: others on this machine may read it; run: chmod 600 {file}",
            file=str(file),
        )


def _look_into_the_database(chosen: Settings, policy: Policy, found: Findings) -> None:
    engine = connect(chosen.database.url)
    try:
        if not is_current(engine):
            found.faults.append(
                _("database.url: not migrated to this release; run: shaodao migrate")
            )
            return
        with engine.connect().execution_options(read=True) as conn:
            _look_at_the_district(conn, policy, found)
    except SQLAlchemyError as error:
        found.faults.append(
            _(
                "database.url: cannot be opened ({error}); check the address and its rights",
                error=type(error).__name__,
            )
        )
    finally:
        engine.dispose()


def _look_at_the_district(conn: Connection, policy: Policy, found: Findings) -> None:
    if org.is_empty(conn):
        found.faults.append(
            _(
                "There is no district yet: shaodao import roster.xlsx brings it in; shaodao sample loads an invented one."
            )
        )
        return
    found.faults.extend(_ledger(conn))
    held = org.held_posts(conn)
    for kind in (PostKind.DISTRICT_DESK, PostKind.GRID_WORKER):
        if kind not in held:
            found.faults.append(
                _(
                    "Nobody can be reached as {post}; let its holder in: shaodao invite CODE",
                    post=POSTS[kind],
                )
            )
    found.hints.extend(gaps.lacking(conn, policy, policy.local_date(datetime.now(UTC))))


def _ledger(conn: Connection) -> Iterator[Text]:
    """Every posting sums to zero, and every balance is the sum of its entries."""
    with Session(conn, join_transaction_mode="rollback_only") as db:
        accounts, postings = points.faults(db)
    for name, ids in (("point_accounts", accounts), ("postings", postings)):
        if ids:
            yield _(
                "The ledger of points does not add up ({table}: {ids}): somebody has written to the database by other means. Compare it with the last backup.",
                table=name,
                ids=", ".join(map(str, ids)),
            )


def _calendar(policy: Policy) -> Iterator[Text]:
    coming = policy.local_date(datetime.now(UTC)).replace(month=1, day=4)
    coming = coming.replace(year=coming.year + 1)
    try:
        chinese_calendar.is_workday(coming)
    except NotImplementedError:  # says chinese-calendar of a year that is not published yet
        yield _(
            "calendar: the public holidays of {year} are not known yet, so weekdays count as "
            "working days; upgrade chinese-calendar when they are published",
            year=coming.year,
        )
