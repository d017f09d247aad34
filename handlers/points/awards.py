"""What the other rooms call: points for work that was confirmed, and their reversal.

award(...)     waits out its public notice; the tick below posts it
reverse(...)   ends what is pending, reverses what was posted
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from governance import awards as rules
from governance.awards import Award, AwardState
from governance.points import AccountKind, Posting, PostingKind, Rule, move
from governance.refused import Refused
from handlers.message import Card, Choice
from handlers.points import alerts
from handlers.points.common import (
    AWARD,
    HAND,
    RANKING,
    amount,
    community_of,
    deciders,
    has_now,
    last_day,
    put_before,
    tell,
    title,
    why,
)
from handlers.registry import Due, tick
from handlers.turn import Turn
from handlers.words import Text, _, lines
from storage import awards, points, service


def award(
    turn: Turn,
    *,
    to: int,
    points: int,
    rule: str,
    about: str,
    subject_id: int,
    area_id: int,
    by: int | None,
    note: str = "",
) -> None:
    """The points are on public notice, or wait for a second person first; the receiver knows.

    `by` is whoever confirmed the work, None where nobody had to. `note` is what people call it
    (周六清扫). The same thing is awarded to the same person by the same rule once; a second
    call changes nothing, unless `reverse` has undone the first. Points for hours stop at what
    one day allows, and so do those for reports. Raises `Refused` for an award to oneself and for
    an amount that none can have.
    """
    key = f"{about}:{subject_id}:{to}:{Rule(rule)}"
    give(turn, key, to, points, Rule(rule), about, subject_id, area_id, by, note)


def give(
    turn: Turn,
    key: str,
    to: int,
    amount_: int,
    rule: Rule,
    about: str,
    subject_id: int,
    area_id: int,
    by: int | None,
    note: str,
) -> Award | None:
    """The award of this key; None where there was one already. No day's limit stops what an
    approver gives by hand."""
    if by == to:
        raise Refused("points_self")
    rules.require_amount(amount_, turn.policy)
    counts = amount_ if about == HAND else _within_the_day(turn, to, rule, amount_)
    state, until = rules.first_state(max(counts, 1), turn.policy, turn.now)
    area = community_of(turn, area_id)
    wanted = Award(
        *(key, to, counts or amount_, rule, about, subject_id, area.id, by, note[:80]),
        *(turn.now, state, until),
    )
    if not counts:
        wanted.state, wanted.notice_until = AwardState.ENDED, None
        wanted.ended_at, wanted.ended_why = turn.now, "day_full"
    made = awards.add(turn.db, wanted)
    if made is not None:
        _tell_receiver(turn, made, amount_)
        _ask_second(turn, made)
        alerts.look_at_pair(turn, made)
    return made


def _within_the_day(turn: Turn, to: int, rule: Rule, wanted: int) -> int:
    """How many points by this rule still count today."""
    most = turn.policy.points.most_a_day(rule)
    if most is None:
        return wanted
    zone, day = turn.policy.zone, turn.policy.local_date(turn.now)
    since = datetime.combine(day, time(0), zone)
    given = awards.given(turn.db, to, rule, since, since + timedelta(days=1))
    return rules.within_the_day(wanted, given, most)


def _tell_receiver(turn: Turn, made: Award, wanted: int) -> None:
    text = lines(_so(turn, made), _capped(turn, made, wanted))
    tell(turn, made.to_id, Card(text))


def _so(turn: Turn, made: Award) -> Text:
    """How it stands with points that were just given."""
    said = {"what": title(made), "points": amount(made.points)}
    now = has_now(turn, made.to_id)
    if made.state is AwardState.CHECK:
        return _(
            "{what}: {points}. So many are looked at by a second person first; then they are on public notice. {now}",
            now=now,
            **said,
        )
    if made.notice_until is None:
        none = {"what": title(made), "now": now}
        return (
            _(
                "{what}: today's points for reports are used up, so there are none more. {now}",
                **none,
            )
            if made.rule is Rule.REPORT
            else _(
                "{what}: today's points for hours are used up, so there are none more. {now}",
                **none,
            )
        )
    return _(
        "{what}: {points}, on public notice until {day}; posted if nobody objects. {now}",
        day=last_day(made.notice_until),
        now=now,
        **said,
    )


def _capped(turn: Turn, made: Award, wanted: int) -> Text:
    if made.points == wanted:
        return ""
    most = amount(turn.policy.points.most_a_day(made.rule) or wanted)
    said = {"points": amount(wanted), "most": most}
    return (
        _("It would have been {points}; reports give at most {most} a day.", **said)
        if made.rule is Rule.REPORT
        else _("It would have been {points}; hours give at most {most} a day.", **said)
    )


def _ask_second(turn: Turn, made: Award) -> None:
    """Whoever may confirm has it before them; where nobody else is there, the street has."""
    if made.state is AwardState.CHECK:
        for person in deciders(turn, made.area_id, (made.by_id, made.to_id)):
            put_before(turn, AWARD, made.id, person)


# ── back ─────────────────────────────────────────────────────────────────────


def reverse(
    turn: Turn, *, about: str, subject_id: int, to: int | None, reason: str, by: int | None
) -> None:
    """What this thing gave, to one person or to all, counts no more; each of them knows why
    and how to object. What was posted stays in the ledger, with a posting that takes it back.
    If the thing is confirmed after all, it may be awarded again. `reason`: one of `REASONS`, or
    somebody's words."""
    for found in awards.about(turn.db, about, subject_id):
        if to in {None, found.to_id}:
            one = awards.lock(turn.db, found.id)
            if one is not None and (one.pending or one.state is AwardState.POSTED):
                was_posted = one.undo(by, reason[:200], turn.now)
                _taken_back(turn, one, reason, by, was_posted=was_posted)
    service.void(turn.db, about, subject_id, to, turn.now)


def take_back(turn: Turn, one: Award, reason: str, by: int | None) -> None:
    """Somebody has decided that this award counts no more; whoever had it knows why and how to
    object."""
    was_posted = one.end(by, reason[:200], turn.now)
    _taken_back(turn, one, reason, by, was_posted=was_posted)


def _taken_back(turn: Turn, one: Award, reason: str, by: int | None, *, was_posted: bool) -> None:
    if was_posted:
        enter(turn, one, PostingKind.REVERSAL, reason, by)
    turn.db.flush()
    turn.post.refresh(one.id, (AWARD,))
    said = {"what": title(one), "points": amount(one.points), "why": why(reason)}
    now = has_now(turn, one.to_id)
    gone = (
        _("{what}: {points} taken back: {why}. {now}", now=now, **said)
        if was_posted
        else _("{what}: {points} will not be posted: {why}. {now}", now=now, **said)
    )
    text = lines(gone, _("If that is not right, tap below; somebody else looks at it."))
    tell(turn, one.to_id, Card(text, (Choice(_("It is not right"), f"points.appeal:{one.id}"),)))


# ── into the ledger ──────────────────────────────────────────────────────────


def enter(turn: Turn, one: Award, kind: PostingKind, note: str, by: int | None) -> None:
    """The points move from the area's pool to the person, or back."""
    pool = points.account_at(turn.db, AccountKind.POOL, one.area_id)
    own = points.account_of(turn.db, one.to_id)
    back = kind is PostingKind.REVERSAL
    entries = move(one.points, out_of=own if back else pool, into=pool if back else own)
    posting = Posting(kind, entries, "award", one.id, note[:200], by)
    points.post(turn.db, posting, turn.now)
    turn.post.refresh(one.area_id, (RANKING,))


def post(turn: Turn, award_id: int) -> None:
    """Nobody has objected: the points are the person's. What is not due is left alone."""
    one = awards.lock(turn.db, award_id)
    if one is None or not one.post(turn.now):
        return
    enter(turn, one, PostingKind.AWARD, one.note or one.rule, one.by_id)
    turn.db.flush()
    turn.post.refresh(one.id, (AWARD,))
    text = _(
        "{what}: {points} posted. {now}",
        what=title(one),
        points=amount(one.points),
        now=has_now(turn, one.to_id),
    )
    tell(turn, one.to_id, Card(text))


tick(Due("awards", awards.due, post, awards.NEXT_DUE))
