"""Who handles an event: danger, a person, commands and taps, the open question, free text.

This is the one place that knows the order. Everything it calls is registered by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from handlers import (
    duties,
    emergencies,
    groups,
    homes,
    humans,
    invitations,
    papers,
    privacy,
    reportin,
    welcome,
)
from handlers.cases import brief, clock, follow, report, revisit, speech, work
from handlers.message import (
    Body,
    Card,
    Chose,
    Event,
    Joined,
    Left,
    MovedTo,
    Said,
    SentDocument,
    SentPhoto,
    SentVoice,
    Started,
    Unsupported,
)
from handlers.registry import (
    CHOICES,
    COMMANDS,
    CONVERSATIONS,
    DOCUMENTS,
    OPENED,
    REPLIES,
    Command,
)
from handlers.talk import player
from handlers.talk.answers import Entry, Rejected, photo, tidy
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Reader, Text, _, in_every_language
from storage import cards, cases
from storage.dialogs import Dialog

ROOMS = (
    brief,
    clock,
    duties,
    emergencies,
    follow,
    groups,
    homes,
    humans,
    invitations,
    papers,
    privacy,
    report,
    reportin,
    revisit,
    speech,
    welcome,
    work,
)
"""Importing these has filled the registry."""

ACTS = frozenset({"result", "hand_up", "not_ours", "supervise", "word", "write", "not_solved"})
"""Conversations that end in an act on something; a refused act ends them."""

BACK = in_every_language(_("back").source) | {"返回", "上一步", "退回"}
CANCEL = in_every_language(_("cancel").source) | {"取消", "不报了", "算了"}
HUMAN = in_every_language(_("human").source) | {"转人工", "人工", "找人", "/human"}
_OPENED = re.compile(r"^([a-z]{1,3})-([A-Za-z0-9_-]{1,60})$")
_NUMBERED = re.compile(r"^(?:督办)?\s*(?:[A-Za-z]{1,8}-\d{8}-)?(\d{4})[\s,,::]+(.+)$", re.DOTALL)


def handle(turn: Turn, event: Event, dialog: Dialog) -> None:
    """The event is answered; `dialog` is where its conversation stands now."""
    body = event.body
    if event.chat.kind == "group":
        _in_group(turn, event, dialog)
        return
    if isinstance(body, (Joined, Left, MovedTo)):
        return
    said = tidy(body.text) if isinstance(body, Said) else ""
    payload = body.payload if isinstance(body, Started) else said
    if (opened := _OPENED.match(payload)) and opened[1] in OPENED:
        _begin(turn, dialog, OPENED[opened[1]](turn, opened[2]))
        return
    command = _command(said)
    if command is None and event.reading is not None and event.reading.danger is not None:
        emergencies.alarm(turn, event.reading.danger, said or _told(body))
    elif _wants_a_person(event, said) or _taps_for_a_person(body):
        humans.call(turn, humans.words_so_far(dialog.answers) or follow.last_words(turn))
        dialog.state = "human"
        _keep(turn, dialog)
    elif isinstance(body, Chose):
        _chosen(turn, dialog, body)
    elif isinstance(body, Started) or command is not None:
        _begin(turn, dialog, (command or COMMANDS["start"]).handle(turn))
    elif not _waits_for_a_person(turn, dialog, said) and not _answers_a_card(
        turn, event, dialog, said
    ):
        _go_on(turn, event, dialog, said)


def _told(body: Body) -> str:
    """The words under a photo, or in a voice message."""
    if isinstance(body, SentPhoto):
        return tidy(body.caption)
    return tidy(body.transcript) if isinstance(body, SentVoice) else ""


def _in_group(turn: Turn, event: Event, dialog: Dialog) -> None:
    if isinstance(event.body, Chose):
        _chosen(turn, dialog, event.body)
    else:
        groups.heard(turn, event)


def _wants_a_person(event: Event, said: str) -> bool:
    if said.lower() in HUMAN:
        return True
    return event.reading is not None and event.reading.intent == "human"


def _taps_for_a_person(body: Body) -> bool:
    return isinstance(body, Chose) and body.token == humans.CHOICE


def _command(said: str) -> Command | None:
    if not said or len(said) > 20:
        return None
    word = said.lower()
    if word.startswith("/"):
        return COMMANDS.get(word[1:].split()[0] if len(word) > 1 else "", COMMANDS["help"])
    return next((c for c in COMMANDS.values() if word in c.also), None)


# ── taps ─────────────────────────────────────────────────────────────────────


def _chosen(turn: Turn, dialog: Dialog, body: Chose) -> None:
    """A token comes from outside: a wrong one is answered like a stale one."""
    verb, _sep, rest = body.token.partition(":")
    subject, _sep, arg = rest.partition(":")
    if verb == "q":
        _answered_by_tap(turn, dialog, body, subject)
        return
    chosen = CHOICES.get(verb)
    if chosen is None or not (subject.isascii() and subject.isdecimal() and len(subject) < 16):
        turn.post.reply(
            Card(
                _("That choice is no longer there. Send “help” to see what you can do."),
                welcome.menu(),
            )
        )
        return
    _begin(turn, dialog, chosen(turn, int(subject), arg))


def _answered_by_tap(turn: Turn, dialog: Dialog, body: Chose, seq: str) -> None:
    if dialog.state in {"human", "parked"}:
        dialog.state = "open" if dialog.question else "done"
    if dialog.state == "open" and seq == str(dialog.seq) and body.token.count(":") == 2:
        _answer(turn, dialog, body, None)
    elif dialog.state == "open" and dialog.question is not None:
        card = player.card_of(
            dialog.question, dialog.seq, _("That was answered already. Here is where we are:")
        )
        turn.post.reply(card)
    else:
        turn.post.reply(
            Card(
                _("That was answered already. To report something new, just say it."),
                welcome.menu(),
            )
        )


# ── the open question ────────────────────────────────────────────────────────


def _waits_for_a_person(turn: Turn, dialog: Dialog, said: str) -> bool:
    """While somebody waits for a person, their words go there."""
    if dialog.state != "human":
        return False
    if said and humans.forward(turn, said):
        return True
    dialog.state = "open" if dialog.question else "done"
    return False


def _answers_a_card(turn: Turn, event: Event, dialog: Dialog, said: str) -> bool:
    """A message that replies to a live card, or names a case by its number."""
    if not said:
        return False
    if event.reply_to:
        card = cards.card_by_message(turn.db.connection(), turn.speaker.lane, event.reply_to)
        if card is not None and card.view in REPLIES:
            _begin(turn, dialog, REPLIES[card.view](turn, card.subject, said))
            return True
    numbered = _NUMBERED.match(said)
    if numbered is None or dialog.state == "open":
        return False
    case = cases.by_number(turn.db, numbered.group(1))
    if case is None:
        return False
    return speech.about(turn, case, tidy(numbered.group(2)))


def _go_on(turn: Turn, event: Event, dialog: Dialog, said: str) -> None:
    if dialog.state == "parked":
        dialog.state = "open" if dialog.question else "done"
        if dialog.question is None:
            (_stop if said.lower() in CANCEL else _play)(turn, dialog)
            return
    if dialog.state == "open" and dialog.question is not None:
        _talk_on(turn, event, dialog, said)
    else:
        _free(turn, event, dialog, said)


def _talk_on(turn: Turn, event: Event, dialog: Dialog, said: str) -> None:
    word = said.lower()
    if word in CANCEL:
        _stop(turn, dialog)
    elif word in BACK:
        if not player.step_back(dialog.answers, dialog.question):
            turn.post.reply(Card(_("This is the first question. “cancel” stops it.")))
        _play(turn, dialog)
    else:
        _answer(turn, dialog, event.body, event)


def _answer(turn: Turn, dialog: Dialog, body: Body, event: Event | None) -> None:
    question = dialog.question
    assert question is not None  # noqa: S101 - callers have looked
    kinds = {kind[0] for kind in question["kinds"]}
    takes_it = (isinstance(body, SentPhoto) and "photo" in kinds) or (
        isinstance(body, SentVoice) and "voice" in kinds
    )
    if not takes_it:
        gathered = player.gather(dialog.answers, question, body)
        if gathered is True:
            _gathered(turn, dialog, event)
            return
        if isinstance(gathered, Rejected):
            turn.post.reply(Card(gathered.why))
            return
    rejected = player.answer(dialog.answers, question, body, event.reading if event else None)
    if rejected is not None:
        turn.post.reply(player.card_of(question, dialog.seq, rejected.why))
        return
    _play(turn, dialog)


def _gathered(turn: Turn, dialog: Dialog, event: Event | None) -> None:
    """One acknowledgement an album; the question is asked anew only if the photo changed it."""
    before = dialog.question
    album = event.album if event else ""
    known = dialog.answers.get("~album", {}).get("v")
    asked = _played(turn, dialog)
    if isinstance(asked, player.Finished):
        _end(turn, dialog, asked)
        return
    if before is not None and asked.question["text"] != before["text"]:
        dialog.question = dict(asked.question)
        turn.post.reply(asked.card)
    elif not album or album != known:
        turn.post.reply(Card(_("Got it; it goes along.")))
    if album:
        dialog.answers["~album"] = Entry(k="album", v=album)


# ── free text ────────────────────────────────────────────────────────────────


def _free(turn: Turn, event: Event, dialog: Dialog, said: str) -> None:
    body = event.body
    reading = event.reading
    if isinstance(body, SentDocument):
        _begin(turn, dialog, DOCUMENTS[0](turn, body))
    elif isinstance(body, SentPhoto):
        _start_with_file(turn, event, dialog)
    elif isinstance(body, SentVoice):
        voice = Entry(k="voice", v=[body.media.ref, body.transcript])
        _begin(turn, dialog, Start("report"), {"what": voice})
    elif isinstance(body, Unsupported):
        turn.post.reply(
            Card(
                _(
                    "I can read text, photos, voice messages and locations. What is wrong, and where?"
                ),
                welcome.menu(),
            )
        )
    elif not said:
        _begin(turn, dialog, Start("report"))
    elif emergencies.add_to_current(turn, said):
        return
    elif reading is not None and reading.intent in _ANSWERS:
        _begin(turn, dialog, _ANSWERS[reading.intent](turn, said))
    else:
        codes = list(reading.categories) if reading else []
        if len(said) < 2:
            welcome.help_text(turn)
            return
        _begin(turn, dialog, Start("report"), {"what": Entry(k="text", v=said[:1000], c=codes)})


def _start_with_file(turn: Turn, event: Event, dialog: Dialog) -> None:
    body = event.body
    assert isinstance(body, SentPhoto)  # noqa: S101 - the caller has looked
    entry = photo(body)
    if isinstance(entry, Rejected):
        turn.post.reply(Card(entry.why))
        return
    given: dict[str, Entry] = {"+photo": Entry(k="gathered", v=[entry["v"]])}
    if event.album:
        given["~album"] = Entry(k="album", v=event.album)
    caption = tidy(body.caption)
    if len(caption) >= 2:
        codes = list(event.reading.categories) if event.reading else []
        given["what"] = Entry(k="text", v=caption[:1000], c=codes)
    _begin(turn, dialog, Start("report"), given)


def _say(text: Text, turn: Turn) -> None:
    turn.post.reply(Card(text, welcome.menu()))


_ANSWERS: dict[str, Callable[[Turn, str], Start | None]] = {
    "progress": lambda turn, _said: follow.progress(turn),
    "urge": lambda turn, said: follow.urge(turn, said),
    "not_fixed": lambda turn, said: follow.urge(turn, said),
    "thanks": lambda turn, _said: follow.thanks(turn),
    "privacy": lambda turn, _said: _say(privacy.PRIVATE, turn),
    "small_talk": lambda turn, _said: _say(
        _("I am here. If something is wrong near you, just say it."), turn
    ),
    "spam": lambda turn, _said: _say(
        _("That cannot be done here. If something is wrong near you, just say it."), turn
    ),
}


# ── playing ──────────────────────────────────────────────────────────────────


def _begin(
    turn: Turn, dialog: Dialog, start: Start | None, answers: dict[str, Entry] | None = None
) -> None:
    if start is None:
        return
    given = {key: Entry(k="given", v=value) for key, value in start.given.items()}
    dialog.name = start.conversation
    dialog.answers = {**given, **(answers or {})}
    dialog.question = None
    _play(turn, dialog)


def _play(turn: Turn, dialog: Dialog) -> None:
    dialog.seq += 1
    played = _played(turn, dialog)
    if isinstance(played, player.Finished):
        _end(turn, dialog, played)
        return
    dialog.question = dict(played.question)
    dialog.state = "open"
    _keep(turn, dialog)
    turn.post.reply(played.card)


def _played(turn: Turn, dialog: Dialog) -> player.Asked | player.Finished:
    function = CONVERSATIONS.get(dialog.name, _gone)
    return player.play(function, dialog.answers, dialog.seq, _reader(turn), turn)


def _gone(talk: Talk, _turn: Turn) -> None:
    """A conversation that a newer release no longer knows."""
    talk.say(
        _("I am sorry: that can no longer be answered here. Please say it once more."),
        welcome.menu(),
    )


def _end(turn: Turn, dialog: Dialog, played: player.Finished) -> None:
    _finish(dialog)
    for card in played.cards:
        turn.post.reply(card)


def _keep(turn: Turn, dialog: Dialog) -> None:
    dialog.until = turn.now + timedelta(days=turn.policy.dialog_days)


def _stop(turn: Turn, dialog: Dialog) -> None:
    _finish(dialog)
    turn.post.reply(Card(_("Stopped; nothing was sent. Say it again any time.")))


def _finish(dialog: Dialog) -> None:
    dialog.state, dialog.answers, dialog.question = "done", {}, None


def _reader(turn: Turn) -> Reader:
    return Reader(turn.speaker.language, turn.now, turn.policy.zone)
