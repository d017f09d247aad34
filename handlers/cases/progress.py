"""A case as its reporter and those who follow it see it: with whom, since when, until when."""

from __future__ import annotations

import re

from governance.casefile import Case
from governance.cases import Act, Actor, Role, State
from governance.refused import Refused
from handlers.cases.common import WORK, first_own, title
from handlers.cases.deadlines import dates
from handlers.cases.filed import speaks_for
from handlers.cases.history import THEIRS, since, steps
from handlers.cases.wording import OUTCOMES, ended
from handlers.message import Card, Choice
from handlers.posts import holder
from handlers.registry import choice, typed
from handlers.turn import Turn
from handlers.words import Text, When, _, line, lines, ngettext
from storage import case_numbers, cases, following

RUNNING = {State.ASSIGNED, State.WORKING, State.SUSPENDED}


def progress_card(turn: Turn, case: Case, by: Actor) -> Card:
    """How it stands now, its days, the answer, and every step."""
    text = lines(
        title(turn, case),
        stands(turn, case),
        *days(turn, case),
        answer(case),
        _waiting(turn, case),
        _("So far:"),
        *steps(turn, case, by),
        case.number,
    )
    return Card(text, _choices(turn, case, by))


def stands(turn: Turn, case: Case) -> Text:
    """With whom it is, since when."""
    if case.state is State.CLOSED:
        return ended(case)
    who, at = holder(case), When(since(turn, case))
    if case.state is State.ASSIGNED:
        return _(
            "With {holder} since {when}, not taken yet; contact by {until}",
            holder=who,
            when=at,
            until=When(case.contact_due),
        )
    if case.state is State.ANSWERED:
        return (
            _("{holder} says it is done; somebody telephones and asks whether it is", holder=who)
            if case.needs_call
            else _("{holder} says it is done; please tell us whether it is", holder=who)
        )
    return _(
        "{holder} has it since {when}; telephone {phone}",
        holder=who,
        when=at,
        phone=case.holder_phone,
    )


def days(turn: Turn, case: Case) -> list[Text]:
    """The promised day, a later one beside it, and until when nothing can be done, and why."""
    if case.state is State.CLOSED:
        return []
    promised = When(case.result_due, date_only=True)
    found: list[Text] = []
    if case.overdue_at is not None:
        found.append(_("It was promised for {day}, and is late. Sorry.", day=promised))
    if case.state in RUNNING and (case.overdue_at is None or case.due != case.result_due):
        why = _why_suspended(turn, case) if case.suspended_until is not None else ""
        found.append(line(dates(case), why))
    return found


def _why_suspended(turn: Turn, case: Case) -> str:
    asked = [e for e in cases.history(turn.db, case) if e.act is Act.ASK_SUSPENSION]
    return asked[-1].data.get("note", "") if asked else ""


def answer(case: Case) -> Text:
    """The public answer, once there is one."""
    if case.outcome is None:
        return ""
    return _("Answer: {what}", what=line(OUTCOMES[case.outcome], case.outcome_note))


def _waiting(turn: Turn, case: Case) -> Text:
    more = len(following.followers(turn.db, case))
    return ngettext("{count} household waits", "{count} households wait", more + 1) if more else ""


def _choices(turn: Turn, case: Case, by: Actor) -> tuple[Choice, ...]:
    on = case.id
    urge = Choice(_("Ask for it again"), f"cases.urge:{on}")
    if by.role not in THEIRS:
        leave = Choice(_("Follow it no longer"), f"cases.unfollow:{on}")
        return (urge, leave) if case.state in RUNNING else (leave,)
    if case.state in RUNNING:
        add = Choice(_("Say more"), f"cases.add:{on}")
        return (urge, add, Choice(_("Withdraw it"), f"cases.withdraw:{on}"))
    if by.role is Role.HELPER and not speaks_for(turn, case):
        return ()
    if case.state is State.ANSWERED:
        return (
            Choice(_("Solved, satisfied"), f"cases.yes:{on}:satisfied"),
            Choice(_("Not solved"), f"cases.no:{on}"),
        )
    open_again = case.reopen_until is not None and turn.now <= case.reopen_until
    return (Choice(_("Not solved"), f"cases.no:{on}"),) if open_again else ()


# ── by its number ────────────────────────────────────────────────────────────

_NUMBER = r"((?:[A-Za-z]{1,8}-\d{8}-)?\d{4})"


def public(turn: Turn, case: Case) -> Text:
    """What anybody may know of a matter of public space: nobody's words but the answer. Of any
    other matter its number only."""
    if not case.public or case.private:
        return lines(_("You have no part in this one any more."), case.number)
    return lines(
        title(turn, case),
        stands(turn, case),
        *days(turn, case),
        answer(case),
        case.number,
    )


def _found(turn: Turn, number: str) -> Case:
    """The speaker's own case of this number, else a public one. Raises `Refused`."""
    found = case_numbers.numbered(
        turn.db, number, turn.policy.district, turn.policy.local_date(turn.now)
    )
    mine = first_own(turn, found)
    case = mine or next((case for case in found if case.public and not case.private), None)
    if case is None:
        raise Refused("no_such_case")
    return case


@typed(r"(?:关注|follow)\s*" + _NUMBER)
def follow_by_number(turn: Turn, said: re.Match[str]) -> None:
    _follow(turn, _found(turn, said[1]))


@choice("cases.follow")
def follow(turn: Turn, case_id: int, _arg: str) -> None:
    case = cases.lock(turn.db, case_id)
    if case is None:
        raise Refused("no_such_case")
    _follow(turn, case)


def _follow(turn: Turn, case: Case) -> None:
    """Whoever follows a public case hears when it is done."""
    me = turn.speaker.person_id
    if not case.public or case.private or me == case.concerns_id:
        raise Refused("no_such_case")
    if case.reporter_id != me:
        following.follow(turn.db, case, me)
        turn.post.refresh(case.id, (WORK,))
    turn.post.show(WORK, case.id, me, kind="reply", fresh=True)


@typed(r"(?:取消关注|不关注|unfollow)\s*" + _NUMBER)
def unfollow_by_number(turn: Turn, said: re.Match[str]) -> None:
    _unfollow(turn, _found(turn, said[1]))


@choice("cases.unfollow")
def unfollow(turn: Turn, case_id: int, _arg: str) -> None:
    case = cases.lock(turn.db, case_id)
    if case is None:
        raise Refused("no_such_case")
    _unfollow(turn, case)


def _unfollow(turn: Turn, case: Case) -> None:
    left = following.unfollow(turn.db, case, turn.speaker.person_id)
    turn.post.refresh(case.id, (WORK,))
    text = (
        _("You will hear no more of it. To hear of it again, send “follow {n}”.", n=case.number)
        if left
        else _("You do not follow this one. {number}", number=case.number)
    )
    turn.post.reply(Card(text))
