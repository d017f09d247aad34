"""What the clock does with needs and orders: asks, tells the next one up, and ends."""

from __future__ import annotations

from collections.abc import Callable

from governance.lists import Need, NeedStep
from governance.orders import Order, Step
from governance.org import PostKind
from handlers.lists.common import (
    NEED,
    ORDER,
    cut,
    desk,
    officer,
    place_words,
    put_before,
    tell,
    tell_asker,
    unit_officer,
)
from handlers.lists.finding import let_go, need_of, provider, stop_orders
from handlers.lists.need_cards import provider_words
from handlers.lists.order_cards import title
from handlers.lists.orders import ask_whether_done, changed
from handlers.registry import Due, tick
from handlers.turn import Turn
from handlers.words import Text, _, lines
from storage import lists, orders

# ── needs ────────────────────────────────────────────────────────────────────


def _need_due(turn: Turn, need_id: int) -> None:
    asked = lists.lock_need(turn.db, need_id)
    if asked is None:
        return
    if not asked.words and asked.live:  # its asker has had everything deleted
        asked.withdraw(turn.policy, turn.now)
        stop_orders(turn, asked)
        turn.post.refresh(asked.id, (NEED,))
        return
    step = asked.due(turn.policy, turn.now)
    if step is not None:
        _NEED_STEPS[step](turn, asked)
        turn.db.flush()
        turn.post.refresh(asked.id, (NEED,))


def _unread(turn: Turn, asked: Need) -> Text:
    where = place_words(turn, asked.area_id)
    return _("Still unread at {place}: “{words}”", place=where, words=cut(asked.words))


def _again(turn: Turn, asked: Need) -> None:
    put_before(turn, NEED, asked.id, desk(turn, asked.area_id))


def _head(turn: Turn, asked: Need) -> None:
    put_before(turn, NEED, asked.id, officer(turn, asked.area_id, PostKind.COMMUNITY_HEAD))


def _street_hears(turn: Turn, asked: Need) -> None:
    """The street knows that it lies there; the words of the need stay in the community."""
    where = place_words(turn, asked.area_id)
    told = _("A resident's need lies unread at {place}. Please have somebody look.", place=where)
    tell(turn, officer(turn, asked.area_id, PostKind.STREET_DUTY), told)
    tell(turn, desk(turn, asked.area_id), _unread(turn, asked))


def _still(turn: Turn, asked: Need) -> None:
    """Nobody found: the office looks on, or it ends in a few days."""
    put_before(turn, NEED, asked.id, desk(turn, asked.area_id))


def _lapse(turn: Turn, asked: Need) -> None:
    stop_orders(turn, asked)
    sorry = lines(
        _("For “{words}” we found nobody, sorry.", words=cut(asked.words)),
        _("To speak with a person send “human”; to ask once more send “/need”."),
    )
    tell_asker(turn, asked, sorry)
    if asked.person_id is not None:
        told = _("Ended, nobody found: “{words}”", words=cut(asked.public or asked.words))
        tell(turn, desk(turn, asked.area_id), told)


_NEED_STEPS: dict[NeedStep, Callable[[Turn, Need], None]] = {
    NeedStep.AGAIN: _again,
    NeedStep.HEAD: _head,
    NeedStep.STREET: _street_hears,
    NeedStep.STILL: _still,
    NeedStep.LAPSE: _lapse,
}


# ── orders ───────────────────────────────────────────────────────────────────


def _order_due(turn: Turn, order_id: int) -> None:
    order = orders.lock(turn.db, order_id)
    step = order.due(turn.policy, turn.now) if order else None
    if order is not None and step is not None:
        turn.db.flush()
        _ORDER_STEPS[step](turn, order)
        changed(turn, order)


def _late(turn: Turn, order: Order) -> Text:
    if order.promised is None:
        return _("No answer yet: {what}", what=title(turn, order))
    return _("Late: {what}", what=title(turn, order))


def _ask_again(turn: Turn, order: Order) -> None:
    put_before(turn, ORDER, order.id, provider(turn, order))


def _leader(turn: Turn, order: Order) -> None:
    put_before(turn, ORDER, order.id, unit_officer(turn, order.unit_id or 0, leader=True))
    tell(turn, order.asked_by, _late(turn, order))


def _street(turn: Turn, order: Order) -> None:
    tell(turn, officer(turn, order.area_id, PostKind.STREET_DUTY), _late(turn, order))


def _asker(turn: Turn, order: Order) -> None:
    tell(turn, order.asked_by, _late(turn, order))


def _remind(turn: Turn, order: Order) -> None:
    ask_whether_done(turn, order)


def _no_answer(turn: Turn, order: Order) -> None:
    who = provider_words(turn, order)
    let_go(turn, order, _("{who} has not answered. “{words}”", who=who, words=cut(order.words)))


def _broken(turn: Turn, order: Order) -> None:
    who = provider_words(turn, order)
    told = _("{who} promised and did not do it: “{words}”", who=who, words=cut(order.words))
    asked = need_of(turn, order)
    let_go(turn, order, told)
    if asked is not None and asked.person_id is not None:
        sorry = _(
            "What {who} promised you was not done, sorry. The community looks for somebody else.",
            who=who,
        )
        tell_asker(turn, asked, sorry)
    tell(turn, provider(turn, order), _("Ended as not done: “{words}”", words=cut(order.words)))


def _silence(turn: Turn, order: Order) -> None:
    """Struck off by the open rule, which is said and does not count as a yes."""
    asked = need_of(turn, order)
    if asked is not None:
        asked.strike(turn.policy, turn.now)
        told = _(
            "“{words}” is struck off, as nobody answered; it does not count as a yes. If it is not done, ask again with “/need”.",
            words=cut(asked.words),
        )
        tell_asker(turn, asked, told)
    tell(turn, order.asked_by, _("Struck off without an answer: {what}", what=title(turn, order)))


_ORDER_STEPS: dict[Step, Callable[[Turn, Order], None]] = {
    Step.AGAIN: _ask_again,
    Step.LEADER: _leader,
    Step.STREET: _street,
    Step.ASKER: _asker,
    Step.REMIND: _remind,
    Step.LAPSE: _no_answer,
    Step.BREAK: _broken,
    Step.SILENCE: _silence,
}


# ── what is no longer kept ───────────────────────────────────────────────────


def _forget_need(turn: Turn, need_id: int) -> None:
    need = turn.db.get_one(Need, need_id)
    need.words, need.public, need.why, need.forget_at = "", "", "", None


def _forget_order(turn: Turn, order_id: int) -> None:
    order = turn.db.get_one(Order, order_id)
    order.words, order.progress, order.note, order.why = "", "", "", ""
    order.forget_at = None


tick(Due("needs", lists.due_needs, _need_due, lists.next_need))
tick(Due("orders", orders.due, _order_due, orders.next_due))
tick(Due("old_needs", lists.to_forget, _forget_need, lists.next_forgotten))
tick(Due("old_orders", orders.to_forget, _forget_order, orders.next_forgotten))
