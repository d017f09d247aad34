"""What a database must know that was put back from a backup: time has passed since.

What was to be sent then may have been sent since, and a number that is free in it may have been
given to somebody. So messages are left for a person to look at, and numbers leap.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from secrets import token_hex

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    case,
    delete,
    insert,
    literal,
    or_,
    select,
    update,
)

from governance.deliveries import Reason
from storage.case_numbers import case_numbers
from storage.lanes import senders
from storage.outbox import SCRUBBED, outbox
from storage.processes import processes
from storage.schema import Json

LEAP = 1000
"""More cases than a district opens in a day."""
WHY = "was to be sent when the backup was made"

_DOUBTFUL = (
    update(outbox)
    .where(
        or_(
            outbox.c.state.in_(("ready", "sending")),
            and_(outbox.c.state == "held", outbox.c.release_at <= bindparam("moment")),
        )
    )
    .values(
        state="unknown",
        finished=bindparam("now"),
        error=WHY,
        reason=Reason.SILENT,
        payload=case(
            (outbox.c.payload["secret"].as_boolean(), literal(SCRUBBED, Json)),
            else_=outbox.c.payload,
        ),
    )
)
_SENDERS = select(senders.c.key).order_by(senders.c.key)
# The name of a message is its sender's series and its number: both would come again, and a
# platform that knows the name drops the message as a repeated one.
_ANEW = (
    update(senders)
    .where(senders.c.key == bindparam("of"))
    .values(series=bindparam("name"), owner="", lease_until=0.0)
)
# Those that served when the backup was made are not missed.
_ALL_GONE = delete(processes)
_PREFIXES = select(case_numbers.c.district).distinct().order_by(case_numbers.c.district)
_KNOWN = select(case_numbers.c.district, case_numbers.c.day).where(
    case_numbers.c.day >= bindparam("first")
)
_LEAP = (
    update(case_numbers)
    .where(case_numbers.c.day >= bindparam("first"))
    .values(last=case_numbers.c.last + LEAP)
)
_NEW = insert(case_numbers)


def hold_back(conn: Connection, now: float, moment: datetime) -> int:
    """Messages that may have been sent since the backup are "unknown": whoever looks through
    them sends again what is wanted. Returns how many."""
    return conn.execute(_DOUBTFUL, {"now": now, "moment": moment}).rowcount


def begin_anew(conn: Connection, first: date, last: date) -> None:
    """No message is named, and no case numbered, as one may have been on these days."""
    names = [{"of": key, "name": token_hex(4)} for key in conn.scalars(_SENDERS)]
    if names:
        conn.execute(_ANEW, names)
    conn.execute(_ALL_GONE)
    prefixes = conn.scalars(_PREFIXES).all()
    known = {(row.district, row.day) for row in conn.execute(_KNOWN, {"first": first})}
    conn.execute(_LEAP, {"first": first})
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    missing = [(of, day) for of in prefixes for day in days if (of, day) not in known]
    if missing:
        conn.execute(_NEW, [{"district": of, "day": day, "last": LEAP} for of, day in missing])
