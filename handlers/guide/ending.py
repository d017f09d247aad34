"""Whoever answers for an entry is asked before its last day whether it is still right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import takewhile

from governance.guide import Entry
from governance.refused import Refused
from handlers.cases.common import tell_officer
from handlers.guide import keepers
from handlers.guide.cards import day_words, ends
from handlers.message import Card, Choice
from handlers.registry import Due, choice, tick
from handlers.turn import Turn
from handlers.words import Ours, Text, _, line, lines, ngettext
from storage import guide

YEAR, HALF = 365, 182
NAMED = 5  # titles in a message about several
NEXT = Choice(_("Look at them one by one"), "guide.next:0")


# ── by the calendar ──────────────────────────────────────────────────────────


def _ask(turn: Turn, entry_id: int) -> None:
    """Whoever answers for it is asked, in one message for all of theirs that are due."""
    due = guide.all_due(turn.db, turn.now)
    entry = next((one for one in due if one.id == entry_id), None)
    if entry is None:
        return  # it went with another one's message
    known: dict[tuple[object, int], int | None] = {}

    def who(one: Entry) -> int | None:
        key = (one.owner, one.area_id)
        if key not in known:
            known[key] = keepers.asked_of(turn, one)
        return known[key]

    theirs = [one for one in due if who(one) == who(entry)]
    for one in theirs:
        one.looked(turn.policy, turn.now)
    person_id = who(entry)
    if person_id is not None:
        at = turn.policy.work.next_open(turn.now)
        late = at if at > turn.now else None
        turn.post.to(person_id, _asks(turn, theirs), release_at=late)


def _asks(turn: Turn, theirs: Sequence[Entry]) -> Card:
    if len(theirs) == 1:
        return card(turn, theirs[0])
    heading = ngettext(
        "{count} entry of the guide is near its last day. Is it still right?",
        "{count} entries of the guide are near their last day. Are they still right?",
        len(theirs),
    )
    rows = [
        line(
            "·", _("{title}, until {day}", title=one.title, day=day_words(one.until)), separator=" "
        )
        for one in theirs[:NAMED]
    ]
    more = len(theirs) - NAMED
    rest = ngettext("and {count} more", "and {count} more", more) if more > 0 else ""
    return Card(lines(heading, *rows, rest), (NEXT,))


tick(Due("guide", guide.due, _ask, guide.NEXT_DUE))


# ── one of them ──────────────────────────────────────────────────────────────


def card(turn: Turn, entry: Entry) -> Card:
    """An entry as whoever answers for it sees it: how long it is shown, and what can be said."""
    today = turn.policy.local_date(turn.now)
    text = lines(
        line("📖", entry.title, separator=" "),
        Ours(entry.answer),
        line(entry.place, entry.hours, entry.phone),
        entry.cost,
        _("Source: {origin}, checked on {day}", origin=entry.source, day=day_words(entry.checked)),
        line(ends(entry, today), _("code {code}", code=entry.code)),
        _("Who answers for it: {who}", who=keepers.owner_words(turn, entry.owner)),
        _("Is all of it still right?"),
    )
    return Card(text, (*_longer(turn, entry, today), *_other(entry, today)))


def _longer(turn: Turn, entry: Entry, today: date) -> tuple[Choice, ...]:
    """The days up to which it may be said to be right."""
    latest = today + timedelta(days=turn.policy.guide_longest_days)
    days = [max(today, entry.until) + timedelta(days=more) for more in (HALF, YEAR)]
    return tuple(
        Choice(
            _("Right until {day}", day=day_words(day)), f"guide.right:{entry.id}:{day.isoformat()}"
        )
        for day in takewhile(lambda day: day <= latest, days)
    )


def _other(entry: Entry, today: date) -> tuple[Choice, ...]:
    stop = (Choice(_("Not right any more"), f"guide.stop:{entry.id}"),)
    later = Choice(_("The next one"), f"guide.next:{entry.id}")
    return (*(stop if entry.shown(today) else ()), later)


@choice("guide.look")
def look(turn: Turn, entry_id: int, _arg: str) -> None:
    entry = turn.db.get(Entry, entry_id)
    if entry is None or not keepers.may_keep(turn, entry):
        raise Refused("no_such_entry")
    turn.post.reply(card(turn, entry))


@choice("guide.right")
def right(turn: Turn, entry_id: int, day: str) -> None:
    """It is right today, and shown through the day that was tapped."""
    entry = keepers.load(turn, entry_id)
    try:
        until = date.fromisoformat(day)
    except ValueError as error:
        raise Refused("guide_day") from error
    entry.prolong(until, turn.policy, turn.now)
    told = _("“{title}” is shown through {day}.", title=entry.title, day=day_words(until))
    _and_then(turn, entry, told)


@choice("guide.stop")
def stop(turn: Turn, entry_id: int, _arg: str) -> None:
    """It is not shown any more; whoever keeps the guide there hears that it is to be mended."""
    entry = keepers.load(turn, entry_id)
    entry.stop(turn.policy.local_date(turn.now))
    told = _(
        "“{title}” is not shown any more. Write it anew in the workbook of “/guides”, with a later day.",
        title=entry.title,
    )
    keeper = keepers.keeper_of(turn, entry)
    if keeper is not None and keeper != turn.speaker.person_id:
        text = _(
            "{name} says that “{title}” is not right any more, so it is not shown. Please mend it: “/guides”.",
            name=turn.speaker.name,
            title=entry.title,
        )
        tell_officer(turn, keeper, text)
    _and_then(turn, entry, told)


def _and_then(turn: Turn, entry: Entry, told: Text) -> None:
    """What was done is said, and the next one shown, if there is one."""
    turn.db.flush()
    following = ending(turn)
    if not following:
        turn.post.reply(Card(told))
        return
    left = ngettext(
        "{count} more is near its last day:",
        "{count} more are near their last day:",
        len(following),
    )
    shown = card(turn, following[0])
    turn.post.reply(Card(lines(told, left, "", shown.text), shown.choices))


@choice("guide.next")
def following(turn: Turn, after: int, _arg: str) -> None:
    """The next entry of the speaker's that has ended or is near its last day."""
    found = ending(turn)
    at = next((n for n, one in enumerate(found, 1) if one.id == after), 0)
    if at >= len(found):
        turn.post.reply(Card(_("That was the last one. All the others are right for now.")))
        return
    turn.post.reply(card(turn, found[at]))


def ending(turn: Turn) -> list[Entry]:
    """The entries that have ended or end soon, which the speaker answers for or keeps."""
    soon = turn.policy.local_date(turn.now) + timedelta(days=turn.policy.guide_warn_days)
    return [one for one in guide.ending(turn.db, soon) if keepers.may_keep(turn, one)]
