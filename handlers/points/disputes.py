"""异议 and 申诉: a member doubts an award on public notice; whoever lost points wants them back.

One line is enough. It goes to a human who neither gave the points nor gets them nor said it.
"""

from __future__ import annotations

from governance.authority import Power
from governance.awards import Award, Dispute, DisputeKind
from governance.points import PostingKind
from governance.refused import Refused
from handlers import authority
from handlers.message import Card, Choice
from handlers.points import awards as room
from handlers.points.common import (
    AWARD,
    DISPUTE,
    amount,
    deciders,
    has_now,
    put_before,
    shown_as,
    tell,
    title,
    why,
)
from handlers.registry import choice, conversation, view
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text, When, Words, _, lines
from storage import awards, membership, org

# ── what people say ──────────────────────────────────────────────────────────


@choice("points.object")
def object_(_turn: Turn, award_id: int, _arg: str) -> Start:
    return Start("points_object", {"award": award_id})


@conversation("points_object", act=True)
def object_talk(talk: Talk, turn: Turn) -> None:
    """A member of the community objects in one line; nothing is posted until it is decided."""
    one = _load(turn, int(talk.given("award")))
    me = turn.speaker.person_id
    day = turn.policy.local_date(turn.now)
    if one.area_id not in membership.communities_of(turn.db, me, day):
        raise Refused("no_such_award")
    if awards.disputed_by(turn.db, one.id, me, DisputeKind.OBJECTION, one.at):
        raise Refused("points_objected")
    one.require_open(me)
    question = _(
        "{who}, {points}: what is not right? One line; only whoever decides reads it.",
        who=_to(turn, one),
        points=amount(one.points),
    )
    said = talk.ask("words", question, Typed(2, 200))
    one.object_(me)
    _begin(turn, one, DisputeKind.OBJECTION, said.text)
    talk.say(
        _("Thank you. The points wait until somebody has looked at it; you hear what was decided.")
    )


@choice("points.appeal")
def appeal(_turn: Turn, award_id: int, _arg: str) -> Start:
    return Start("points_appeal", {"award": award_id})


@conversation("points_appeal", act=True)
def appeal_talk(talk: Talk, turn: Turn) -> None:
    """Whoever lost points says in one line why that is wrong; somebody else looks at it."""
    one = _load(turn, int(talk.given("award")))
    me = turn.speaker.person_id
    one.require_appealable(me)
    if awards.disputed_by(turn.db, one.id, me, DisputeKind.APPEAL, one.ended_at or one.at):
        raise Refused("points_appealed")
    question = _(
        "{what}, {points}: why should they count? One line is enough.",
        what=title(one),
        points=amount(one.points),
    )
    said = talk.ask("words", question, Typed(2, 200))
    _begin(turn, one, DisputeKind.APPEAL, said.text)
    talk.say(
        _("Passed on to somebody who has not decided about it before; you hear what they say.")
    )


def _begin(turn: Turn, one: Award, kind: DisputeKind, words: str) -> None:
    """Whoever may decide has it before them."""
    dispute = Dispute(one.id, kind, turn.speaker.person_id, words, turn.now)
    turn.db.add(dispute)
    turn.db.flush()
    turn.post.refresh(one.id, (AWARD,))
    for person in deciders(turn, one.area_id, _barred(one, dispute)):
        put_before(turn, DISPUTE, dispute.id, person)


def _barred(one: Award, dispute: Dispute) -> set[int | None]:
    return {one.to_id, one.by_id, one.ended_by, dispute.person_id}


def _load(turn: Turn, award_id: int) -> Award:
    one = awards.lock(turn.db, award_id)
    if one is None:
        raise Refused("no_such_award")
    return one


# ── what is decided ──────────────────────────────────────────────────────────


@view(DISPUTE)
def dispute_card(turn: Turn, dispute_id: int, _again: bool) -> Card | None:
    """Who says what against which award, for whoever decides."""
    dispute = turn.db.get(Dispute, dispute_id, populate_existing=True)
    if dispute is None:
        return None
    one = turn.db.get_one(Award, dispute.award_id, populate_existing=True)
    names = org.names(turn.db, {one.to_id, dispute.person_id})
    said = {
        "who": names[dispute.person_id],
        "to": names[one.to_id],
        "what": title(one),
        "points": amount(one.points),
    }
    heading = (
        _("{who} objects to {points} for {to} ({what}):", **said)
        if dispute.kind is DisputeKind.OBJECTION
        else _(
            "{to} appeals for {points} ({what}):",
            to=said["to"],
            what=said["what"],
            points=said["points"],
        )
    )
    words = f"“{dispute.words}”" if dispute.words else _("The words were deleted.")
    ended = _("It was ended: {why}", why=why(one.ended_why)) if one.ended_why else ""
    if dispute.decided_at is not None:
        return Card(lines(heading, words, _decided(turn, dispute)))
    return Card(lines(heading, words, ended), _choices(dispute))


def _choices(dispute: Dispute) -> tuple[Choice, ...]:
    yes, no = f"points.agree:{dispute.id}", f"points.disagree:{dispute.id}"
    if dispute.kind is DisputeKind.OBJECTION:
        return (
            Choice(_("They are right: no points"), yes),
            Choice(_("The points are in order"), no),
        )
    return (
        Choice(_("They are right: give them back"), yes),
        Choice(_("It stays as decided"), no),
    )


def _decided(turn: Turn, dispute: Dispute) -> Text:
    assert dispute.decided_at is not None and dispute.decided_by is not None  # noqa: S101, PT018 - asked before
    by, when = org.person_name(turn.db, dispute.decided_by), When(dispute.decided_at)
    if dispute.agreed:
        return _("{who} agreed, {when}.", who=by, when=when)
    return _("{who} did not agree, {when}.", who=by, when=when)


@choice("points.agree")
def agree(turn: Turn, dispute_id: int, _arg: str) -> None:
    """The objection ends the award; the appeal brings its points into the ledger."""
    dispute, one = _open(turn, dispute_id)
    if _given_again(turn, dispute, one):
        return
    me = turn.speaker.person_id
    one.require_other(me)
    dispute.decide(me, turn.now, agreed=True)
    if dispute.kind is DisputeKind.OBJECTION:
        room.take_back(turn, one, dispute.words, me)
        text = _(
            "You objected to points of {who}: you were right, they do not count.",
            who=_to(turn, one),
        )
    else:
        one.restore(me)
        room.enter(turn, one, PostingKind.RESTORED, one.note or one.rule, me)
        text = _(
            "{what}: your appeal was right, {points} posted. {now}",
            what=title(one),
            points=amount(one.points),
            now=has_now(turn, one.to_id),
        )
    _close(turn, dispute, one, text)


@choice("points.disagree")
def disagree(turn: Turn, dispute_id: int, _arg: str) -> None:
    """The award goes on as if nothing had been said; the decision stands."""
    dispute, one = _open(turn, dispute_id)
    if _given_again(turn, dispute, one):
        return
    me = turn.speaker.person_id
    one.require_other(me)
    if dispute.kind is DisputeKind.APPEAL and me == one.ended_by:
        raise Refused("points_second_person")
    dispute.decide(me, turn.now, agreed=False)
    if dispute.kind is DisputeKind.OBJECTION:
        one.uphold(me)
        text = _(
            "You objected to points of {who}: it was looked at, and they are in order.",
            who=_to(turn, one),
        )
    else:
        text = _(
            "{what}: {who} has looked at it; it stays as it was decided. If you want to speak with a person, send “human”.",
            what=title(one),
            who=turn.speaker.name,
        )
    _close(turn, dispute, one, text)


def _open(turn: Turn, dispute_id: int) -> tuple[Dispute, Award]:
    dispute = awards.lock_dispute(turn.db, dispute_id)
    if dispute is None:
        raise Refused("no_such_award")
    one = _load(turn, dispute.award_id)
    authority.require(turn, Power.DECIDE_POINTS, area_id=one.area_id)
    return dispute, one


def _given_again(turn: Turn, dispute: Dispute, one: Award) -> bool:
    """Whether there is a new award for what was appealed for: that settles the appeal."""
    if not one.undone or awards.kept(turn.db, one.what_for) is None:
        return False
    dispute.decide(turn.speaker.person_id, turn.now, agreed=True)
    text = _(
        "{what}: it was confirmed anew meanwhile, so your appeal is settled. Send “points” to see how yours stand.",
        what=title(one),
    )
    _close(turn, dispute, one, text)
    return True


def _close(turn: Turn, dispute: Dispute, one: Award, text: Words) -> None:
    turn.db.flush()
    turn.post.refresh(dispute.id, (DISPUTE,))
    turn.post.refresh(one.id, (AWARD,))
    tell(turn, dispute.person_id, Card(text))


def _to(turn: Turn, one: Award) -> Text:
    """As whoever objects reads of it."""
    return shown_as(turn, [one])[one.id]
