"""What happens to a batch of events inside the database thread's transaction.

For the whole batch: the events are marked seen (what is known already is only acknowledged),
speakers and open conversations are loaded, every event is handled in the order of arrival,
conversations and messages are saved. The database commits; only then are callers answered.

An event that touches the domain runs in a savepoint and fails alone: its conversation keeps
its answers, the person is told, the error is recorded. Errors of the database itself are
not caught here: the whole batch is tried again, and nothing was acknowledged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.incoming import numbered
from bot.logs import places
from bot.rushes import Rushes
from bot.sending.posting import Poster
from bot.throttle import Throttles
from governance.people import Speaker
from governance.policy import Policy
from governance.refused import Refused
from handlers import routes
from handlers.message import Capabilities, Card, Chose, Event, Handled, Joined, Left, MovedTo
from handlers.refusals import words_for
from handlers.registry import ACTS, RECEIPTS, VIEWS, chosen
from handlers.turn import Post, Turn
from handlers.words import DEFAULT_LANGUAGE, LANGUAGES, Link, Reader, Text, _, render
from storage import cards, dialogs, groups, inbox, lanes, origins, outbox, people
from storage.dialogs import Dialog
from storage.inbox import EventKey
from storage.races import passing
from storage.rush import Rush

log = structlog.get_logger()

STALE = frozenset({"wrong_state", "moved_meanwhile", "call_moved_on", "whistle_moved_on"})
"""Refusals that say: somebody was there before."""


class Scope:
    """A savepoint with an ORM session, opened only when a handler asks for it."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._session: Session | None = None

    def open(self) -> Session:
        self._savepoint = self._conn.begin_nested()
        self._session = Session(
            self._conn,
            autoflush=False,
            expire_on_commit=False,
            join_transaction_mode="rollback_only",
        )
        return self._session

    def keep(self) -> None:
        """What was written is part of the transaction."""
        if self._session is not None:
            self._session.flush()
            self._savepoint.commit()
            self._session.expunge_all()

    def drop(self) -> None:
        """Nothing was written."""
        if self._session is not None:
            self._session.expunge_all()
            if self._savepoint.is_active:  # a failed flush has rolled it back already
                self._savepoint.rollback()


@dataclass(slots=True)
class _Batch:
    conn: Connection
    speakers: dict[tuple[str, str, str], Speaker]
    dialogs: dict[int, Dialog]
    changed: dict[int, Dialog] = field(default_factory=dict)
    posts: list[tuple[Post, datetime]] = field(default_factory=list)
    groups: set[str] = field(default_factory=set)  # lanes that are known to be there


class Dispatch:
    """`work` is what the database thread runs for a batch of events."""

    def __init__(
        self,
        policy: Policy,
        clock: Clock,
        capabilities: Mapping[str, Capabilities],
        desk_phone: str = "",
    ) -> None:
        self.policy = policy
        self.clock = clock
        self.capabilities = capabilities
        self.poster = Poster(capabilities, policy.zone)
        self._desk_phone = desk_phone
        self._throttles = Throttles(policy)

    def work(self, conn: Connection, events: Sequence[Event]) -> list[Handled]:
        now = self.clock.now()
        fresh = inbox.mark_seen(conn, list({_key(e): None for e in events}), now)
        speakers = people.load_speakers(conn, {_who(event) for event in events})
        known = dialogs.load_dialogs(conn, [s.account_id for s in speakers.values()])
        batch = _Batch(conn, speakers, known)
        # Whoever writes can be written to, whatever the platform said before.
        lanes.reopen(conn, {e.lane for e in events if not isinstance(e.body, Left)})
        answers: list[Handled] = []
        rushes = Rushes(conn, events, speakers)
        for number, event in enumerate(events):
            if _key(event) in fresh:
                fresh.discard(_key(event))
                with origins.bound(event.origin):
                    answers.append(self._one(batch, event, now, rushes.before(number)))
            else:
                answers.append(Handled(repeated=True))
        rushes.end()
        dialogs.save_dialogs(conn, batch.changed.values())
        self.settle(conn, batch.posts)
        return answers

    def settle(self, conn: Connection, posts: Sequence[tuple[Post, datetime]]) -> None:
        """What was posted is in the outbox; whoever cannot be reached is acted upon at once."""
        while posts:
            lost = self.poster.save(conn, posts)
            posts = [self.receipt(conn, name, delivered=False) for name in lost]

    def receipt(self, conn: Connection, name: str, *, delivered: bool) -> tuple[Post, datetime]:
        """Whoever wanted to know whether a message arrived has been told."""
        kind, subject, *rest = name.split(":", 2)
        now, scope, post = self.clock.now(), Scope(conn), Post()
        turn = Turn(None, now, self.policy, scope.open, post)
        try:
            RECEIPTS[kind](turn, int(subject), "".join(rest), delivered)
            scope.keep()
        except Exception as error:
            if passing(conn, error):
                raise
            # What became of the message stays on record, whatever its sender makes of it.
            scope.drop()
            log.error("receipt_failed", receipt=name, exc_info=error)
            inbox.record_failure(conn, now, f"receipt/{name}", places(error))
            return Post(), now
        return post, now

    def give_up(self, conn: Connection, event: Event, error: Exception) -> Handled:
        """An event that cannot be stored whatever is tried: it is never handled again, the
        person is told, the error is recorded."""
        log.error("event_given_up", id=event.id, channel=event.channel, exc_info=error)
        now = self.clock.now()
        inbox.mark_seen(conn, [_key(event)], now)
        inbox.record_failure(conn, now, event.origin, places(error))
        lane, sender = event.lane, event.bot
        lanes.add_lane(conn, lane, sender, event.chat.kind, event.chat.id)
        with origins.bound(event.origin):
            post = Post(lane, _language(event.language))
        text = _(
            "That message could not be taken in, and we will find out why. Please say it again in other words. If it is urgent, telephone {phone}.",
            phone=self._desk_phone,
        )
        post.reply(Card(text))
        self.settle(conn, [(post, now)])
        return Handled()

    # ── one event ────────────────────────────────────────────────────────────

    def _one(self, batch: _Batch, event: Event, now: datetime, rush: Rush | None) -> Handled:
        lane = event.lane
        speaker = self._speaker(batch, event)
        self._mind_the_lane(batch, event, lane, now)
        danger = event.reading is not None and event.reading.danger is not None
        allowed = True if danger else self._throttles.allows(event, speaker.account_id)
        if not allowed:
            return Handled()
        if self._can(event).numbers or speaker.elder:
            event = numbered(batch.conn, event, lane)
        dialog = self._dialog(batch, event, speaker)
        before = replace(dialog, answers=dict(dialog.answers))
        scope, post = Scope(batch.conn), Post(lane, speaker.language)
        turn = Turn(speaker, now, self.policy, scope.open, post, event, rush)
        if allowed == "busy":
            words = _("That was a lot at once. Give me a minute; what you sent before is safe.")
            _answer(turn, post, words)
        elif allowed == "files":
            _answer(turn, post, self._too_many_files())
        else:
            post = self._handle(batch.conn, turn, event, dialog, before, scope)
        if post.toast and not self._can(event).toasts:
            post.reply(Card(post.toast))
        self._catch_up(batch.conn, event, lane, post)
        batch.posts.append((post, now))
        if event.chat.kind == "private" and dialog != before:
            batch.changed[dialog.account_id] = dialog
        reader = Reader(speaker.language, now, self.policy.zone, self._can(event).start_link)
        opens = render(Link(post.opens), reader) if post.opens and reader.start_link else ""
        return Handled(render(post.toast, reader), opens=opens)

    def _handle(
        self,
        conn: Connection,
        turn: Turn,
        event: Event,
        dialog: Dialog,
        before: Dialog,
        scope: Scope,
    ) -> Post:
        entered = turn.rush.mark() if turn.rush else 0
        try:
            routes.handle(turn, event, dialog)
            scope.keep()
        except Refused as refused:
            _drop(turn, scope, entered)
            return self._refuse(turn, dialog, before, refused)
        except Exception as error:
            if passing(conn, error):
                raise
            _drop(turn, scope, entered)
            log.error("handler_failed", id=event.id, channel=event.channel, exc_info=error)
            what = f"{event.origin} {dialog.name}"
            inbox.record_failure(conn, turn.now, what, places(error))
            return self._park(turn, dialog, before)
        return turn.post

    def _refuse(self, turn: Turn, dialog: Dialog, before: Dialog, refused: Refused) -> Post:
        """The rule's words, and the conversation that led there is over."""
        _restore(dialog, before)
        if dialog.state == "open" and dialog.name in ACTS:
            dialog.state, dialog.answers, dialog.question = "done", {}, None
        post = Post(_lane(turn), turn.speaker.language)
        _answer(turn, post, words_for(refused))
        _show_as_it_is(turn, post, refused)
        return post

    def _park(self, turn: Turn, dialog: Dialog, before: Dialog) -> Post:
        """The conversation waits with its answers, also one that has only just begun."""
        begun = dialog.question is None and bool(dialog.answers) and before.state != "open"
        if begun and not any(entry.get("k") == "done" for entry in dialog.answers.values()):
            dialog.state = "parked"
            dialog.until = turn.now + self.policy.keeps_talk(elder=turn.speaker.elder)
        else:
            _restore(dialog, before)
            if dialog.state == "open":
                dialog.state = "parked"
        post = Post(_lane(turn), turn.speaker.language)
        _answer(turn, post, self._sorry())
        return post

    def _too_many_files(self) -> Text:
        return _(
            "That is more files than one person can send in a day, so this one is not kept; what "
            "you sent before is, and words still arrive. If it is urgent, telephone {phone}.",
            phone=self._desk_phone,
        )

    def _sorry(self) -> Text:
        return _(
            "Something went wrong on our side. What you said is safe; send anything to go on. "
            "If it is urgent, telephone {phone}.",
            phone=self._desk_phone,
        )

    # ── who, where ───────────────────────────────────────────────────────────

    def _speaker(self, batch: _Batch, event: Event) -> Speaker:
        key = _who(event)
        found = batch.speakers.get(key)
        if found is None:
            lane = f"{event.bot}/{event.sender}"
            sender, can = event.bot, self._can(event)
            lanes.add_lane(batch.conn, lane, sender, "private", event.sender)
            person = people.with_code(batch.conn, event.sender) if can.directory else None
            name, language = event.sender_name[:60] or "?", _language(event.language)
            found = people.register(batch.conn, key, name, language, lane, person)
            batch.speakers[key] = found
        return found

    def _dialog(self, batch: _Batch, event: Event, speaker: Speaker) -> Dialog:
        if event.chat.kind == "group":
            return Dialog(speaker.account_id, "")
        return batch.dialogs.setdefault(speaker.account_id, Dialog(speaker.account_id, ""))

    def _mind_the_lane(self, batch: _Batch, event: Event, lane: str, now: datetime) -> None:
        """Keeps what the sender must know about this chat: open, closed, moved, its window."""
        sender, conn = event.bot, batch.conn
        if event.chat.kind == "group" and lane not in batch.groups:
            lanes.add_lane(conn, lane, sender, "group", event.chat.id)
            batch.groups.add(lane)
        if isinstance(event.body, Left):
            lanes.disable_lane(conn, lane, "left")
        elif isinstance(event.body, Joined):
            lanes.disable_lane(conn, lane, "")
        elif isinstance(event.body, MovedTo):
            moved = f"{sender}/{event.body.chat_id}"
            lanes.add_lane(conn, moved, sender, "group", event.body.chat_id)
            for rows in (outbox, cards, groups):
                rows.move_lane(conn, lane, moved)
        window = self.capabilities[sender].window
        if window is None and event.answer_by:
            outbox.release_held(conn, lane)  # here, the answer is all that can be said
        elif window is not None and not isinstance(event.body, Left):
            if event.brief:
                until = now + timedelta(minutes=window.brief_minutes)
                lanes.open_briefly(conn, lane, now, until, window.brief_messages)
            else:
                until = now + timedelta(hours=window.hours)
                lanes.open_window(conn, lane, until, window.messages)
            outbox.release_held(conn, lane)

    def _can(self, event: Event) -> Capabilities:
        return self.capabilities[event.bot]

    def _catch_up(self, conn: Connection, event: Event, lane: str, post: Post) -> None:
        """Where a press is what lets a message change, what it could not show before is shown."""
        if self._can(event).edits != "per_code" or not isinstance(event.body, Chose):
            return
        card = cards.card_by_message(conn, lane, event.body.message_id)
        if card is not None and card.wanted > card.sent:
            post.refresh(card.subject, [card.view])


def _drop(turn: Turn, scope: Scope, entered: int) -> None:
    """Nothing of what the handler did has happened."""
    scope.drop()
    if turn.rush is not None:
        turn.rush.back_to(entered)


def _key(event: Event) -> EventKey:
    return (event.channel, event.account, event.id)


def _who(event: Event) -> tuple[str, str, str]:
    return (event.channel, event.account, event.sender)


def _lane(turn: Turn) -> str:
    return turn.event.lane if turn.event else ""


def _answer(turn: Turn, post: Post, words: Text) -> None:
    """In the chat; after a press in a group only whoever pressed reads it."""
    if turn.event and turn.event.chat.kind == "group" and isinstance(turn.event.body, Chose):
        post.toast = words
    else:
        post.reply(Card(words))


def _restore(dialog: Dialog, before: Dialog) -> None:
    dialog.name, dialog.answers = before.name, before.answers
    dialog.question, dialog.state = before.question, before.state


def _show_as_it_is(turn: Turn, post: Post, refused: Refused) -> None:
    """After a stale tap the cards of that room are brought up to date."""
    event = turn.event
    found = chosen(event.body.token) if event and isinstance(event.body, Chose) else None
    if found is not None and refused.code in STALE:
        verb, subject, _arg = found
        room = verb.partition(".")[0]
        post.refresh(subject, [name for name in VIEWS if name.partition(".")[0] == room])


def _language(code: str) -> str:
    known = "zh_CN" if code.lower().startswith("zh") else LANGUAGES[1]
    return known if code else DEFAULT_LANGUAGE
