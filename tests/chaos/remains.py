"""What a process leaves behind: the messages that it was sending when it died."""

from __future__ import annotations

from dataclasses import dataclass
from time import time

from sqlalchemy import Engine, select

from storage.lanes import senders
from storage.outbox import outbox
from tests.chaos.platform import Shown

SLOW = 1.5  # seconds in which a call of a dead process may still be carried out


@dataclass(slots=True)
class Stranded:
    """A row that was claimed and not marked when its process ended or stood still."""

    row: int
    chat: str
    started: float
    ended: float
    killed: bool

    def covers(self, message: Shown) -> bool:
        """Whether the platform may have shown this message for the row."""
        return message.chat == self.chat and self.started <= message.at <= self.ended + SLOW


_SENDING = select(outbox.c.id, outbox.c.lane, outbox.c.started).where(outbox.c.state == "sending")


def stranded(engine: Engine, token: str, leap: float, *, killed: bool = True) -> list[Stranded]:
    """What whoever marks with this token has claimed and not marked. The technical clock is `leap`
    seconds ahead."""
    now = time()
    with engine.connect().execution_options(read=True) as conn:
        rows = conn.execute(_SENDING.where(outbox.c.token == token).order_by(outbox.c.id)).all()
    return [
        Stranded(
            row.id, row.lane.rsplit("/", 1)[1], (row.started or now + leap) - leap, now, killed
        )
        for row in rows
    ]


_OWNER = select(senders.c.owner)


def is_sender(engine: Engine, token: str) -> bool:
    """Whether the lease is still that of whoever marks with this token."""
    with engine.connect().execution_options(read=True) as conn:
        return token in conn.scalars(_OWNER.order_by(senders.c.key)).all()
