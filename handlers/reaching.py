"""Which case a message is about: by the message it answers, or by the number it begins with.

A number and nothing else shows the case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from handlers.cases import speech
from handlers.cases.common import VERDICT, WORK
from handlers.cases.speech import Sent
from handlers.desks import finding
from handlers.message import Body, Card, Event, Said, SentPhoto, SentVoice
from handlers.talk.answers import Rejected, photo, tidy, voice
from handlers.turn import Start, Turn
from storage import cards, sent

_NUMBERED = re.compile(
    r"^(?:督办)?\s*((?:[A-Za-z]{1,8}-\d{8}-)?\d{4})(?:[\s,，:：]+(.*))?$", re.DOTALL
)
_NAMED = re.compile(r"\b[A-Z]{1,8}-\d{8}-\d{4}\b")
_CASES = {WORK, VERDICT}


@dataclass(frozen=True, slots=True)
class Reached:
    """It was about a case; `start` is what begins there, if anything does."""

    start: Start | None = None


def reached(turn: Turn, event: Event, *, asked: bool) -> Reached | None:
    """What was said or sent is on the case that it names; None if it names none.

    `asked`: a question is open, whose answer may begin with a number or quote the question.
    """
    sent = _sent(event.body)
    if sent is None:
        return None
    case_id = _answered(turn, event, asked=asked)
    if isinstance(sent, Rejected):
        if case_id is not None:
            turn.post.reply(Card(sent.why))
        return Reached() if case_id is not None else None
    if case_id is None and not asked and (named := _NUMBERED.match(sent.words)):
        sent = Sent(tidy(named[2] or ""), sent.photos, sent.voices)
        if not (sent.words or sent.photos or sent.voices):
            return Reached() if finding.by_number(turn, named[1]) else None
        case_id = speech.numbered(turn, named[1])
    return Reached(speech.about(turn, case_id, sent)) if case_id is not None else None


def _sent(body: Body) -> Sent | Rejected | None:
    if isinstance(body, Said):
        words = tidy(body.text)
        return Sent(words) if words else None
    if isinstance(body, SentPhoto):
        taken = photo(body)
        words = tidy(body.caption)
        return taken if isinstance(taken, Rejected) else Sent(words, [taken["v"]])
    if isinstance(body, SentVoice):
        taken = voice(body)
        words = tidy(body.transcript)
        return taken if isinstance(taken, Rejected) else Sent(words, (), [taken["v"]])
    return None


def _answered(turn: Turn, event: Event, *, asked: bool) -> int | None:
    """The case on the message that was answered, a live card or any line with a number."""
    if not event.reply_to:
        return None
    conn, lane = turn.db.connection(), turn.speaker.lane
    card = cards.card_by_message(conn, lane, event.reply_to)
    if card is not None:
        return int(card.subject) if card.view in _CASES else None
    if asked:
        return None
    named = _NAMED.findall(sent.text_sent(conn, lane, event.reply_to))
    return speech.numbered(turn, named[-1]) if named else None
