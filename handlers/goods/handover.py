"""核销: a clerk types or scans the member's code and says that it was handed over.

Two people, two sides: whoever ordered shows the code, and somebody else gives it out.
"""

from __future__ import annotations

from governance.authority import TABLE, Power
from governance.goods import Good, Order
from governance.points import PostingKind
from governance.refused import Refused
from handlers import authority
from handlers.goods.common import ORDER, carry
from handlers.goods.orders import PREFIX
from handlers.message import Card, Choice
from handlers.points.common import amount, has_now
from handlers.registry import choice, conversation, opened
from handlers.talk.answers import Text as Typed
from handlers.talk.answers import tidy
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import When, _
from storage import goods, org, tokens

_AGAIN = (Choice(_("Another code"), "goods.handover:0"),)


@opened(PREFIX)
def scanned(_turn: Turn, code: str) -> Start:
    return Start("handover", {"code": code})


@choice("goods.handover")
def begin(_turn: Turn, _subject: int, _arg: str) -> Start:
    return Start("handover")


@conversation(
    "handover", menu=_("Hand over goods"), also=("核销", "兑换核销", "hand over"), act=True
)
def handover_talk(talk: Talk, turn: Turn) -> None:
    """The code, what it is for, and the clerk's word that it was handed over."""
    _require_clerk(turn)
    barred = tokens.barred_until(turn.db, turn.speaker.account_id, turn.now)
    if barred is not None:
        talk.say(_("Too many wrong codes. You can try again at {when}.", when=When(barred)))
        return
    given = talk.given("code")
    if given is None:
        given = talk.ask("typed", _("The eight digits of the code?"), Typed(1, 40)).text
    one = goods.by_code(turn.db, _digits(str(given)))
    if one is None:
        tokens.guessed_wrong(turn.db, turn.speaker.account_id, turn.now)
        talk.say(
            _(
                "This code opens no order: mistyped, fetched already, or run out. Ask to see it once more."
            ),
            _AGAIN,
        )
        return
    _require_mine(turn, one)
    found = turn.db.get_one(Good, one.good_id)
    who = org.person_name(turn.db, one.person_id)
    sure = _(
        "{good} for {who} ({points}). Handed over?",
        good=found.name,
        who=who,
        points=amount(one.price),
    )
    if not talk.confirm("sure", sure, _("Handed over"), no=_("Not yet")):
        talk.say(_("Nothing was changed; the order waits until {when}.", when=When(one.until)))
        return
    _hand_over(turn, one.id, found.name)
    talk.say(
        _("Done: {good} for {who}, {points}.", good=found.name, who=who, points=amount(one.price)),
        _AGAIN,
    )


def _require_clerk(turn: Turn) -> None:
    """Raises `Refused("needs_post")`, naming who hands over, for everybody else."""
    if not any(post.kind in TABLE[Power.HAND_OVER] for post in authority.held(turn)):
        authority.require(turn, Power.HAND_OVER, area_id=org.district(turn.db).id)


def _require_mine(turn: Turn, one: Order) -> None:
    if one.person_id == turn.speaker.person_id:
        raise Refused("order_own")
    authority.require(turn, Power.HAND_OVER, area_id=one.area_id)


def _hand_over(turn: Turn, order_id: int, name: str) -> None:
    """The order is done, its points are redeemed, and whoever ordered it knows."""
    one = goods.lock_order(turn.db, order_id)
    if one is None:
        raise Refused("no_such_order")
    me = turn.speaker.person_id
    one.hand_over(me, turn.now)
    turn.db.flush()
    carry(turn, one, name, PostingKind.HANDOVER, me)
    turn.post.refresh(one.id, (ORDER,))
    text = _(
        "{good}: handed over to you by {who}, for {points}. {now} If that was not you, send “human”.",
        good=name,
        who=turn.speaker.name,
        points=amount(one.price),
        now=has_now(turn, one.person_id),
    )
    turn.post.to(one.person_id, Card(text), kind="reply")


def _digits(said: str) -> str:
    """The code however it was typed: "1234 5678", "gd-12345678"."""
    plain = tidy(said).lower().removeprefix(f"{PREFIX}-")
    return "".join(c for c in plain if c.isascii() and c.isdecimal())[:20]
