"""A bulletin is taken back: what was not sent stays here, what was sent is taken away where the
messenger lets us, and elsewhere one line says that it no longer counts."""

from __future__ import annotations

from typing import Any

from governance.bulletins import PAGE, Bulletin, Fate, State, pause
from handlers.bulletins.common import CARD, correction, lane_kind, load
from handlers.message import Card, Choice
from handlers.registry import choice, receipt
from handlers.turn import Turn
from handlers.words import _, lines
from storage import bulletin_outcomes, bulletins, groups, lanes
from storage.groups import at as group_at


@choice("bulletins.recall")
def ask_recall(turn: Turn, bulletin_id: int, _arg: str) -> None:
    """What taking it back can do, said before it is done."""
    bulletin = load(turn, bulletin_id)
    if bulletin.state is State.WAITING:
        recall(turn, bulletin_id, "")
        return
    text = lines(
        _("Withdraw this notice?"),
        _(
            "What has not been sent is not sent. What was sent is taken away where the messenger lets me; elsewhere I send one line that it no longer counts. What somebody has read cannot be made unread."
        ),
    )
    turn.post.reply(Card(text, (Choice(_("Withdraw it"), f"bulletins.back:{bulletin.id}"),)))


@choice("bulletins.back")
def recall(turn: Turn, bulletin_id: int, _arg: str) -> None:
    """Nothing more of it goes out, and what has gone out is being taken back."""
    bulletin = load(turn, bulletin_id)
    bulletin.recall(turn.now)
    if bulletin.state is State.RECALLING:
        take_back(turn, bulletin)
    turn.post.show(CARD, bulletin.id, turn.speaker.person_id, kind="reply", fresh=True)


def take_back(turn: Turn, bulletin: Bulletin) -> None:
    """One more page of its copies is withdrawn, and one taken away."""
    db = turn.db
    bulletin_outcomes.collect(db, bulletin.id, Fate.QUEUED, PAGE)
    waiting = [Fate.QUEUED, Fate.LATE]
    at = turn.now.timestamp()
    bulletin_outcomes.withdraw(db, bulletin.id, waiting, Fate.WITHDRAWN, at, PAGE)
    under_way = bulletins.by_sender(db, bulletin.id, Fate.TAKING)
    if sum(under_way.values()) < PAGE:
        for row in bulletin_outcomes.arrived(db, bulletin.id, PAGE):
            _take(turn, bulletin, row)
        under_way = bulletins.by_sender(db, bulletin.id, Fate.TAKING)
    left = bulletins.fates(db, bulletin.id)
    if not any(left.get(fate) for fate in (*waiting, Fate.SENT, Fate.UNKNOWN, Fate.TAKING)):
        bulletin.state, bulletin.next_at = State.RECALLED, None
        return
    paces = lanes.paces(db.connection())
    looks = [pause(count, paces.get(sender, 0.0)) for sender, count in under_way.items()]
    bulletin.next_at = turn.now + min(looks, default=pause(0, 0))


def _take(turn: Turn, bulletin: Bulletin, row: Any) -> None:
    """The message is taken away; without its id, as it may never have arrived, it is corrected."""
    if row.fate != Fate.SENT or not row.message_id:
        _correct(turn, bulletin, row)
        return
    with turn.post.at(row.lane):
        turn.post.delete(
            row.message_id, receipt=f"bulletins.taken:{row.id}", kind=lane_kind(bulletin)
        )
    bulletins.set_fates(turn.db, {row.id: Fate.TAKING})


def _correct(turn: Turn, bulletin: Bulletin, row: Any) -> None:
    if groups.is_closed(turn.db.connection(), row.lane):
        bulletins.set_fates(turn.db, {row.id: Fate.LEFT})
        return
    card, kind = correction(turn, bulletin), lane_kind(bulletin)
    group = group_at(turn.db, row.lane) if row.person_id is None else None
    if group is not None:
        turn.post.to_group(row.lane, card, group.language, kind=kind)
    elif row.person_id is not None:
        turn.post.to(row.person_id, card, kind=kind)
    bulletins.set_fates(turn.db, {row.id: Fate.CORRECTED})


@receipt("bulletins.taken")
def taken(turn: Turn, copy_id: int, _arg: str, delivered: bool) -> None:
    """It is gone; where the messenger does not let us, a line stands under it."""
    row = bulletins.copy(turn.db, copy_id)
    if row is None or row.fate != Fate.TAKING:
        return
    if delivered:
        bulletins.set_fates(turn.db, {copy_id: Fate.TAKEN})
        return
    bulletin = turn.db.get_one(Bulletin, row.bulletin_id)
    _correct(turn, bulletin, row)
