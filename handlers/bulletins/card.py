"""The card of a bulletin: how far it is, whom it does not reach, who knows; and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from governance.bulletins import Bulletin, Fate, State
from governance.refused import Refused
from handlers.bulletins.common import CARD, heading, load, short, whose_is
from handlers.bulletins.knowing import known_line
from handlers.bulletins.numbers import gaps_of
from handlers.message import Card, Choice
from handlers.registry import choice, command, view
from handlers.turn import Turn
from handlers.words import Text, When, Words, _, line, lines
from storage import bulletin_outcomes, bulletins, lanes, media

SHOWN = 8
FATES: dict[Fate, Callable[[int], Words]] = {
    Fate.BLOCKED: lambda n: _("blocked me {count}", count=n),
    Fate.FAILED: lambda n: _("did not arrive {count}", count=n),
    Fate.UNKNOWN: lambda n: _("nobody knows {count}", count=n),
    Fate.LATE: lambda n: _("waiting until they write {count}", count=n),
}
ENDED: dict[Fate, Callable[[int], Words]] = {
    Fate.WITHDRAWN: lambda n: _("not sent any more {count}", count=n),
    Fate.TAKEN: lambda n: _("taken away {count}", count=n),
    Fate.CORRECTED: lambda n: _("cannot be taken away, corrected below {count}", count=n),
    Fate.LEFT: lambda n: _("cannot be taken back {count}", count=n),
}


@command("bulletins", menu=_("Notices sent"), also=("通知记录", "发过的通知", "notices sent"))
def sent(turn: Turn) -> None:
    """The speaker's last notices, each with a tap that opens its card."""
    found = bulletins.recent(turn.db, turn.speaker.person_id, SHOWN)
    if not found:
        turn.post.reply(Card(_("You have sent no notice yet. “send a notice” begins one.")))
        return
    rows = [line(heading(one), STATES[one.state], separator=" ") for one in found]
    choices = tuple(Choice(f"“{short(one, 12)}”", f"bulletins.open:{one.id}") for one in found)
    turn.post.reply(Card(lines(_("Your last notices:"), *rows), choices))


@choice("bulletins.open")
def show(turn: Turn, bulletin_id: int, _arg: str) -> None:
    load(turn, bulletin_id)
    turn.post.show(CARD, bulletin_id, turn.speaker.person_id, kind="reply", fresh=True)


STATES: dict[State, Words] = {
    State.WAITING: _("waiting"),
    State.SENDING: _("being sent"),
    State.SENT: _("sent"),
    State.RECALLING: _("being withdrawn"),
    State.RECALLED: _("withdrawn"),
}


@view(CARD)
def bulletin_card(turn: Turn, bulletin_id: int, _again: bool) -> Card | None:
    """How it stands, for whoever has sent it."""
    bulletin = turn.db.get(Bulletin, bulletin_id, populate_existing=True)
    if bulletin is None:
        return None
    fates = bulletins.fates(turn.db, bulletin.id)
    text = lines(
        heading(bulletin),
        _("To: {whom}", whom=whose_is(turn, bulletin)),
        _stands(turn, bulletin, fates),
        _not_reached(bulletin),
        known_line(turn, bulletin) if bulletin.emergency and bulletin.started_at else "",
    )
    return Card(text, tuple(_choices(turn, bulletin, fates)))


def _stands(turn: Turn, bulletin: Bulletin, fates: Mapping[Fate, int]) -> Text:
    if bulletin.state is State.WAITING:
        return _waits(turn, bulletin)
    if bulletin.state in {State.RECALLING, State.RECALLED}:
        return _taken_back(bulletin, fates)
    total = sum(fates.values()) + sum(bulletin.due.values())
    sent = _("Sent {sent} of {total}", sent=fates.get(Fate.SENT, 0), total=total)
    others = _counted(fates, FATES)
    if bulletin.state is State.SENT:
        return lines(_("All of it has gone out."), line(sent, *others))
    end = _end(turn, bulletin)
    return lines(line(sent, *others), _("Through about {when}.", when=When(end)) if end else "")


def _counted(fates: Mapping[Fate, int], words: Mapping[Fate, Callable[[int], Words]]) -> list[Text]:
    """What became of copies, where it is anything."""
    return [said(count) for fate, said in words.items() if (count := fates.get(fate, 0))]


def _waits(turn: Turn, bulletin: Bulletin) -> Text:
    at = bulletin.next_at
    if at is not None:
        at = at if bulletin.emergency else turn.policy.waking(at)
        return _("It goes out {when}.", when=When(at))
    if any(file.state == "waiting" for file in media.of(turn.db, "bulletin", bulletin.id)):
        return _("Its photo or file is being fetched; then it goes out.")
    return _("Its photo or file could not be fetched; it waits for you to decide.")


def _end(turn: Turn, bulletin: Bulletin) -> datetime | None:
    """When the last one is sent at the pace the platform permits; None within the minute."""
    paces = lanes.paces(turn.db.connection())
    queued = bulletins.by_sender(turn.db, bulletin.id, Fate.QUEUED)
    left = {s: queued.get(s, 0) + bulletin.due.get(s, 0) for s in {*queued, *bulletin.due}}
    seconds = max((count * paces.get(sender, 0) for sender, count in left.items()), default=0)
    return turn.now + timedelta(seconds=seconds) if seconds >= 60 else None


def _taken_back(bulletin: Bulletin, fates: Mapping[Fate, int]) -> Text:
    """What could be taken back and what could not, in numbers."""
    rows = _counted(fates, ENDED)
    if bulletin.state is State.RECALLED:
        if bulletin.started_at is None:
            return _("Withdrawn before it went out; nobody has got it.")
        return line(_("Withdrawn"), *rows)
    doing = sum(fates.get(f, 0) for f in (Fate.TAKING, Fate.SENT, Fate.QUEUED, Fate.UNKNOWN))
    if not doing:
        return line(STATES[bulletin.state], *rows)
    return line(_("Being withdrawn: {count} to do", count=doing), *rows)


def _not_reached(bulletin: Bulletin) -> Text:
    if bulletin.started_at is None or bulletin.state in {State.RECALLING, State.RECALLED}:
        return ""
    return gaps_of(bulletin.gaps, 0, ordinary=not bulletin.to_all)


def _choices(turn: Turn, bulletin: Bulletin, fates: Mapping[Fate, int]) -> list[Choice]:
    found = []
    if bulletin.state is State.SENT and (count := fates.get(Fate.UNKNOWN, 0)):
        label = _("Send those {count} once more", count=count)
        found.append(Choice(label, f"bulletins.again:{bulletin.id}"))
    if bulletin.asks(turn.now):
        found.append(Choice(_("Who knows, by building"), f"bulletins.houses:{bulletin.id}"))
    if bulletin.state not in {State.RECALLING, State.RECALLED}:
        found.append(Choice(_("Withdraw it"), f"bulletins.recall:{bulletin.id}"))
    return found


@choice("bulletins.again")
def send_again(turn: Turn, bulletin_id: int, _arg: str) -> None:
    """What nobody knows of goes out once more; perhaps somebody reads it twice, and its sender has
    chosen that."""
    bulletin = load(turn, bulletin_id)
    if bulletin.state is not State.SENT:
        raise Refused("bulletin_not_over")
    if bulletin_outcomes.once_more(turn.db, bulletin.id):
        bulletin.send_again(turn.now)
    turn.post.refresh(bulletin.id, (CARD,))
    turn.post.toast = _("They go out once more.")
