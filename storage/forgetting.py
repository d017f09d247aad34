"""Everything that a person can have deleted, wherever it is kept.

What stays are cases without a person, and who looked at whose data, without the name.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from governance.cases import Role
from storage import (
    awards,
    bookings,
    bulletins,
    case_words,
    certificates,
    contacts,
    group_members,
    guide,
    lists,
    people,
    pledges,
    promises,
    service,
    whistle_words,
    wishes,
)
from storage.cards import numbers
from storage.case_words import only_codes
from storage.cases import case_events
from storage.claims import claims, task_quiet
from storage.contacts import contact_words
from storage.contacts import contacts as between
from storage.dialogs import dialogs
from storage.groups import group_words
from storage.humans import FILES, calls
from storage.media import media
from storage.moments import not_failed
from storage.outbox import SCRUBBED, outbox
from storage.people import accounts
from storage.privacy import audits, consents
from storage.withheld import withheld

_ACCOUNTS = select(accounts.c.id).where(accounts.c.person_id == bindparam("person"))
_LANES = select(accounts.c.lane).where(accounts.c.person_id == bindparam("person"))

_CONSENTS = delete(consents).where(consents.c.person_id == bindparam("person"))
_ASKED = update(audits).where(audits.c.viewer_id == bindparam("person")).values(words="")
_CALLED = update(calls).where(calls.c.person_id == bindparam("person")).values(name="", words="")
_IN_GROUPS = delete(group_words).where(group_words.c.person_id == bindparam("person"))
_FILES = (
    update(media)
    .where(
        media.c.person_id == bindparam("person"),
        or_(media.c.part == "report", media.c.about == FILES),
    )
    .values(state="deleted")
)
_ON_CASES = (
    update(case_events)
    .where(
        case_events.c.by_person == bindparam("person"),
        case_events.c.by_role.in_([Role.REPORTER, Role.HELPER, Role.FOLLOWER]),
    )
    .values(by_name="", data=only_codes(case_events.c.data))
)
# Hours and points stay with the person, who has no name any more; reasons are words.
_ON_TASKS = (
    update(claims).where(claims.c.person_id == bindparam("person")).values(team="", reason="")
)
_TASK_FILES = (
    update(media)
    .where(media.c.person_id == bindparam("person"), media.c.about == "task")
    .values(state="deleted")
)
_REMINDED = delete(task_quiet).where(task_quiet.c.person_id == bindparam("person"))
_BEGUN = (
    update(dialogs)
    .where(dialogs.c.account_id.in_(_ACCOUNTS))
    .values(state="done", answers={}, question=None)
)
_WAITING = delete(outbox).where(outbox.c.lane.in_(_LANES), outbox.c.state == "held")
_SENT = (
    update(outbox)
    .where(outbox.c.lane.in_(_LANES), outbox.c.finished.is_not(None))
    .values(payload=SCRUBBED)
)
_WITHHELD = delete(withheld).where(withheld.c.lane.in_(_LANES))
_LABELS = update(numbers).where(numbers.c.lane.in_(_LANES)).values(label="")
_WORDS = (
    _LABELS,
    _CONSENTS,
    _ASKED,
    _CALLED,
    _IN_GROUPS,
    _FILES,
    _ON_CASES,
    _BEGUN,
    _SENT,
    _ON_TASKS,
    _TASK_FILES,
    _REMINDED,
    _WITHHELD,
)

_WRITTEN = (
    select(contact_words.c.said_at, contact_words.c.person_id, contact_words.c.words)
    .join(between, between.c.id == contact_words.c.contact_id)
    .where(
        or_(
            between.c.resident_id == bindparam("person"),
            between.c.officer_id == bindparam("person"),
        )
    )
    .order_by(contact_words.c.id.desc())
    .limit(bindparam("most"))
)
_CALLS = (
    select(calls.c.asked_at, calls.c.officer_name, calls.c.words)
    .where(calls.c.person_id == bindparam("person"), calls.c.words != "")
    .order_by(calls.c.id.desc())
    .limit(bindparam("most"))
)
# The first one is the oldest: looked up by its id, however many there are.
_FIRST_CALL = select(calls.c.id).where(
    calls.c.id == select(func.min(calls.c.id)).scalar_subquery(),
    calls.c.asked_at < bindparam("before"),
    not_failed(calls.c.id),
)
_OLD_FILES = (
    update(media)
    .where(media.c.about == FILES, media.c.received_at < bindparam("before"))
    .values(state="deleted")
)
_OLD_CALLS = delete(calls).where(calls.c.asked_at < bindparam("before"))


def forget_words(db: Session, person_id: int) -> None:
    """What the person said, showed, was sent and agreed to is gone; who they are stays."""
    whistle_words.forget_words_of(db, person_id)
    case_words.forget_words_of(db, person_id)
    for room in (contacts, awards, service, certificates, wishes, promises):
        room.forget(db, person_id)
    contacts.forget(db, person_id)
    bookings.forget(db, person_id)
    lists.forget(db, person_id)
    pledges.forget(db, person_id)
    guide.forget(db, person_id)
    bulletins.forget(db, person_id)
    conn = db.connection()
    group_members.forget(conn, person_id)
    for statement in _WORDS:
        conn.execute(statement, {"person": person_id})


def forget(db: Session, person_id: int) -> None:
    """Nobody can be found behind this person any more, and nothing waits to be sent to them."""
    forget_words(db, person_id)
    db.connection().execute(_WAITING, {"person": person_id})
    people.forget(db, person_id)


def messages_of(db: Session, person_id: int, most: int) -> list[tuple[datetime, bool, str]]:
    """What the person wrote to people in posts through the bot, and was written: when, whether
    it is their own, the words; the newest first."""
    asked = {"person": person_id, "most": most}
    written: Sequence[Any] = db.execute(_WRITTEN, asked).all()
    called: Sequence[Any] = db.execute(_CALLS, asked).all()
    found = [(row.said_at, row.person_id == person_id, row.words) for row in written]
    found += [(row.asked_at, True, row.words) for row in called]
    return sorted(found, reverse=True)[:most]


def old_call(db: Session, before: datetime, failed: Sequence[int]) -> Sequence[int]:
    """The first call for a person, if it is from before this moment."""
    return db.scalars(_FIRST_CALL, {"before": before, "failed": list(failed)}).all()


def purge_calls(db: Session, before: datetime) -> None:
    """Calls for a person from before this moment are gone, with words and files."""
    for statement in (_OLD_FILES, _OLD_CALLS):
        db.connection().execute(statement, {"before": before})
