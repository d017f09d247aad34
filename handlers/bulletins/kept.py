"""What is kept of somebody about bulletins, for nobody but them; and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from governance.bulletins import PAGE, Bulletin
from handlers.message import Choice
from handlers.registry import Due, Kept, kept, tick
from handlers.turn import Turn
from handlers.words import _, lines, ngettext
from storage import bulletins, group_members, media

LONGEST = timedelta(days=366)
"""No district may take somebody for a member of a group who was silent for longer."""
LEAST = timedelta(days=1)
"""No district may keep messages for less; what it has set decides when a bulletin this old is
looked at."""


@kept
def sent_and_acknowledged(turn: Turn) -> Kept:
    me = turn.speaker.person_id
    sent = len(bulletins.recent(turn.db, me, PAGE))
    known = bulletins.acknowledged_by(turn.db, me)
    groups = group_members.count(turn.db.connection(), me)
    text = lines(
        ngettext("{count} notice that you sent", "{count} notices that you sent", sent)
        if sent
        else "",
        ngettext(
            "{count} emergency that you acknowledged",
            "{count} emergencies that you acknowledged",
            known,
        )
        if known
        else "",
        ngettext("Heard in {count} group", "Heard in {count} groups", groups) if groups else "",
    )
    choices = (Choice(_("Notices sent"), "menu:0:bulletins"),) if sent else ()
    return Kept(text, choices)


def _old(db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
    return bulletins.old(db, now - LEAST, failed)


def _clear(turn: Turn, bulletin_id: int) -> None:
    """Who got it and who knew is gone with the messages themselves, and so are its files."""
    bulletin = turn.db.get_one(Bulletin, bulletin_id)
    if bulletin.ends_at is None or bulletin.ends_at > turn.now - turn.policy.keep_messages:
        return
    for file in media.of(turn.db, "bulletin", bulletin_id):
        file.state = "deleted"
    bulletins.drop(turn.db, bulletin_id, PAGE)


def _silent(db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
    return group_members.silent(db, (now - LONGEST).date(), failed)


def _forget_silent(turn: Turn, _person_id: int) -> None:
    group_members.purge(turn.db.connection(), (turn.now - LONGEST).date())


tick(Due("old_bulletins", _old, _clear))
tick(Due("group_members", _silent, _forget_silent))
