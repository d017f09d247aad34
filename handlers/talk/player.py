"""Plays a conversation: a function from the answers so far to the next thing to say.

The function runs from the top for every answer. `Talk.ask` returns what was answered, or
stops the function there (`Pause`) with the question to send. Reads are free; a branch that
depends on one is frozen with `recall`, so that a replay takes it again. Writing belongs
after the last question; the player refuses a function that writes and then still asks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeAlias

from handlers.message import Body, Card, Choice, Reading, SentDocument, SentPhoto, SentVoice
from handlers.talk.answers import (
    Entry,
    Kind,
    Option,
    Question,
    Rejected,
    document,
    parse,
    photo,
    token,
    voice,
)
from handlers.turn import Turn
from handlers.words import Ours, Reader, Text, _, paragraphs, render

MOST_FILES = 9
CHANGED = "~changed"


class WroteBeforeAsking(Exception):
    """A conversation changed something and then asked another question (our mistake)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question waits for its answer."""

    question: Question
    card: Card


@dataclass(frozen=True, slots=True)
class Finished:
    """The conversation is over; `cards` are its last words."""

    cards: tuple[Card, ...]


class _Pause(BaseException):
    def __init__(self, question: Question) -> None:
        self.question = question


class _Stop(BaseException):
    pass


@dataclass(slots=True)
class Answer:
    """What was answered: an option's code, a text, a photo's or voice's reference, a place."""

    kind: str
    value: Any
    categories: tuple[str, ...] = ()
    matters: tuple[tuple[str, str], ...] = ()
    """Where there are several in a text: the words and the category of each."""
    caption: str = ""

    @property
    def text(self) -> str:
        """The words of it; a voice gives its transcript, a photo what stands under it, everything
        else nothing."""
        if self.kind == "text":
            return str(self.value)
        return str(self.value[1]) if self.kind == "voice" else self.caption


@dataclass(slots=True)
class Talk:
    """The conversation as its function sees it."""

    answers: dict[str, Entry]
    seq: int
    reader: Reader
    turn: Turn
    _said: list[Card] = field(default_factory=list)
    _path: list[str] = field(default_factory=list)
    _gathers: list[str] = field(default_factory=list)
    _allowed: int = 0

    def say(self, text: Text, choices: Sequence[Choice] = ()) -> None:
        """Said with the next question, or as a message of its own at the end."""
        self._said.append(Card(text, tuple(choices)))

    def given(self, key: str) -> Any:
        """What was known when the conversation began; None if it was not."""
        entry = self.answers.get(key)
        return entry["v"] if entry else None

    def ask(
        self,
        key: str,
        text: Text,
        *kinds: Kind,
        options: Sequence[Option] = (),
        after: Sequence[str] = (),
    ) -> Answer:
        """The recorded answer; else the question goes out and the function ends here.

        `after` names the answers this one depends on: when one of them changes, this is
        asked again.
        """
        recorded = self.answers.get(key)
        if recorded is not None:
            self._said.clear()
            self._path.append(key)
            categories = tuple(recorded.get("c", ()))
            matters = tuple((words, code) for words, code in recorded.get("m", ()))
            return Answer(recorded["k"], recorded["v"], categories, matters, recorded.get("t", ""))
        raise self._pause(key, text, kinds, options, after, "")

    def choose(
        self, key: str, text: Text, options: Sequence[Option], after: Sequence[str] = ()
    ) -> str:
        """The code of the option that was chosen."""
        return str(self.ask(key, text, options=options, after=after).value)

    def confirm(
        self,
        key: str,
        summary: Text,
        yes: Text,
        changes: Sequence[Option] = (),
        no: Text = _("Do not send"),  # noqa: B008 - a text is a value that never changes
    ) -> bool:
        """Whether the person agreed to exactly this summary.

        `changes` offers keys to answer anew. If the summary no longer says what was agreed
        to, it is asked again.
        """
        digest = hashlib.sha256(render(summary, self.reader).encode()).hexdigest()[:16]
        recorded = self.answers.get(key)
        if recorded is not None and recorded.get("digest") == digest:
            self._said.clear()
            self._path.append(key)
            return bool(recorded["v"] == "yes")
        options = [
            Option("yes", yes),
            *(Option(f"change.{option.code}", option.label) for option in changes),
            Option("no", no),
        ]
        raise self._pause(key, summary, (), options, (), digest)

    def accepts(self, *kinds: Kind) -> None:
        """Photos, voices or documents are taken at any time while this conversation is open."""
        self._gathers = [kind.name for kind in kinds]

    def sent(self, kind: Kind) -> list[Any]:
        """Every photo, voice or document so far, whether it answered a question or came between two."""
        gathered = self.answers.get(_gathered(kind.name))
        answered = [e["v"] for e in self.answers.values() if e.get("k") == kind.name]
        return [*answered, *(gathered["v"] if gathered else ())]

    def changed(self, key: str) -> bool:
        """Whether the person tapped this among the changes that a summary offers."""
        entry = self.answers.get(CHANGED)
        return entry is not None and key in entry["v"]

    def recall(self, key: str, find: Callable[[], Any], after: Sequence[str] = ()) -> Any:
        """What `find` returned the first time, whatever the database says later."""
        entry = self.answers.get(key)
        if entry is None:
            entry = self.answers[key] = Entry(k="found", v=find(), d=list(after))
        return entry["v"]

    def once(self, key: str, act: Callable[[], Any]) -> Any:
        """Done the first time only, even though questions follow; its result is recorded."""
        entry = self.answers.get(key)
        if entry is None:
            entry = self.answers[key] = Entry(k="done", v=act(), d=[])
            self.turn.db.flush()
            self._allowed = self.turn.writes
        return entry["v"]

    def stop(self) -> NoReturn:
        """Nothing more to ask or do."""
        raise _Stop

    def _pause(
        self,
        key: str,
        text: Text,
        kinds: Sequence[Kind],
        options: Sequence[Option],
        after: Sequence[str],
        digest: str,
    ) -> _Pause:
        if self.turn.writes > self._allowed:
            raise WroteBeforeAsking(key)
        said = paragraphs(*(card.text for card in self._said), text)
        return _Pause(
            {
                "key": key,
                "text": render(said, self.reader),
                "options": [[o.code, render(o.label, self.reader)] for o in options],
                "kinds": [[kind.name, *kind.limits] for kind in kinds],
                "deps": list(after),
                "digest": digest,
                "path": self._path,
                "gathers": self._gathers,
            }
        )


Conversation: TypeAlias = Callable[[Talk, Turn], None]


def play(
    function: Conversation, answers: dict[str, Any], seq: int, reader: Reader, turn: Turn
) -> Asked | Finished:
    """Runs the conversation to its next question or to its end. `seq` numbers that question."""
    talk = Talk(answers, seq, reader, turn, _allowed=turn.writes)
    try:
        function(talk, turn)
    except _Pause as pause:
        return Asked(pause.question, card_of(pause.question, seq))
    except _Stop:
        pass
    return Finished(tuple(talk._said))  # noqa: SLF001 - the player is the other half of Talk


def card_of(question: Question, seq: int, why: Text = "") -> Card:
    """The question as it was first asked, perhaps with a helping word before it."""
    choices = tuple(Choice(Ours(label), token(seq, code)) for code, label in question["options"])
    return Card(paragraphs(why, Ours(question["text"])), choices)  # quoted when it was asked


def answer(
    answers: dict[str, Any], question: Question, body: Body, reading: Reading | None
) -> Rejected | None:
    """Records what a message answers; `Rejected` leaves everything as it was."""
    entry = parse(question, body, reading)
    if isinstance(entry, Rejected):
        return entry
    key = question["key"]
    changed = str(entry["v"])
    if question["digest"] and changed.startswith("change."):
        changed = changed.removeprefix("change.")
        before = answers.get(CHANGED, Entry(v=[]))["v"]
        answers[CHANGED] = Entry(k="changed", v=[*before, changed])
        drop(answers, changed)
        return None
    entry["d"] = question["deps"]
    if question["digest"]:
        entry["digest"] = question["digest"]
    answers[key] = entry
    return None


def gather(answers: dict[str, Any], question: Question, body: Body) -> Rejected | bool:
    """Adds a photo, voice or document to an open conversation; False if it takes none now."""
    if isinstance(body, SentPhoto):
        kind, entry = "photo", photo(body)
    elif isinstance(body, SentVoice):
        kind, entry = "voice", voice(body)
    elif isinstance(body, SentDocument):
        kind, entry = "document", document(body)
    else:
        return False
    if kind not in question["gathers"]:
        return False
    if isinstance(entry, Rejected):
        return entry
    kept = answers.get(_gathered(kind), Entry(v=[]))["v"]
    if len(kept) >= MOST_FILES:
        return Rejected(_("That is enough; the rest can be shown when somebody comes."))
    answers[_gathered(kind)] = Entry(k="gathered", v=[*kept, entry["v"]])
    return True


def _gathered(kind: str) -> str:
    return f"+{kind}"


def drop(answers: dict[str, Any], key: str) -> None:
    """The answer is gone, and with it every answer that depends on it."""
    answers.pop(key, None)
    for other in [k for k, entry in answers.items() if key in entry.get("d", ())]:
        drop(answers, other)


def step_back(answers: dict[str, Any], question: Question) -> bool:
    """The question before is asked again; False at the first one."""
    if not question["path"]:
        return False
    drop(answers, question["path"][-1])
    return True
