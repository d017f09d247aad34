"""A conversation as it goes on with somebody: begun, answered, taken back, stopped, ended."""

from __future__ import annotations

from handlers import welcome
from handlers.message import Body, Card, Event, SentPhoto, SentVoice
from handlers.registry import CONVERSATIONS
from handlers.talk import player
from handlers.talk.answers import Entry, Rejected
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Reader, _, in_every_language
from storage.dialogs import Dialog

BACK = in_every_language(_("back").source) | {"返回", "上一步", "退回"}
CANCEL = in_every_language(_("cancel").source) | {"取消", "不报了", "不发了", "算了"}


def begin(turn: Turn, dialog: Dialog, start: Start | None) -> None:
    if start is None:
        return
    given = {key: Entry(k="given", v=value) for key, value in start.given.items()}
    dialog.name = start.conversation
    dialog.answers = {**given, **start.answers}
    dialog.question = None
    play(turn, dialog)


def play(turn: Turn, dialog: Dialog) -> None:
    dialog.seq += 1
    played = _played(turn, dialog)
    if isinstance(played, player.Finished):
        _end(turn, dialog, played)
        return
    dialog.question = dict(played.question)
    dialog.state = "open"
    keep(turn, dialog)
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
    finish(dialog)
    for card in played.cards:
        turn.post.reply(card)


def keep(turn: Turn, dialog: Dialog) -> None:
    dialog.until = turn.now + turn.policy.keeps_talk(elder=turn.speaker.elder)


def stop(turn: Turn, dialog: Dialog) -> None:
    finish(dialog)
    turn.post.reply(Card(_("Stopped; nothing was sent. Say it again any time.")))


def finish(dialog: Dialog) -> None:
    """Nothing is asked any more, and no answer is kept."""
    dialog.state, dialog.answers, dialog.question = "done", {}, None


def _reader(turn: Turn) -> Reader:
    return Reader(turn.speaker.language, turn.now, turn.policy.zone, in_chat=True)


# ── the open question ────────────────────────────────────────────────────────


def go_on(turn: Turn, event: Event, dialog: Dialog, said: str) -> None:
    word = said.lower()
    if word in CANCEL:
        stop(turn, dialog)
    elif word in BACK:
        if not player.step_back(dialog.answers, dialog.question):
            turn.post.reply(Card(_("This is the first question. “cancel” stops it.")))
        play(turn, dialog)
    else:
        answer(turn, dialog, event.body, event)


def answer(turn: Turn, dialog: Dialog, body: Body, event: Event | None) -> None:
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
    play(turn, dialog)


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
