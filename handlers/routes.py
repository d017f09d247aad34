"""Who handles an event: danger, a person, commands and taps, the open question, free text.

This is the one place that knows the order. Everything it calls is registered by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from handlers import (
    conversing,
    emergencies,
    groups,
    homes,
    humans,
    minors,
    privacy,
    reaching,
    rooms,
    welcome,
)
from handlers.cases import follow
from handlers.desks import finding
from handlers.filing import passing_on
from handlers.guide import asking
from handlers.message import (
    Body,
    Card,
    Choice,
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
from handlers.points import mine
from handlers.registry import (
    CHOICES,
    COMMANDS,
    DOCUMENTS,
    OF_DANGERS,
    OPENED,
    REPLIES,
    Command,
    choice,
    chosen,
    said_so,
)
from handlers.talk import player
from handlers.talk.answers import Entry, Rejected, as_read, photo, tidy
from handlers.tasks import joining
from handlers.turn import Start, Turn
from handlers.wishes import wishing
from handlers.words import Text, _, in_every_language
from storage import cards
from storage.dialogs import Dialog

assert rooms.ROOMS  # noqa: S101 - importing them has filled the registry

HUMAN = in_every_language(_("human").source) | {"转人工", "人工", "找人", "/human"}
SAID = "~said"  # the word that would have begun something else, as it was last said
AS_ANSWERS = frozenset({"home", "not_solved", "phone"})
"""Commands whose words people give as answers: "where is it?", "my home"."""
_OPENED = re.compile(r"^([a-z]{1,3})-([A-Za-z0-9_-]{1,60})$")
_SLASHED = re.compile(r"^/[A-Za-z]{1,16}\s")


def handle(turn: Turn, event: Event, dialog: Dialog) -> None:
    """The event is answered; `dialog` is where its conversation stands now."""
    _handle(turn, event, dialog)
    if turn.handed_over:
        dialog.state = "human"
        conversing.keep(turn, dialog)


def _handle(turn: Turn, event: Event, dialog: Dialog) -> None:
    body = event.body
    if event.chat.kind == "group":
        groups.heard(turn, event)
        return
    if isinstance(body, (Joined, Left, MovedTo)):
        return
    said = tidy(body.text) if isinstance(body, Said) else ""
    payload = body.payload if isinstance(body, Started) else said
    if (opened := _OPENED.match(payload)) and opened[1] in OPENED:
        conversing.begin(turn, dialog, OPENED[opened[1]](turn, opened[2]))
        return
    command = _command(said)
    danger = _danger(event, dialog) if command is None else None
    if danger is not None:
        emergencies.alarm(turn, danger, said or _told(body))
    elif isinstance(body, Chose) and (kind := emergencies.confirmed(body.token)) is not None:
        emergencies.alarm(turn, kind, humans.words_so_far(dialog.answers))
    elif _wants_a_person(event, dialog, said, command) or _taps_for_a_person(body):
        humans.call(turn, humans.words_so_far(dialog.answers) or follow.last_words(turn))
    elif isinstance(body, Chose):
        _chosen(turn, dialog, body)
    elif isinstance(body, Started) or command is not None:
        begun = (command or COMMANDS["start"]).handle(turn)
        if begun is not None and _is_an_answer(dialog, said):
            _answer_or_begin(turn, event, dialog, said, command)
        else:
            conversing.begin(turn, dialog, begun)
    elif (form := said_so(said)) is not None:
        conversing.begin(turn, dialog, form[1](turn, form[0]))
    elif _speaks_for_themselves(event, dialog) and minors.heard(turn, said or _told(body)):
        conversing.finish(dialog)
    elif not _waits_for_a_person(turn, dialog, body, said) and not _answers_a_card(
        turn, event, dialog, said
    ):
        _go_on(turn, event, dialog, said)


def _speaks_for_themselves(event: Event, dialog: Dialog) -> bool:
    """Neither to a person who was called, nor in somebody else's words."""
    return dialog.state != "human" and not event.forwarded


def _danger(event: Event, dialog: Dialog) -> str | None:
    """A danger to life that was read in the words, unless an officer is just dealing with one."""
    dealt_with = dialog.state == "open" and dialog.name in OF_DANGERS
    return None if event.reading is None or dealt_with else event.reading.danger


def _is_an_answer(dialog: Dialog, said: str) -> bool:
    """A word without a stroke that would begin something else: "my home" says where it is."""
    return dialog.state == "open" and dialog.question is not None and not said.startswith("/")


def _told(body: Body) -> str:
    """The words under a photo, or in a voice message."""
    if isinstance(body, SentPhoto):
        return tidy(body.caption)
    return tidy(body.transcript) if isinstance(body, SentVoice) else ""


def _wants_a_person(event: Event, dialog: Dialog, said: str, command: Command | None) -> bool:
    """Said in so many words; in the middle of a question, what only sounds like it is an answer."""
    if said.lower() in HUMAN:
        return True
    reading = event.reading
    if command is not None or reading is None or event.forwarded or homes.asks_who(said):
        return False  # the words of a command mean that command; another's are not the speaker's
    return reading.intent == "human" and not (reading.guessed and dialog.state == "open")


def _taps_for_a_person(body: Body) -> bool:
    return isinstance(body, Chose) and body.token == humans.CHOICE


def _command(said: str) -> Command | None:
    if not said or len(said) > 20:
        return COMMANDS.get(said[1:].split()[0].lower()) if _SLASHED.match(said) else None
    word = said.lower()
    if word.startswith("/"):
        return COMMANDS.get(word[1:].split()[0] if len(word) > 1 else "", COMMANDS["help"])
    return next((c for c in COMMANDS.values() if word in c.also), None)


def _answer_or_begin(
    turn: Turn, event: Event, dialog: Dialog, said: str, command: Command | None
) -> None:
    """What begins something else is not taken for an answer unasked: said once more, it is one."""
    again = dialog.answers.get(SAID, {}).get("v") == said
    if command is None or command.name in AS_ANSWERS or again or said in _offered(dialog):
        dialog.answers.pop(SAID, None)
        conversing.go_on(turn, event, dialog, said)
        return
    dialog.answers[SAID] = Entry(k="said", v=said)
    text = _(
        "“{said}” would begin something new, and what is asked above would be put aside. Tap to "
        "begin it; if it is your answer, send it once more.",
        said=said,
    )
    begin = Choice(_("Begin: {what}", what=command.menu), f"talk.begin:0:{command.name}")
    turn.post.reply(Card(text, (begin,)))


def _offered(dialog: Dialog) -> set[str]:
    """The labels of the open question's own choices."""
    question = dialog.question or {}
    return {str(label) for _code, label, *_rest in question.get("options", ())}


@choice("talk.begin")
def begin_instead(turn: Turn, _subject: int, name: str) -> Start | None:
    """What was put aside for an open question begins now."""
    command = COMMANDS.get(name)
    return command.handle(turn) if command is not None else None


# ── taps ─────────────────────────────────────────────────────────────────────


def _chosen(turn: Turn, dialog: Dialog, body: Chose) -> None:
    """A token comes from outside: a wrong one is answered like a stale one."""
    if body.token.startswith("q:"):
        _answered_by_tap(turn, dialog, body)
        return
    found = chosen(body.token)
    if found is None:
        turn.post.reply(
            Card(
                _("That choice is no longer there. Send “help” to see what you can do."),
                welcome.menu(),
            )
        )
        return
    verb, subject, arg = found
    conversing.begin(turn, dialog, CHOICES[verb](turn, subject, arg))


def _answered_by_tap(turn: Turn, dialog: Dialog, body: Chose) -> None:
    seq = body.token.split(":")[1]
    if dialog.state in {"human", "parked"}:
        dialog.state = "open" if dialog.question else "done"
    if dialog.state == "open" and seq == str(dialog.seq) and body.token.count(":") == 2:
        conversing.answer(turn, dialog, body, None)
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


def _waits_for_a_person(turn: Turn, dialog: Dialog, body: Body, said: str) -> bool:
    """While somebody waits for a person, what they say and send goes there."""
    if dialog.state != "human":
        return False
    if said and humans.forward(turn, said):
        return True
    if isinstance(body, (SentPhoto, SentVoice, SentDocument)) and humans.forward_file(
        turn, body.media, _told(body)
    ):
        return True
    dialog.state = "open" if dialog.question else "done"
    return False


def _answers_a_card(turn: Turn, event: Event, dialog: Dialog, said: str) -> bool:
    """A message that replies to a live card, or names a case by its number or by answering one."""
    if event.reply_to and said:
        card = cards.card_by_message(turn.db.connection(), turn.speaker.lane, event.reply_to)
        if card is not None and card.view in REPLIES:
            conversing.begin(turn, dialog, REPLIES[card.view](turn, card.subject, said))
            return True
    found = reaching.reached(turn, event, asked=dialog.state == "open")
    if found is not None:
        conversing.begin(turn, dialog, found.start)
    return found is not None


def _go_on(turn: Turn, event: Event, dialog: Dialog, said: str) -> None:
    if dialog.state == "parked":
        dialog.state = "open" if dialog.question else "done"
        if dialog.question is None:
            (conversing.stop if said.lower() in conversing.CANCEL else conversing.play)(
                turn, dialog
            )
            return
    if dialog.state == "open" and dialog.question is not None:
        conversing.go_on(turn, event, dialog, said)
    else:
        _free(turn, event, dialog, said)


# ── free text ────────────────────────────────────────────────────────────────


def _free(turn: Turn, event: Event, dialog: Dialog, said: str) -> None:
    body = event.body
    if isinstance(body, SentDocument):
        conversing.begin(turn, dialog, DOCUMENTS[0](turn, body))
    elif isinstance(body, SentPhoto):
        _start_with_file(turn, event, dialog)
    elif isinstance(body, SentVoice):
        voice = Entry(k="voice", v=[body.media.ref, body.transcript])
        conversing.begin(turn, dialog, Start("report", answers={"what": voice}))
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
        conversing.begin(turn, dialog, Start("report"))
    elif emergencies.add_to_current(turn, said):
        return
    elif words := passing_on.passed_on(turn, said, forwarded=event.forwarded):
        what = as_read(words[:1000], event.reading)
        conversing.begin(turn, dialog, Start("pass_on", answers={"what": what}))
    else:
        _meant(turn, event, dialog, said)


def _meant(turn: Turn, event: Event, dialog: Dialog, said: str) -> None:
    """What the words are about is taken up; where they may tell of a danger, that comes first."""
    reading, words = event.reading, finding.asked(turn, said)
    if reading is not None and reading.suspected is not None and not words:
        emergencies.ask(turn, reading.suspected)
    if homes.asks_who(said):
        conversing.begin(turn, dialog, homes.who(turn))
    elif asking.names_a_matter(turn, said) or (
        reading is not None and reading.intent == "wish" and asking.is_answered(turn, said)
    ):
        conversing.begin(turn, dialog, asking.answer(turn, said))
    elif words:
        turn.post.reply(finding.found_card(turn, words))
    elif reading is not None and reading.intent in _ANSWERS:
        conversing.begin(turn, dialog, _ANSWERS[reading.intent](turn, said))
    else:
        if len(said) < 2:
            welcome.help_text(turn)
            return
        what = as_read(said[:1000], reading)
        conversing.begin(turn, dialog, Start("report", answers={"what": what}))


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
        given["what"] = as_read(caption[:1000], event.reading)
    passed_on = event.forwarded and passing_on.may(turn)
    conversing.begin(turn, dialog, Start("pass_on" if passed_on else "report", answers=dict(given)))


def _say(text: Text, turn: Turn) -> None:
    turn.post.reply(Card(text, welcome.menu()))


_ANSWERS: dict[str, Callable[[Turn, str], Start | None]] = {
    "progress": lambda turn, _said: follow.progress(turn),
    "urge": lambda turn, said: follow.urge(turn, said),
    "not_fixed": lambda turn, said: follow.urge(turn, said),
    "thanks": lambda turn, _said: follow.thanks(turn),
    "volunteer": lambda turn, _said: joining.wants_to_help(turn),
    "points": lambda turn, _said: mine.mine(turn),
    "privacy": lambda turn, said: privacy.refuse_lookup(turn, said),
    "wish": lambda turn, said: wishing.begin(turn, said),
    "guide": lambda turn, said: asking.answer(turn, said),
    "small_talk": lambda turn, _said: _say(
        _("I am here. If something is wrong near you, just say it."), turn
    ),
    "spam": lambda turn, _said: _say(
        _("That cannot be done here. If something is wrong near you, just say it."), turn
    ),
}
