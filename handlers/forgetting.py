"""What somebody wants deleted, and what the calendar deletes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from governance.casefile import Case
from governance.cases import State
from governance.org import PostKind, Seat
from handlers.accounts import is_somebody
from handlers.message import Choice
from handlers.posts import called
from handlers.registry import LEAVING, Due, choice, command, conversation, tick
from handlers.talk.answers import Option
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text, _, lines, ngettext
from storage import case_words, cases, filing, forgetting, org, privacy, whistle_words

LEAST_AUDITS, LEAST_WORDS = timedelta(days=180), timedelta(days=30)
"""No district may set less; what it has set decides when an audit this old is looked at."""

_KEEP = Option("no", _("Leave it"))


@command("forget", menu=_("Delete my data"), also=("删除我的资料", "注销", "忘记我", "forget me"))
def forget_me(_turn: Turn) -> Start:
    return Start("forget")


@choice("privacy.forget")
def forget(turn: Turn, _subject: int, _arg: str) -> Start | None:
    return Start("forget")


@conversation("forget")
def forget_talk(talk: Talk, turn: Turn) -> None:
    """What is the speaker's own is gone; the reports stay, without a person."""
    me = turn.speaker.person_id
    still = [c for c in cases.reported_by(turn.db, me) if c.state is not State.CLOSED]
    if still:
        talk.say(_not_yet(still), _withdrawals(still))
        return
    for room in LEAVING:
        if first := room.waits(turn):
            talk.say(first.text, first.choices)
            return
    somebody = is_somebody(turn, me)
    question = _of_somebody(turn) if somebody else _of_a_resident()
    if talk.choose("sure", question, (Option("yes", _("Delete")), _KEEP)) != "yes":
        talk.say(_("Nothing was deleted."))
        return
    for room in LEAVING:
        room.let_go(turn)
    if somebody:
        forgetting.forget_words(turn.db, me)
        talk.say(_("Deleted. What the roster says of you stays."))
    else:
        forgetting.forget(turn.db, me)
        talk.say(_("Deleted. If you write again, you start as somebody new."))


def _not_yet(still: Sequence[Case]) -> Text:
    return lines(
        ngettext(
            "{count} report is still open, and whoever works on it needs your words. Withdraw it or wait until it is closed, then ask again:",
            "{count} reports are still open, and whoever works on them needs your words. Withdraw them or wait until they are closed, then ask again:",
            len(still),
        ),
        *(f"· {case.number} {case.place}" for case in still[:10]),
    )


def _withdrawals(still: Sequence[Case]) -> tuple[Choice, ...]:
    return tuple(
        Choice(_("Withdraw {number}", number=c.number[-4:]), f"cases.withdraw:{c.id}")
        for c in still[:4]
    )


_TOO = _("Also what you wrote to officers, what you agreed to, and our copies of what we sent you.")


def _of_a_resident() -> Text:
    return lines(
        _(
            "Delete your name, home, telephone, and the words and photos of your reports? This cannot be undone."
        ),
        _TOO,
    )


def _of_somebody(turn: Turn) -> Text:
    """Whoever is in the roster learns that the roster is not theirs, and who changes it."""
    seat = Seat(PostKind.ADMINISTRATOR, org.district(turn.db).id)
    kept = org.holders(turn.db, seat, turn.policy.local_date(turn.now))
    who = (
        called(seat.kind, org.person_name(turn.db, kept[0].person_id))
        if kept
        else _("whoever keeps the roster")
    )
    return lines(
        _(
            "You are in the district's roster: name, number and post are the district's. {who} takes you out.",
            who=who,
        ),
        _("Delete the words and photos of your reports? This cannot be undone."),
        _TOO,
    )


# ── by the calendar ──────────────────────────────────────────────────────────


def _forget(turn: Turn, case_id: int) -> None:
    """What the notice promised: a year after the end, words and photos are deleted."""
    whistle_words.forget_words_of_cases(turn.db, [case_id])
    case_words.forget_words(turn.db, [case_id])
    filing.forget_spoken_for(turn.db, [case_id])


def _old(db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
    return privacy.oldest(db, now - LEAST_AUDITS, now - LEAST_WORDS, failed)


def _clear(turn: Turn, _audit_id: int) -> None:
    """Who looked at whose data is kept as long as the district has set, what was asked as words."""
    privacy.purge(turn.db, turn.now - turn.policy.keep_audits, turn.now - turn.policy.retention)


def _old_call(db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
    return forgetting.old_call(db, now - LEAST_WORDS, failed)


def _clear_calls(turn: Turn, _call_id: int) -> None:
    forgetting.purge_calls(turn.db, turn.now - turn.policy.retention)


tick(Due("retention", case_words.to_forget, _forget, case_words.NEXT_FORGOTTEN))
tick(Due("audits", _old, _clear))
tick(Due("old_calls", _old_call, _clear_calls))
