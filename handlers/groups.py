"""In groups the bot says little: personal matters go to a private chat, and so does the rest."""

from __future__ import annotations

import re
from datetime import timedelta

from governance.groups import Group, Leak, leak_in
from handlers import bindings, emergencies
from handlers.cases.report import report
from handlers.dangers import DANGERS
from handlers.message import (
    Body,
    Card,
    Choice,
    Chose,
    Event,
    Joined,
    Left,
    Said,
    SentDocument,
    SentPhoto,
    SentVoice,
    Unsupported,
)
from handlers.registry import (
    CHOICES,
    IN_GROUPS,
    Due,
    choice,
    chosen,
    conversation,
    opened,
    receipt,
    tick,
)
from handlers.talk.answers import Entry, tidy
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Link, _
from storage import group_members, groups
from storage.groups import Words

BIND = frozenset({"/bind", "绑定", "绑定本群"})
UNBIND = frozenset({"/unbind", "解绑", "解除绑定"})
HINT_AGAIN = timedelta(minutes=1)
WORDS_WAIT = timedelta(days=1)
MOST_WORDS = 1000
CONTACT = Unsupported("contact")
"""Somebody's name and telephone number as a card, most often somebody else's."""
_MENTION = re.compile(r"^(?:@(?:哨到|[A-Za-z]\w*)\s*)+|\s*@(?:哨到|[A-Za-z]\w*)\s*$", re.ASCII)

_TAKEN_AWAY = _(
    "Please keep telephone and identity numbers out of the group; I have taken that message away. Write to me privately instead."
)
_STILL_THERE = _(
    "Please keep telephone and identity numbers out of the group; write to me privately, and delete that message."
)


def heard(turn: Turn, event: Event) -> None:
    """Danger is answered, personal data is taken away, everything else goes private."""
    _note(turn, event)
    if isinstance(event.body, Chose):
        _pressed(turn, event.body)
    elif isinstance(event.body, Joined):
        bindings.joined(turn, event)
    elif isinstance(event.body, Left):
        bindings.left(turn, event)
    else:
        _said(turn, event, _words(event.body))


def _note(turn: Turn, event: Event) -> None:
    """Whoever was heard here reads what is said to the group, and needs no copy of it."""
    if not isinstance(event.body, Left) and turn.rush is None:
        today = turn.policy.local_date(turn.now)
        conn, lane = turn.db.connection(), bindings.lane_of(event)
        group_members.seen(conn, lane, turn.speaker.person_id, today)


def _pressed(turn: Turn, body: Chose) -> None:
    """What a group's own card offers is done; only whoever pressed reads what came of it.

    Any other press is a forged one, and its answer may be somebody's affairs.
    """
    found = chosen(body.token)
    if found is None or found[0] not in IN_GROUPS:
        turn.post.toast = _("Please do that in our private chat.")
        return
    verb, subject, arg = found
    with turn.post.at(turn.speaker.lane):
        CHOICES[verb](turn, subject, arg)


def _words(body: Body) -> str:
    if isinstance(body, Said):
        return body.text
    if isinstance(body, SentPhoto):
        return body.caption
    if isinstance(body, SentDocument):
        return body.name
    return body.transcript if isinstance(body, SentVoice) else ""


def _said(turn: Turn, event: Event, words: str) -> None:
    danger = event.reading.danger if event.reading else None
    if danger is not None and DANGERS[danger].private:
        # What somebody says about themselves is nobody else's business, also the answer.
        with turn.post.at(turn.speaker.lane):
            emergencies.alarm(turn, danger, words)
    elif danger is not None:
        emergencies.alarm(turn, danger, words)
    elif leak := Leak.FULL if event.body == CONTACT else leak_in(words):
        _leaked(turn, event, leak)
    elif event.addressed and isinstance(event.body, Said | SentPhoto):
        _addressed(turn, event, _MENTION.sub("", tidy(words)))


# ── what should not be there ─────────────────────────────────────────────────


def _leaked(turn: Turn, event: Event, leak: Leak) -> None:
    """The message is taken away where the bot may; one hint a minute, without the number."""
    group = bindings.known(turn, event)
    hint = group.hinted_at is None or turn.now - group.hinted_at >= HINT_AGAIN
    if hint:
        group.hinted_at = turn.now
    if leak is Leak.FULL and event.message_id:
        told = f"groups.removed:{group.id}" if hint else ""
        turn.post.delete(event.message_id, receipt=told)
    elif hint:
        turn.post.reply(Card(_STILL_THERE))


@receipt("groups.removed")
def removed(turn: Turn, group_id: int, _arg: str, delivered: bool) -> None:
    """The hint says what became of the message."""
    group = turn.db.get_one(Group, group_id)
    text = _TAKEN_AWAY if delivered else _STILL_THERE
    turn.post.to_group(group.lane, Card(text), group.language)


# ── what is said to the bot ──────────────────────────────────────────────────


def _addressed(turn: Turn, event: Event, said: str) -> None:
    if said.lower() in BIND:
        bindings.asked(turn, event, "bind")
    elif said.lower() in UNBIND:
        bindings.asked(turn, event, "unbind")
    elif said and emergencies.add_to_current(turn, said):
        return
    elif event.reading is not None and event.reading.intent == "report" and len(said) >= 2:
        _carry(turn, event, said)
    else:
        turn.post.reply(
            Card(
                _(
                    "To report something or ask how it stands, write to me privately: tap my picture, then “message”."
                )
            )
        )


def _carry(turn: Turn, event: Event, said: str) -> None:
    """The report goes on in private, with the words; the group does not read them again."""
    me, photo = turn.speaker, event.body.media.ref if isinstance(event.body, SentPhoto) else ""
    categories = list(event.reading.categories) if event.reading else []
    words = Words(me.person_id, said[:MOST_WORDS], categories, photo, turn.now + WORDS_WAIT)
    turn.db.add(words)
    turn.db.flush()
    if not groups.can_be_written_to(turn.db.connection(), me.lane):
        link = Link(f"g-{words.token}")
        turn.post.reply(Card(_("Please go on with me privately: {link}", link=link)))
        return
    turn.post.reply(Card(_("Please look at our private chat.")))
    choices = (
        Choice(_("Yes, report it"), f"groups.report:{words.id}"),
        Choice(_("No, leave it"), f"groups.drop:{words.id}"),
    )
    question = _("You said in the group: “{words}”. Shall I report it?", words=words.text[:200])
    with turn.post.at(me.lane):
        turn.post.reply(Card(question, choices))


@opened("g")
def report_by_link(turn: Turn, token: str) -> Start:
    return _go_on(turn, groups.waiting(turn.db, token))


@choice("groups.report")
def report_it(turn: Turn, words_id: int, _arg: str) -> Start:
    return _go_on(turn, turn.db.get(Words, words_id))


def _go_on(turn: Turn, words: Words | None) -> Start:
    """The report, with the words if they are the speaker's and still wait; else from the start."""
    if words is None or words.person_id != turn.speaker.person_id or words.until <= turn.now:
        return Start("report")
    turn.db.delete(words)
    given: dict[str, object] = {
        "said": words.text,
        "categories": words.categories,
        "photo": words.photo,
    }
    return Start("report_from_group", given)


@choice("groups.drop")
def drop(turn: Turn, words_id: int, _arg: str) -> None:
    words = turn.db.get(Words, words_id)
    if words is not None and words.person_id == turn.speaker.person_id:
        turn.db.delete(words)
    turn.post.reply(Card(_("Nothing was sent. If it still matters, just say it again, any time.")))


@conversation("report_from_group")
def report_from_group(talk: Talk, turn: Turn) -> None:
    """A report whose words were said in a group; they can be changed like any answer."""
    said = talk.given("said")
    if said is not None:
        what = Entry(k="text", v=said, c=talk.given("categories"))
        talk.answers["what"] = what
        if photo := talk.given("photo"):
            talk.answers["+photo"] = Entry(k="gathered", v=[photo])
        for key in ("said", "categories", "photo"):
            del talk.answers[key]
    report(talk, turn)


def _forget(turn: Turn, words_id: int) -> None:
    turn.db.delete(turn.db.get_one(Words, words_id))


tick(Due("group_words", groups.lapsed, _forget, groups.NEXT_LAPSE))
