"""Claim, send, mark: which rows of the outbox are next, who has them in hand, what came of them.

Of each chat that may be written to now, the first row is next: most urgent, then oldest; one that
is tried again in a moment keeps its place among those of its urgency. The rows are walked in that
order over an index that holds what is ready and nothing else, so a round costs the same whether a
hundred or a hundred thousand wait behind. Chats that have to pause are few, as the account's own
pace lets few be written to, and their rows are passed over inside the index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Connection,
    bindparam,
    case,
    literal,
    literal_column,
    select,
    tuple_,
    update,
)

from governance.deliveries import Reason
from storage.lanes import lanes
from storage.outbox import PRIORITY, READY, SCRUBBED, SENDING, TRIED, outbox
from storage.people import elder_at
from storage.schema import Json

PAGE = 64
"""Rows looked at together."""
KEEPS_ITS_PLACE = 3
"""Attempts after which a message is passed by what waits behind it: its next try is not soon."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that is ours to send. `token` proves it when the result is marked.

    `closed` says why nothing can be sent to its chat any more, and is empty where it can.
    """

    id: int
    lane: str
    kind: str
    payload: dict[str, Any]
    card_id: int | None
    person_id: int | None
    receipt: str
    attempts: int
    repeated: bool
    chat_kind: str
    chat: str
    lane_free_at: float
    window_until: datetime | None
    window_left: int
    elder: bool | None  # laid out for an old person; None in a group
    closed: str
    crashes: int
    origin: str
    since: float


CLAIM = (
    outbox.c.id,
    outbox.c.lane,
    outbox.c.kind,
    outbox.c.payload,
    outbox.c.card_id,
    outbox.c.person_id,
    outbox.c.receipt,
    outbox.c.attempts,
    outbox.c.repeated,
    lanes.c.kind,
    lanes.c.chat,
    lanes.c.next_free_at,
    lanes.c.window_until,
    lanes.c.window_left,
    elder_at(outbox.c.lane),
    lanes.c.disabled,
    outbox.c.crashes,
    outbox.c.origin,
    outbox.c.since,
)
_busy = select(outbox.c.lane).where(
    outbox.c.sender == bindparam("sender"), outbox.c.state == SENDING
)
_resting = select(lanes.c.key).where(
    lanes.c.sender == bindparam("sender"), lanes.c.next_free_at > bindparam("soon")
)
_blocked = select(lanes.c.key).where(
    lanes.c.sender == bindparam("sender"),
    lanes.c.blocked_until > bindparam("now"),
    lanes.c.blocked_until > literal_column("0"),  # the words of its index
)
_keeps_its_place = select(outbox.c.lane, outbox.c.priority).where(
    outbox.c.sender == bindparam("sender"),
    outbox.c.state == READY,
    TRIED,
    outbox.c.not_before > bindparam("now"),
    outbox.c.attempts <= KEEPS_ITS_PLACE,
)
_NEXT = (
    select(outbox.c.id, outbox.c.lane)
    .where(
        outbox.c.sender == bindparam("sender"),
        outbox.c.state == READY,
        # What is to be tried again holds nothing more urgent up, and the rest not for long.
        outbox.c.not_before <= bindparam("now"),
        tuple_(outbox.c.lane, outbox.c.priority).not_in(_keeps_its_place),
        outbox.c.lane.not_in(_busy),
        outbox.c.lane.not_in(_resting),
        outbox.c.lane.not_in(_blocked),
        outbox.c.lane.not_in(bindparam("seen", expanding=True)),
    )
    .order_by(outbox.c.priority, outbox.c.id)
    .limit(bindparam("many"))
)
_CLAIM = (
    select(*CLAIM)
    .join(lanes, lanes.c.key == outbox.c.lane)
    .where(
        outbox.c.id.in_(bindparam("ids", expanding=True)),
        outbox.c.state == "ready",  # also when it had to be waited for
    )
    .order_by(outbox.c.priority, outbox.c.id)
    .with_for_update(of=outbox, skip_locked=True)
)
_READY_IN = (
    select(outbox.c.id, outbox.c.receipt, outbox.c.origin)
    .where(outbox.c.lane == bindparam("of"), outbox.c.state == "ready")
    .order_by(outbox.c.priority, outbox.c.id)
)
_BESIDE = (
    select(
        outbox.c.id,
        outbox.c.payload,
        outbox.c.receipt,
        outbox.c.repeated,
        outbox.c.card_id,
    )
    .where(
        outbox.c.lane == bindparam("of"),
        outbox.c.state == "ready",
        outbox.c.priority == bindparam("urgency"),
        outbox.c.id > bindparam("first"),
        outbox.c.not_before <= bindparam("now"),
    )
    .order_by(outbox.c.id)
    .limit(bindparam("many"))
    .with_for_update(skip_locked=True)
)
_TAKES_WORDS = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(payload=bindparam("body", type_=Json))
)
_JOINED = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(state="sent", finished=bindparam("now"), reason=Reason.TOGETHER)
)
_BEGIN = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(state="sending", token=bindparam("mine"), started=None)
)
_TAKE = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(
        state="sending",
        token=bindparam("mine"),
        started=bindparam("now"),
        attempts=outbox.c.attempts + 1,
    )
)
_MINE = [
    outbox.c.id == bindparam("row"),
    outbox.c.token == bindparam("mine"),
    outbox.c.state == "sending",
]
_FINISH = (
    update(outbox)
    .where(*_MINE)
    .values(
        state=bindparam("to"),
        finished=bindparam("now"),
        message_id=bindparam("message"),
        error=bindparam("why"),
        reason=bindparam("because"),
    )
)
_FINISH_SECRET = _FINISH.values(payload=SCRUBBED)
_AGAIN = (
    update(outbox)
    .where(*_MINE)
    .values(
        state="ready",
        not_before=bindparam("at"),
        attempts=outbox.c.attempts - bindparam("uncount"),
        repeated=outbox.c.repeated | bindparam("doubtful", type_=Boolean),
        crashes=outbox.c.crashes + bindparam("crashed"),
        error=bindparam("why"),
    )
)
_HOLD = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(state="held", release_at=None, reason=Reason.WINDOW)
)
_FAIL = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(
        state="failed",
        finished=bindparam("now"),
        error=bindparam("why"),
        reason=bindparam("because"),
        payload=case(
            (outbox.c.payload["secret"].as_boolean(), literal(SCRUBBED, Json)),
            else_=outbox.c.payload,
        ),
    )
)
_IN_HAND = (
    select(outbox)
    .where(outbox.c.sender == bindparam("sender"), outbox.c.state == SENDING)
    .order_by(outbox.c.id)
)


def claimable(conn: Connection, sender: str, now: float, soon: float, limit: int) -> list[Claim]:
    """The first waiting row of every free chat, most urgent first."""
    heads: dict[str, int] = {}
    values = {"sender": sender, "now": now, "soon": soon, "many": PAGE}
    while len(heads) < limit:
        page = conn.execute(_NEXT, {**values, "seen": list(heads)}).all()
        for row_id, lane in page:
            heads.setdefault(lane, row_id)
        if len(page) < PAGE:
            break
    ids = list(heads.values())[:limit]
    return [Claim(*tuple(row)) for row in conn.execute(_CLAIM, {"ids": ids})] if ids else []


def ready_in(conn: Connection, lane: str) -> Sequence[Any]:
    """Everything (id, receipt, origin) that waits to be sent to a chat."""
    return conn.execute(_READY_IN, {"of": lane}).all()


def waiting_beside(conn: Connection, claim: Claim, now: float, most: int) -> Sequence[Any]:
    """The rows of the same kind that wait behind this one for its chat, the oldest first."""
    values = {"of": claim.lane, "urgency": PRIORITY[claim.kind], "first": claim.id}
    return conn.execute(_BESIDE, {**values, "now": now, "many": most}).all()


def join(
    conn: Connection, row: int, payload: Mapping[str, Any], others: Sequence[int], now: float
) -> None:
    """The row says this from now on, and the others are said with it."""
    conn.execute(_TAKES_WORDS, {"row": row, "body": payload})
    conn.execute(_JOINED, [{"row": other, "now": now} for other in others])


def begin(conn: Connection, claim: Claim, token: str) -> None:
    """The row is in hand, and nothing of it has been sent: whoever finds it so knows that."""
    conn.execute(_BEGIN, {"row": claim.id, "mine": token})


def take(conn: Connection, claims: Sequence[Claim], token: str, now: float) -> None:
    """These rows are being sent, by whoever holds the token."""
    if claims:
        conn.execute(_TAKE, [{"row": c.id, "mine": token, "now": now} for c in claims])


def finish(
    conn: Connection,
    row: int,
    token: str,
    to: str,
    now: float,
    *,
    message_id: str = "",
    why: str = "",
    reason: Reason = Reason.NONE,
    secret: bool = False,
) -> bool:
    """The row is at its end ("sent", "failed", "unknown" or "dead"); False if it was not ours.

    What a `secret` one said is gone.
    """
    values = {"row": row, "mine": token, "to": to, "now": now, "message": message_id}
    values |= {"why": why, "because": reason}
    return conn.execute(_FINISH_SECRET if secret else _FINISH, values).rowcount == 1


def again(
    conn: Connection,
    row: int,
    token: str,
    at: float,
    *,
    why: str,
    counted: bool = True,
    doubtful: bool = False,
    crashed: bool = False,
) -> None:
    """The row will be tried again from `at` on. `doubtful`: it may have arrived already;
    `crashed`: a process has ended with it in hand."""
    values = {
        "row": row,
        "mine": token,
        "at": at,
        "uncount": 0 if counted else 1,
        "doubtful": doubtful,
        "crashed": int(crashed),
        "why": why,
    }
    conn.execute(_AGAIN, values)


def hold_for_contact(conn: Connection, row: int) -> None:
    """The row waits until the person writes again."""
    conn.execute(_HOLD, {"row": row})


def fail(conn: Connection, row: int, now: float, why: str, reason: Reason) -> None:
    """The row will never be delivered; what a secret one said is gone."""
    conn.execute(_FAIL, {"row": row, "now": now, "why": why, "because": reason})


def in_hand(conn: Connection, sender: str) -> Sequence[Any]:
    """Rows of this account that somebody is sending, or was when their process ended."""
    return conn.execute(_IN_HAND, {"sender": sender}).all()


_ABSOLVE = (
    update(outbox)
    .where(outbox.c.sender == bindparam("of"), outbox.c.state == "sending")
    .values(crashes=0)
)


def absolve(conn: Connection, sender: str) -> None:
    """Whoever killed the process says so: no message that was in hand had a part in it."""
    conn.execute(_ABSOLVE, {"of": sender})
