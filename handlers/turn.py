"""What a handler works with: who speaks, when, under which policy, the database, the post.

A handler never commits and never waits. What it posts and what it writes commit together,
after it has returned; if it fails, neither happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from governance.org import Rung
from governance.people import Speaker
from governance.policy import Policy
from handlers.message import Card, Event
from handlers.words import Reader, Text, render
from storage import origins
from storage.database import writes
from storage.rush import Rush

Kind = Literal["alarm", "alert", "reply", "card", "warning", "notice", "bulletin"]


@dataclass(frozen=True, slots=True)
class ToPerson:
    """A card for a person, wherever they can be reached."""

    person_id: int
    card: Card
    kind: Kind
    key: str | None
    receipt: str
    release_at: datetime | None


@dataclass(frozen=True, slots=True)
class ToLane:
    """A card for one chat: the reply to what was just said, or a group."""

    lane: str
    card: Card
    kind: Kind
    language: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Show:
    """A live card for a person. `fresh`: as a new message, because it asks for action."""

    view: str
    subject: int
    person_id: int
    kind: Kind
    fresh: bool
    receipt: str
    release_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShowInGroup:
    """A live card that everybody in a group sees, in the group's language."""

    view: str
    subject: int
    lane: str
    language: str
    kind: Kind
    fresh: bool


@dataclass(frozen=True, slots=True)
class Refresh:
    """Every live card of the subject in these views shows the present state, silently."""

    subject: int
    views: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Delete:
    """Somebody's message is taken away where the bot may do that."""

    lane: str
    message_id: str
    receipt: str
    kind: Kind = "alert"


Posted = ToPerson | ToLane | Show | ShowInGroup | Refresh | Delete


class Post:
    """What will be sent when this turn commits.

    `origin` is what it goes back to. `toast` is the short answer to a press. `opens`: after a press in a group, the private chat
    is opened with this start payload, where the messenger can do that.
    """

    def __init__(self, lane: str = "", language: str = "") -> None:
        self.items: list[Posted] = []
        self.toast: Text = ""
        self.opens = ""
        self.origin = origins.current()
        self._lane, self.language = lane, language

    def reply(self, card: Card, kind: Kind = "reply") -> None:
        """An answer in the chat where the event came from."""
        self.items.append(ToLane(self._lane, card, kind, self.language))

    def to(
        self,
        person_id: int,
        card: Card,
        *,
        kind: Kind = "notice",
        key: str | None = None,
        receipt: str = "",
        release_at: datetime | None = None,
    ) -> None:
        """A message to a person. The same `key` sends it once only.

        `receipt` names who wants to know whether it arrived ("cases.question:12").
        """
        self.items.append(ToPerson(person_id, card, kind, key, receipt, release_at))

    def to_group(
        self,
        lane: str,
        card: Card,
        language: str,
        *,
        kind: Kind = "notice",
        key: str | None = None,
    ) -> None:
        """A message to a group. The same `key` sends it once only."""
        self.items.append(ToLane(lane, card, kind, language, key))

    @contextmanager
    def at(self, lane: str) -> Iterator[None]:
        """What is replied meanwhile goes to this chat: the private one of who spoke in a group."""
        here, self._lane = self._lane, lane
        try:
            yield
        finally:
            self._lane = here

    def delete(self, message_id: str, *, receipt: str = "", kind: Kind = "alert") -> None:
        """The message is taken out of the chat where the event came from.

        `receipt` hears "delivered" when it is gone, the opposite where the bot may not.
        """
        self.items.append(Delete(self._lane, message_id, receipt, kind))

    def show(
        self,
        view: str,
        subject: int,
        person_id: int,
        *,
        kind: Kind = "card",
        fresh: bool = False,
        receipt: str = "",
        release_at: datetime | None = None,
    ) -> None:
        """The person has a live card of this subject that shows the present state.

        One that is there already is edited, or sent anew where messages cannot change; a
        `fresh` one always arrives as a new message.
        """
        self.items.append(Show(view, subject, person_id, kind, fresh, receipt, release_at))

    def show_in_group(
        self,
        view: str,
        subject: int,
        lane: str,
        language: str,
        *,
        kind: Kind = "card",
        fresh: bool = False,
    ) -> None:
        """The group has a live card of this subject. Its view is drawn for nobody in particular:
        `turn.person` is None, and nothing personal may stand on it."""
        self.items.append(ShowInGroup(view, subject, lane, language, kind, fresh))

    def refresh(self, subject: int, views: Iterable[str]) -> None:
        self.items.append(Refresh(subject, tuple(views)))


@dataclass(frozen=True, slots=True)
class Start:
    """What a command or a choice returns to begin a conversation with what is known already, and
    with what counts as answered (the form of an answer is in handlers/talk/answers.py)."""

    conversation: str
    given: dict[str, object] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)


class Turn:
    """One event, or one tick (then `person` is None), being handled."""

    def __init__(
        self,
        person: Speaker | None,
        now: datetime,
        policy: Policy,
        open_session: Callable[[], Session],
        post: Post,
        event: Event | None = None,
        rush: Rush | None = None,
    ) -> None:
        self.person = person
        self.now = now
        self.policy = policy
        self.post = post
        self.event = event
        self.rush = rush  # for a press that many make at once; see handlers/registry.py
        # By area ids from the district down: those of a whole page, or those asked for before.
        self.ladders: dict[tuple[int, ...], tuple[Rung, ...]] = {}
        self.handed_over = False  # a person has been called: what is said next goes there
        self._open = open_session
        self._session: Session | None = None
        self._begun = 0

    @property
    def db(self) -> Session:
        """The session of this turn, opened when first needed."""
        if self._session is None:
            self._session = self._open()
            self._begun = writes(self._session.connection())
        return self._session

    @property
    def speaker(self) -> Speaker:
        """The person, where there must be one."""
        if self.person is None:
            raise LookupError("nobody speaks in a tick")
        return self.person

    def say(self, text: Text) -> str:
        """A text in the speaker's language, where what somebody said is kept as they said it."""
        return render(text, Reader(self.speaker.language, self.now, self.policy.zone))

    @property
    def writes(self) -> int:
        """How much this turn has written or posted so far."""
        count = len(self.post.items)
        if self._session is not None:
            count += len(self._session.new) + len(self._session.dirty) + len(self._session.deleted)
            count += writes(self._session.connection()) - self._begun
        return count
