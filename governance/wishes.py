"""A micro-wish (微心愿): something small that somebody wishes for, until their own "yes, it came".

`TABLE` below is the machine and its documentation: which act is possible in which state, for
whom, and where it leads. `governance/wishfile.py` holds the wish itself, which asks this table
before every act. What holds whatever happens:

- one claimer at most, and nobody claims their own wish or reviews it;
- it is struck off only on the wisher's own yes, said by them or heard from them by somebody
  who is not the claimer; silence is no yes;
- until it has ended, the clock comes back to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from governance.org import PostKind


class Kind(StrEnum):
    GOODS = "goods"  # 物资
    HELP = "help"  # 便民
    COMMON = "common"  # 公益


class Audience(StrEnum):
    """Who may read it once it is published."""

    PUBLIC = "public"
    COMMUNITY = "community"


class Heard(StrEnum):
    """How the wisher's answer came."""

    OWN = "own"  # they pressed it themselves
    VISIT = "visit"  # they said it to somebody who came by
    PHONE = "phone"  # they said it on the telephone


class State(StrEnum):
    COLLECTED = "collected"  # 待审核
    VERIFIED = "verified"  # 审核改过字，等本人点头
    PUBLISHED = "published"  # 待认领
    CLAIMED = "claimed"  # 已认领
    DELIVERING = "delivering"  # 在办
    DELIVERED = "delivered"  # 待本人确认
    STRUCK_OFF = "struck_off"  # 销号
    REJECTED = "rejected"
    CONVERTED = "converted"  # it became a case
    WITHDRAWN = "withdrawn"


ENDS = (State.STRUCK_OFF, State.REJECTED, State.CONVERTED, State.WITHDRAWN)
LOCKED = (State.CLAIMED, State.DELIVERING, State.DELIVERED)
"""The states in which a wish belongs to its one claimer."""


class Act(StrEnum):
    POST = "post"
    APPROVE = "approve"  # the community publishes the words that the wisher has seen
    EDIT = "edit"  # the community proposes other words
    AGREE = "agree"  # the wisher agrees to them
    REWORD = "reword"  # the wisher says it differently
    REJECT = "reject"
    CONVERT = "convert"
    WITHDRAW = "withdraw"
    CLAIM = "claim"
    PROMISE = "promise"  # the claimer names the day, or another one, once
    BEGIN = "begin"
    GIVE_BACK = "give_back"
    DELIVER = "deliver"
    CONFIRM = "confirm"  # the wisher's yes
    REFUSE = "refuse"  # the wisher's no
    UNHEARD = "unheard"  # somebody called and could not reach the wisher
    DISPUTE = "dispute"  # the wisher says that a yes which others heard was none
    THANK = "thank"
    SHOW_NAME = "show_name"  # either side wishes to be known
    ESCALATE = "escalate"  # not reviewed in time
    ASK_AGREE = "ask_agree"
    REOFFER = "reoffer"
    SHOW_STREET = "show_street"
    ASK_LATE = "ask_late"
    RELEASE = "release"
    REMIND = "remind"
    CALL = "call"  # nobody answers: the community is asked to telephone


class Role(StrEnum):
    WISHER = "wisher"  # whose wish it is, or who posted it for them
    HELPER = "helper"  # a member, or somebody of a unit, who sees it
    CLAIMER = "claimer"
    REVIEWER = "reviewer"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Rule:
    """In one of the states `where`, `by` may do `act`; it leads `to`."""

    act: Act
    where: tuple[State, ...]
    by: tuple[Role, ...]
    to: State | None = None  # None: the state stays


def _table() -> dict[Act, Rule]:
    collected, verified, published, claimed, delivering, delivered, struck_off, *other = State
    rejected, converted, withdrawn = other
    wisher, helper, claimer, reviewer, clock = Role
    begun = (claimed, delivering)
    rules = (
        #    act              where                                  by                  to
        Rule(Act.APPROVE, (collected,), (reviewer,), published),
        Rule(Act.EDIT, (collected,), (reviewer,), verified),
        Rule(Act.AGREE, (verified,), (wisher,), published),
        Rule(Act.REWORD, (collected, verified), (wisher,), collected),
        Rule(Act.REJECT, (collected, verified, published), (reviewer,), rejected),
        Rule(Act.CONVERT, (collected, verified), (reviewer,), converted),
        Rule(Act.WITHDRAW, (collected, verified, published, *begun), (wisher,), withdrawn),
        Rule(Act.CLAIM, (published,), (helper,), claimed),
        Rule(Act.PROMISE, begun, (claimer,)),
        Rule(Act.BEGIN, (claimed,), (claimer,), delivering),
        Rule(Act.GIVE_BACK, begun, (claimer,), published),
        Rule(Act.DELIVER, begun, (claimer,), delivered),
        Rule(Act.CONFIRM, (delivered,), (wisher, reviewer), struck_off),
        Rule(Act.REFUSE, (delivered,), (wisher, reviewer), delivering),
        Rule(Act.UNHEARD, (delivered,), (reviewer,)),
        Rule(Act.DISPUTE, (struck_off,), (wisher,), delivering),
        Rule(Act.THANK, (struck_off,), (wisher,)),
        Rule(Act.SHOW_NAME, (struck_off,), (wisher, claimer)),
        Rule(Act.ESCALATE, (collected,), (clock,)),
        Rule(Act.ASK_AGREE, (verified,), (clock,)),
        Rule(Act.REOFFER, (published,), (clock,)),
        Rule(Act.SHOW_STREET, (published,), (clock,)),
        Rule(Act.ASK_LATE, begun, (clock,)),
        Rule(Act.RELEASE, begun, (clock,), published),
        Rule(Act.REMIND, (delivered,), (clock,)),
        Rule(Act.CALL, (delivered,), (clock,)),
    )
    return {rule.act: rule for rule in rules}


TABLE = _table()

REVIEWERS = (
    PostKind.COMMUNITY_DUTY,
    PostKind.COMMUNITY_HEAD,
    PostKind.STREET_DUTY,
    PostKind.STREET_HEAD,
)
"""Whose desk a wish lies on, and whose next when nobody there looks at it in time."""


def desk_above(desk: PostKind, served: Iterable[PostKind]) -> PostKind:
    """Whose desk is next; the highest that anybody serves keeps it."""
    there = [post for post in REVIEWERS if post in set(served)]
    higher = [post for post in there if REVIEWERS.index(post) > REVIEWERS.index(desk)]
    return (higher or there[-1:] or [desk])[0]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and as what: somebody may review at one wish and help at another."""

    roles: frozenset[Role]
    person_id: int | None = None


CLOCK = Actor(frozenset({Role.CLOCK}))


def roles_of(
    poster_id: int, claimer_id: int | None, person_id: int, *, reviews: bool, helps: bool
) -> Actor:
    """As what a person may act on a wish: authority comes from here, never from a button.

    `reviews`: they hold a post that reviews wishes there. `helps`: they are a member, or of a
    unit, and may see it. Whoever posted it does neither.
    """
    roles: set[Role] = set()
    if person_id == poster_id:
        roles = {Role.WISHER}
    elif person_id == claimer_id:
        roles = {Role.CLAIMER}
    else:
        roles |= {Role.REVIEWER} if reviews else set()
        roles |= {Role.HELPER} if helps else set()
    return Actor(frozenset(roles), person_id)


@dataclass(eq=False)
class WishEvent:
    """One line of a wish's history. `data` holds codes and words, JSON-shaped."""

    act: Act
    at: datetime
    by_role: Role
    by_id: int | None
    data: dict[str, str] = field(repr=False)
    wish_id: int = 0
    id: int = field(init=False, repr=False)
