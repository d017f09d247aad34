r"""Where handlers say what they answer to. Filled when the modules of handlers/ are imported.

@conversation("report", menu=_("Report a problem"))   a function of the answers so far
@command("progress", menu=_("Progress"), also=…)      something people type or tap in a menu
@choice("cases.accept")                               a tap on a card: "cases.accept:12:arg"
@choice("tasks.claim", in_groups=True)                 the same, also under a group's card
@typed(r"认领\s*(\d+)")                                words that say which one they mean
@view("cases.work")                                   what a live card shows now
@receipt("cases.question")                            what "cases.question:12:arg" arrived, or never will
@opened("i")                                          a link or code "i-…" was opened or typed
@document                                             a file was sent
@files_of("case")                                     a file of a case was fetched, or refused
tick(Due(...))                                        the clock's turn: "what is due?"
@kept                                                  what a room holds about the speaker
@leaving()                                             what a room does before their words go
@when(Moment.BLOWN)                                    what a room below has just done
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from handlers.message import Card, Choice, SentDocument
from handlers.talk.player import Conversation
from handlers.turn import Start, Turn
from handlers.words import Text, Words, in_every_language
from storage.media import File
from storage.moments import Next
from storage.rush import Pressed, Rush

CommandHandler = Callable[[Turn], Start | None]
ChoiceHandler = Callable[[Turn, int, str], Start | None]
OpenedHandler = Callable[[Turn, str], Start | None]
DocumentHandler = Callable[[Turn, SentDocument], Start | None]
View = Callable[[Turn, int, bool], Card | None]
Replied = Callable[[Turn, int, str], Start | None]
Receipt = Callable[[Turn, int, str, bool], None]
FileSettled = Callable[[Turn, File, bool], None]
TypedHandler = Callable[[Turn, re.Match[str]], Start | None]
Follower = Callable[[Turn, int], Text]
RushMaker = Callable[[Connection, Sequence[Pressed]], Rush]


@dataclass(frozen=True, slots=True)
class Command:
    """`name` is typed as "/name"; `menu` and `also` are what people say instead."""

    name: str
    menu: Words
    also: frozenset[str]
    handle: CommandHandler


@dataclass(frozen=True, slots=True)
class Due:
    """One kind of thing that falls due.

    `find` returns ids in due order, without those that failed in this tick; `handle` does
    one of them. `next_at` tells when the next one is due: before that moment, `find` finds
    nothing. Without it nobody waits for these, and they are looked for once a minute.
    `together` does many at once where that is faster; if any of them fails, nothing was done,
    and each half of them is tried by itself.
    """

    name: str
    find: Callable[[Session, datetime, Sequence[int]], Sequence[int]]
    handle: Callable[[Turn, int], None]
    next_at: Next | None = None
    together: Callable[[Turn, Sequence[int]], None] | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What a room holds about the speaker, as "my data" says it, and the ways to see more."""

    text: Text = ""
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a room does before a person's words go. `waits`: what they have to settle first, with
    the way to it; None for nothing."""

    let_go: Callable[[Turn], None]
    waits: Callable[[Turn], Card | None]


class Moment(StrEnum):
    """What a room does that rooms above it may act on; they import it, and it knows none of them."""

    BLOWN = "blown"  # a whistle: its units have been called
    OVER = "over"  # a whistle: nobody has to come any more
    CONCLUDED = "concluded"  # a case: its reporter, or their silence, has ended it
    REDONE = "redone"  # a case: its reporter says that it was not done
    MERGED = "merged"  # two persons: everything is the one's who stays
    CONSENTED = "consented"  # a person: what they agree to, or may agree to, is not as it was


T = TypeVar("T")

CONVERSATIONS: dict[str, Conversation] = {}
ACTS: set[str] = set()
OF_DANGERS: set[str] = set()
COMMANDS: dict[str, Command] = {}
CHOICES: dict[str, ChoiceHandler] = {}
IN_GROUPS: set[str] = set()
RUSHES: dict[str, RushMaker] = {}
TYPED: list[tuple[re.Pattern[str], TypedHandler]] = []
VIEWS: dict[str, View] = {}
REPLIES: dict[str, Replied] = {}
RECEIPTS: dict[str, Receipt] = {}
OPENED: dict[str, OpenedHandler] = {}
DOCUMENTS: list[DocumentHandler] = []
FILES: dict[str, FileSettled] = {}
TICKS: list[Due] = []
KEPT: list[Callable[[Turn], Kept]] = []
LEAVING: list[Leaving] = []
FOLLOWERS: dict[Moment, list[Follower]] = {moment: [] for moment in Moment}


def _once(registry: dict[str, T], name: str, what: T) -> None:
    """A name means one thing; the room that comes second has to choose another."""
    if name in registry:
        raise ValueError(f"{name!r} is registered already")
    registry[name] = what


def conversation(
    name: str,
    menu: Words | None = None,
    also: Sequence[str] = (),
    *,
    act: bool = False,
    of_dangers: bool = False,
) -> Callable[[Conversation], Conversation]:
    """One that ends in an `act` on something: where that is refused, the conversation is over.

    One `of_dangers` is how officers deal with them: what they say in it raises no alarm.
    """

    def register(function: Conversation) -> Conversation:
        _once(CONVERSATIONS, name, function)
        if act:
            ACTS.add(name)
        if of_dangers:
            OF_DANGERS.add(name)
        if menu is not None:
            command(name, menu, also)(lambda turn: Start(name))
        return function

    return register


def command(
    name: str, menu: Words, also: Sequence[str] = ()
) -> Callable[[CommandHandler], CommandHandler]:
    def register(function: CommandHandler) -> CommandHandler:
        said = in_every_language(menu.source) | {word.lower() for word in also}
        _once(COMMANDS, name, Command(name, menu, frozenset(said), function))
        return function

    return register


def choice(
    name: str, *, in_groups: bool = False, rush: RushMaker | None = None
) -> Callable[[ChoiceHandler], ChoiceHandler]:
    """`function(turn, subject, argument)` answers a tap.

    Of one that is made `in_groups` too, whoever pressed reads the toast, and nobody else; what
    is replied goes to their private chat. No conversation begins from there: `turn.post.opens`
    leads into one.

    Where many press at once, `rush(conn, presses)` reads for those of a batch that follow each
    other what they need; the function finds it as `turn.rush`, enters there, and touches the
    database in no other way.
    """

    def register(function: ChoiceHandler) -> ChoiceHandler:
        _once(CHOICES, name, function)
        if rush is not None:
            RUSHES[name] = rush
        if in_groups:
            IN_GROUPS.add(name)
        return function

    return register


def chosen(token: str) -> tuple[str, int, str] | None:
    """The verb, subject and argument of a known choice; None for what is stale or forged."""
    verb, _sep, rest = token.partition(":")
    subject, _sep, arg = rest.partition(":")
    if verb in CHOICES and subject.isascii() and subject.isdecimal() and len(subject) < 16:
        return verb, int(subject), arg
    return None


def view(name: str) -> Callable[[View], View]:
    def register(function: View) -> View:
        _once(VIEWS, name, function)
        return function

    return register


def replied(name: str) -> Callable[[Replied], Replied]:
    def register(function: Replied) -> Replied:
        _once(REPLIES, name, function)
        return function

    return register


def receipt(name: str) -> Callable[[Receipt], Receipt]:
    def register(function: Receipt) -> Receipt:
        _once(RECEIPTS, name, function)
        return function

    return register


def opened(prefix: str) -> Callable[[OpenedHandler], OpenedHandler]:
    """`function(turn, rest)` answers the start payload "prefix-rest"."""

    def register(function: OpenedHandler) -> OpenedHandler:
        _once(OPENED, prefix, function)
        return function

    return register


def typed(pattern: str) -> Callable[[TypedHandler], TypedHandler]:
    """`function(turn, match)` answers words in private that are exactly of this form."""

    def register(function: TypedHandler) -> TypedHandler:
        TYPED.append((re.compile(pattern, re.IGNORECASE), function))
        return function

    return register


def said_so(said: str) -> tuple[re.Match[str], TypedHandler] | None:
    """Who answers these words, if a form of theirs was registered."""
    if len(said) > 40:
        return None
    found = ((pattern.fullmatch(said), handle) for pattern, handle in TYPED)
    return next(((match, handle) for match, handle in found if match), None)


def document(function: DocumentHandler) -> DocumentHandler:
    """The function answers files that people send in private."""
    DOCUMENTS.append(function)
    return function


def files_of(about: str) -> Callable[[FileSettled], FileSettled]:
    """`function(turn, file, stored)` is called once a file about one of these was fetched.

    `stored` is true when a checked copy lies in the media folder, false when there is none:
    `file.state` then says whether it was "refused" or "lost".
    """

    def register(function: FileSettled) -> FileSettled:
        _once(FILES, about, function)
        return function

    return register


def tick(due: Due) -> None:
    TICKS.append(due)


def kept(function: Callable[[Turn], Kept]) -> Callable[[Turn], Kept]:
    """ "My data" shows what the function returns."""
    KEPT.append(function)
    return function


def leaving(
    waits: Callable[[Turn], Card | None] = lambda _turn: None,
) -> Callable[[Callable[[Turn], None]], Callable[[Turn], None]]:
    """The function acts for whoever has their data deleted, while their words are still there."""

    def register(function: Callable[[Turn], None]) -> Callable[[Turn], None]:
        LEAVING.append(Leaving(function, waits))
        return function

    return register


def when(moment: Moment) -> Callable[[Follower], Follower]:
    """`function(turn, subject)` acts in the same turn; what it returns is said to who did it."""

    def register(function: Follower) -> Follower:
        FOLLOWERS[moment].append(function)
        return function

    return register


def follow(moment: Moment, turn: Turn, subject: int) -> list[Text]:
    """Every room that acts on this has acted; what each of them has to say."""
    return [said for act in FOLLOWERS[moment] if (said := act(turn, subject))]
