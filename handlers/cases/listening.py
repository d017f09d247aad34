"""A report by voice: the bot asks whether it is urgent, a person listens and writes it down.

What a messenger makes of a voice by itself is not relied on: old people speak their dialect,
and a wrong word would send somebody to the wrong door.
"""

from __future__ import annotations

from collections.abc import Sequence

from governance.casefile import URGENT, Case
from governance.cases import Act
from governance.policy import Category
from handlers import files
from handlers.cases.asking import ask_kind, begin
from handlers.cases.common import WORK, kind_of, load_to_help, tell_reporter, title
from handlers.cases.private import hidden
from handlers.message import Card, Choice
from handlers.posts import holder
from handlers.registry import choice, conversation
from handlers.talk.answers import Option, Text
from handlers.talk.player import Answer, Talk
from handlers.turn import Start, Turn
from handlers.words import Words, _, lines
from storage import cases, media
from storage.media import File

NONE_OF_THESE = "none"


def ask_urgent(talk: Talk) -> bool:
    """The only thing that has to be known now."""
    options = (Option("urgent", _("Urgent")), Option("not_urgent", _("Not urgent")))
    question = _("Got your voice message; a person will listen to it. Is it urgent?")
    return talk.choose("urgency", question, options, after=("what",)) == "urgent"


def unheard(turn: Turn, case: Case) -> Words | str:
    """That nobody has written down yet what was said, and how urgent it was called."""
    if case.text or case.id is None:
        return ""
    opened = next((e for e in cases.history(turn.db, case) if e.act is Act.OPEN), None)
    spoken = opened.data.get("spoken", "") if opened else ""
    if spoken == URGENT:
        return _("Said by voice, and called urgent. Listen first, then write it down.")
    return _("Said by voice. Listen first, then write it down.") if spoken else ""


def write_it_down(case: Case) -> tuple[Choice, ...]:
    return (Choice(_("Write down what was said"), f"cases.write_down:{case.id}"),)


def to_listen_to(turn: Turn, case: Case, file: File) -> Card:
    """A voice message of a case, for whoever works on it."""
    what = title(turn, case)
    text = _("{title}: voice message from the resident. {number}", title=what, number=case.number)
    return Card(text, document=files.spoken(file))


def listening(case: Case, files: Sequence[File]) -> tuple[Choice, ...]:
    """The tap that plays what was said, where something was."""
    if hidden(case) or not _voices(files):
        return ()
    return (Choice(_("Listen to it"), f"cases.listen:{case.id}"),)


def _voices(files: Sequence[File]) -> list[File]:
    return [file for file in files if file.kind == "voice" and file.state == "stored"]


@choice("cases.listen")
def listen(turn: Turn, case_id: int, _arg: str) -> None:
    """Every voice message of the case, for those who work on it."""
    case = load_to_help(turn, case_id).case
    voices = [] if hidden(case) else _voices(media.of(turn.db, "case", case.id))
    if not voices:
        turn.post.reply(
            Card(_("There is nothing to listen to on it. {number}", number=case.number))
        )
    for file in voices:
        turn.post.reply(to_listen_to(turn, case, file))


@choice("cases.write_down")
def write_down(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("write_down", {"case": case_id})


@conversation("write_down", act=True)
def write_down_talk(talk: Talk, turn: Turn) -> None:
    """The case says what was heard, where it is and what kind; its reporter reads it, too."""
    desk = begin(talk, turn, Act.WRITE_DOWN)
    case = desk.case
    case.require_unwritten()
    what = talk.ask("words", _("What did they say? A line or two."), Text(2, 1000))
    keep = (Option("keep", _("As it stands: {place}", place=case.place)),)
    where = talk.ask("where", _("Where is it?"), Text(2, 200), options=keep)
    kind = _ask_kind(talk, turn, what)
    case.require_unwritten()  # somebody else may have listened meanwhile
    case.write_down(desk.by, what.text, where.text or case.place, turn.now)
    if kind.code != case.category:
        case.sort(desk.by, kind, turn.now)
    cases.record(turn.db, case)
    turn.post.refresh(case.id, (WORK,))
    heard = lines(
        _("{holder} has listened to you: “{words}”", holder=holder(case), words=what.text),
        _("If that is not what you meant, just say so."),
        case.number,
    )
    tell_reporter(turn, case, heard)
    talk.say(lines(_("Written down: {title}.", title=title(turn, case)), case.number))


def _ask_kind(talk: Talk, turn: Turn, what: Answer) -> Category:
    likely = [Option(code, kind_of(turn, code)) for code in what.categories[:3]]
    if likely:
        options = [*likely, Option(NONE_OF_THESE, _("None of these"))]
        code = talk.choose("kind", _("What is it about?"), options, after=("words",))
        if code != NONE_OF_THESE:
            return turn.policy.category(code)
    return ask_kind(talk, turn, _("What is it about?"))
