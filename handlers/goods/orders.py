"""What members do: look, order, fetch it with a code, or think better of it."""

from __future__ import annotations

from governance import goods as rules
from governance.authority import Power, reaches
from governance.goods import Good, Order, OrderState
from governance.points import PostingKind
from governance.refused import Refused
from handlers import authority
from handlers.goods.common import GOOD, ORDER, carry, good, put_back, row, where
from handlers.message import Card, Choice
from handlers.points.common import amount, has_now, tell
from handlers.registry import Due, choice, conversation, tick, view
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Link, Text, Value, When, _, lines, paragraphs
from storage import goods, membership, points

MOST = 20
PREFIX = "gd"
"""A code typed or scanned as "gd-12345678" leads the clerk to the order."""


@choice("goods.see")
def see(turn: Turn, _subject: int, _arg: str) -> None:
    browse(turn)


def browse(turn: Turn) -> None:
    """The goods of the speaker's community, what they have ordered, and what they can spend."""
    me = turn.speaker.person_id
    area_id = membership.home_community(turn.db, me)
    waiting = goods.open_orders(turn.db, me)
    for order in waiting:
        turn.post.show(ORDER, order.id, me, kind="reply", fresh=True)
    found = goods.offered(turn.db, area_id)[:MOST] if area_id is not None else []
    if area_id is None or not found:
        text = (
            _("Your community has nothing on offer for points yet. Points do not lapse.")
            if area_id is not None
            else _("Which community is yours is not known yet. Send “my home” to say so.")
        )
        turn.post.reply(Card(text))
        return
    text_ = paragraphs(
        has_now(turn, me),
        lines(*(row(one) for one in found)),
        where(turn, area_id),
    )
    there = [one for one in found if one.stock]
    turn.post.reply(Card(text_, tuple(Choice(one.name, f"goods.look:{one.id}") for one in there)))


@choice("goods.look")
def look(turn: Turn, good_id: int, _arg: str) -> None:
    """One good with its picture."""
    one = turn.db.get(Good, good_id)
    if one is None or not one.on_offer:
        raise Refused("goods_closed")
    _require_here(turn, one)
    order = Choice(_("Order it"), f"goods.order:{one.id}")
    text = lines(row(one), where(turn, one.area_id))
    turn.post.reply(Card(text, (order,) if one.stock else (), photo=one.photo))


def _require_here(turn: Turn, one: Good) -> None:
    """Goods are for the community's own people."""
    me = turn.speaker.person_id
    here = membership.communities_of(turn.db, me, turn.policy.local_date(turn.now))
    if one.area_id not in here and one.area_id != membership.home_community(turn.db, me):
        raise Refused("no_such_good")


# ── the order ────────────────────────────────────────────────────────────────


@choice("goods.order")
def order(_turn: Turn, good_id: int, _arg: str) -> Start:
    return Start("order", {"good": good_id})


@conversation("order", act=True)
def order_talk(talk: Talk, turn: Turn) -> None:
    """After a yes to exactly this price, one piece is set aside and its points are held."""
    one = good(turn, int(talk.given("good")))
    _require_here(turn, one)
    if not one.on_offer:
        raise Refused("goods_closed")
    sure = _(
        "{good} for {points}? The points are held until you have fetched it.",
        good=one.name,
        points=amount(one.price),
    )
    if not talk.confirm("sure", sure, _("Order it"), no=_("Not now")):
        talk.say(_("Nothing was ordered; your points are untouched."))
        return
    made, code = place(turn, one, turn.speaker.person_id)
    turn.post.show(ORDER, made.id, turn.speaker.person_id, kind="reply", fresh=True)
    _show_code(turn, made, code)


def place(turn: Turn, one: Good, person_id: int) -> tuple[Order, str]:
    """One piece of a locked good is set aside and its points are held, or neither; the code
    that fetches it. Raises `Refused`."""
    one.take()
    rules.require_affordable(one.price, points.lock(turn.db, person_id))
    code, digest = goods.fresh_code(turn.db)
    until = rules.order_until(turn.policy, turn.now)
    made = Order(one.id, person_id, one.area_id, one.price, turn.now, until, digest)
    turn.db.add(made)
    turn.db.flush()
    carry(turn, made, one.name, PostingKind.ORDER, person_id)
    turn.post.refresh(one.id, (GOOD,))
    return made, code


def _show_code(turn: Turn, one: Order, code: str) -> None:
    """The code is nowhere else but in this message."""
    text = lines(
        _("Your code: {code}", code=code),
        _("Show it at the shop by {when}; whoever has it gets the goods.", when=When(one.until)),
    )
    turn.post.reply(Card(text, qr=Link(f"{PREFIX}-{code}"), secret=True))


@view(ORDER)
def order_card(turn: Turn, order_id: int, _again: bool) -> Card | None:
    """An order as whoever made it sees it."""
    one = turn.db.get(Order, order_id, populate_existing=True)
    if one is None:
        return None
    name = turn.db.get_one(Good, one.good_id).name
    text = lines(_stands(one, name), where(turn, one.area_id) if one.digest else "")
    if one.state is not OrderState.OPEN:
        return Card(text)
    new = Choice(_("A new code"), f"goods.code:{one.id}")
    return Card(text, (new, Choice(_("Cancel the order"), f"goods.cancel:{one.id}")))


def _stands(one: Order, name: str) -> Text:
    said: dict[str, Value] = {"good": name, "points": amount(one.price)}
    if one.state is OrderState.OPEN:
        return _(
            "{good} is ready for you, {points}. Fetch it by {when}; after that the points come back.",
            when=When(one.until),
            **said,
        )
    if one.state is OrderState.HANDED:
        return _("{good}: fetched, for {points}.", **said)
    return _("{good}: not fetched, {points} are back.", **said)


@choice("goods.code")
def new_code(turn: Turn, order_id: int, _arg: str) -> None:
    """Whoever lost the code gets another; the one before opens nothing."""
    one = _mine(turn, order_id)
    code, digest = goods.fresh_code(turn.db)
    one.renew(turn.speaker.person_id, digest)
    _show_code(turn, one, code)


@choice("goods.cancel")
def cancel(turn: Turn, order_id: int, _arg: str) -> None:
    """Stock and points are back."""
    one, me = _mine(turn, order_id), turn.speaker.person_id
    one.cancel(me, turn.now)
    found = put_back(turn, one, me)
    turn.post.refresh(one.id, (ORDER,))
    text = _("{good}: cancelled. {now}", good=found.name, now=has_now(turn, me))
    turn.post.reply(Card(text))


def _mine(turn: Turn, order_id: int) -> Order:
    one = goods.lock_order(turn.db, order_id)
    if one is None or one.person_id != turn.speaker.person_id:
        raise Refused("no_such_order")
    return one


def expire(turn: Turn, order_id: int) -> None:
    """Nobody came for it: stock and points are back, and whoever ordered it knows."""
    one = goods.lock_order(turn.db, order_id)
    if one is None or not one.expire(turn.now):
        return
    found = put_back(turn, one, None)
    turn.post.refresh(one.id, (ORDER,))
    text = _(
        "{good} was not fetched in time, so {points} are back. {now} Order again whenever you like: “shop”.",
        good=found.name,
        points=amount(one.price),
        now=has_now(turn, one.person_id),
    )
    tell(turn, one.person_id, Card(text))


tick(Due("orders", goods.due, expire, goods.NEXT_DUE))


# ── who is behind the counter ────────────────────────────────────────────────


def runs_a_shop(turn: Turn) -> int | None:
    """The community whose shop is the speaker's to run."""
    places = reaches(Power.RUN_SHOP, authority.held(turn))
    return next((area_id for area_id, _unit in places if area_id is not None), None)
