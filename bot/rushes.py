"""Presses that many make at once are read and written together, between a batch's other events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from governance.people import Speaker
from handlers.message import Chose, Event
from handlers.registry import RUSHES, RushMaker, chosen
from storage.people import AccountKey
from storage.rush import Pressed, Rush


class Rushes:
    """The rush that is on within a batch. Any other event finds written what came before it."""

    def __init__(
        self, conn: Connection, events: Sequence[Event], speakers: Mapping[AccountKey, Speaker]
    ) -> None:
        self._conn = conn
        self._events = events
        self._speakers = speakers
        self._maker: RushMaker | None = None
        self._rush: Rush | None = None

    def before(self, number: int) -> Rush | None:
        """What this event of the batch is part of; None for one that goes its own way."""
        maker, pressed = self._look(self._events[number])
        if maker is None or pressed is None:
            self.end()
            return None
        if self._rush is None or self._maker is not maker:
            self.end()
            following = (self._look(event) for event in self._events[number:])
            presses = [one for other, one in following if other is maker and one is not None]
            self._maker, self._rush = maker, maker(self._conn, presses)
        if not self._rush.covers(pressed.shift_id, pressed.person_id):
            self.end()
        return self._rush

    def end(self) -> None:
        """What was entered so far is in the database."""
        if self._rush is not None:
            self._rush.write(self._conn)
        self._rush = None

    def _look(self, event: Event) -> tuple[RushMaker | None, Pressed | None]:
        """What the event rushes for; nothing by somebody who was not known before."""
        found = chosen(event.body.token) if isinstance(event.body, Chose) else None
        if found is None or found[0] not in RUSHES:
            return None, None
        speaker = self._speakers.get((event.channel, event.account, event.sender))
        if speaker is None:
            return RUSHES[found[0]], None
        group = event.lane
        here = group if event.chat.kind == "group" else ""
        return RUSHES[found[0]], Pressed(found[1], speaker.person_id, speaker.lane, here)
