"""What is done with an order: accepted with a day, declined, reported, delivered, struck off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from governance.authority import Power
from governance.orders import Order, OrderState
from governance.org import PostKind
from governance.refused import Refused
from handlers.lists.asking import ask_day, ask_words
from handlers.lists.common import (
    NEED,
    ORDER,
    bases,
    cut,
    day_words,
    officer,
    put_before,
    tell,
    tell_asker,
)
from handlers.lists.files import keep_photos
from handlers.lists.finding import let_go, need_of, provider
from handlers.lists.need_cards import provider_words
from handlers.lists.order_cards import NOT_NOW, STATES, Side, does, for_resident, side_of, title
from handlers.message import Card, Choice
from handlers.registry import choice, command, conversation
from handlers.talk.answers import PHOTO, Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text, _, lines
from storage import orders

SHOWN = 8
OFTEN = 3  # times sent back, from which on the street hears it


def load(turn: Turn, order_id: int, *sides: Side) -> Order:
    """An order the speaker has this side of, locked. Raises `Refused`, for strangers as if
    there were none."""
    order = orders.lock(turn.db, order_id)
    if order is None or side_of(turn, order) not in sides:
        raise Refused("no_such_order")
    return order


def changed(turn: Turn, order: Order, told: int | None = None) -> None:
    """Both see how it stands; `told` as a new message."""
    turn.db.flush()
    turn.post.refresh(order.id, (ORDER,))
    if order.need_id is not None:
        turn.post.refresh(order.need_id, (NEED,))
    if told is not None:
        put_before(turn, ORDER, order.id, told)


def mine(turn: Turn, order: Order) -> None:
    """The speaker's own card, as the answer to what they did."""
    turn.post.show(ORDER, order.id, turn.speaker.person_id, kind="reply", fresh=True)


@choice("lists.show")
def show(turn: Turn, order_id: int, _arg: str) -> None:
    order = load(turn, order_id, Side.DOES, Side.ASKED)
    mine(turn, order)


@command("orders", menu=_("Orders"), also=("订单", "点单情况", "my orders"))
def list_orders(turn: Turn) -> None:
    """What is not settled yet, of the speaker's unit, community, or their own."""
    found = orders.open_for(
        turn.db,
        turn.speaker.person_id,
        bases(turn, Power.SUPPLY),
        bases(turn, Power.ORDER),
    )
    if not found:
        turn.post.reply(Card(_("No orders are open. What units offer: send “/order”.")))
        return
    turn.post.reply(_listed(turn, found[:SHOWN]))


def _listed(turn: Turn, found: Sequence[Order]) -> Card:
    rows = [
        _("{n}) {what}, {state}", n=n, what=title(turn, order), state=STATES[order.state])
        for n, order in enumerate(found, 1)
    ]
    choices = [Choice(_("Open {n}", n=n), f"lists.show:{o.id}") for n, o in enumerate(found, 1)]
    return Card(lines(_("Orders under way:"), *rows), tuple(choices))


# ── accepted or not ──────────────────────────────────────────────────────────


@choice("lists.accept")
def accept(turn: Turn, order_id: int, _arg: str) -> Start:
    order = load(turn, order_id, Side.DOES)
    _require(order, OrderState.ASKED)
    return Start("order_accept", {"order": order_id})


def _require(order: Order, *states: OrderState) -> None:
    if order.state not in states:
        raise Refused("order_settled")


@conversation("order_accept", act=True)
def accept_talk(talk: Talk, turn: Turn) -> None:
    """It is promised for a day; whoever asked, and the resident it is for, know."""
    order = load(turn, int(talk.given("order")), Side.DOES)
    _require(order, OrderState.ASKED)
    wished: Text = ""
    if order.wished is not None:
        wished = _("Wished for {day}", day=day_words(turn, order.wished))
    day = ask_day(talk, turn, "day", lines(wished, _("On which day will it be done?")))
    order.accept(turn.speaker.person_id, day, turn.policy, turn.now)
    promised(turn, order, day)
    mine(turn, order)


def promised(turn: Turn, order: Order, day: date) -> None:
    """Its need is taken, and everybody concerned knows the day."""
    asked = need_of(turn, order)
    if asked is not None:
        asked.take()
    changed(turn, order, order.asked_by)
    if asked is not None and asked.person_id is not None:
        told = _(
            "{who} does it {day}: “{words}”",
            who=provider_words(turn, order),
            day=day_words(turn, day),
            words=cut(asked.words),
        )
        tell_asker(turn, asked, told)


@choice("lists.decline")
def decline(turn: Turn, order_id: int, _arg: str) -> Start | None:
    """A member needs no reason; a unit gives one."""
    order = load(turn, order_id, Side.DOES)
    _require(order, OrderState.ASKED)
    if order.unit_id is not None:
        return Start("order_decline", {"order": order_id})
    _declined(turn, order, "")
    turn.post.reply(Card(_("All right. Only whoever asked knows, and it counts for nothing.")))
    return None


@conversation("order_decline", act=True)
def decline_talk(talk: Talk, turn: Turn) -> None:
    order = load(turn, int(talk.given("order")), Side.DOES)
    _require(order, OrderState.ASKED)
    options = [Option(code, words) for code, words in NOT_NOW.items()]
    said = talk.ask("why", _("Why not? They read it."), Typed(2, 200), options=options)
    _declined(turn, order, said.text or str(said.value))
    talk.say(_("Noted; whoever asked knows."))


def _declined(turn: Turn, order: Order, why: str) -> None:
    order.decline(why, turn.policy, turn.now)
    changed(turn, order)
    who = provider_words(turn, order)
    reason = NOT_NOW.get(why, why)
    told = (
        _("{who} cannot: {why}. “{words}”", who=who, why=reason, words=cut(order.words))
        if why
        else _("{who} cannot just now. “{words}”", who=who, words=cut(order.words))
    )
    let_go(turn, order, told)


# ── on the way ───────────────────────────────────────────────────────────────


@choice("lists.progress")
def progress(turn: Turn, order_id: int, _arg: str) -> Start:
    _require(load(turn, order_id, Side.DOES), OrderState.ACCEPTED)
    return Start("order_progress", {"order": order_id})


@conversation("order_progress", act=True)
def progress_talk(talk: Talk, turn: Turn) -> None:
    order = load(turn, int(talk.given("order")), Side.DOES)
    order.report(ask_words(talk, "words", _("How far is it? One line."), 2, 200))
    changed(turn, order)
    talk.say(_("Noted; it stands on both cards."))


@choice("lists.deliver")
def deliver(turn: Turn, order_id: int, _arg: str) -> Start:
    _require(load(turn, order_id, Side.DOES), OrderState.ACCEPTED)
    return Start("order_deliver", {"order": order_id})


@conversation("order_deliver", act=True)
def deliver_talk(talk: Talk, turn: Turn) -> None:
    """Whoever it was for is asked; only their yes strikes it off."""
    talk.accepts(PHOTO)
    order = load(turn, int(talk.given("order")), Side.DOES)
    _require(order, OrderState.ACCEPTED)
    note = ask_words(talk, "note", _("One line: what was done?"), 2, 300)
    if not talk.sent(PHOTO):
        skip = Option("skip", _("No photo"))
        talk.ask("photo", _("A photo, without faces? One is enough."), PHOTO, options=(skip,))
    order.deliver(note, turn.policy, turn.now)
    keep_photos(turn, "order", order.id, talk.sent(PHOTO))
    changed(turn, order)
    ask_whether_done(turn, order)
    talk.say(_("Thank you. Whoever it was for is asked now."))


def ask_whether_done(turn: Turn, order: Order) -> None:
    """The resident it was for is asked; where it was for the community, whoever ordered it."""
    resident = for_resident(turn, order)
    if resident is None:
        put_before(turn, ORDER, order.id, order.asked_by)
        return
    at = turn.policy.waking(turn.now)
    late = at if at > turn.now else None
    turn.post.show(NEED, order.need_id or 0, resident, kind="notice", fresh=True, release_at=late)


# ── is it done ───────────────────────────────────────────────────────────────


def load_to_judge(turn: Turn, order_id: int) -> Order:
    """The resident it was for decides; the community only where it was for the community."""
    order = load(turn, order_id, Side.FOR, Side.ASKED, Side.DOES)
    resident = for_resident(turn, order)
    if resident is None and does(turn, order):
        raise Refused("not_by_oneself")
    if resident not in {None, turn.speaker.person_id}:
        raise Refused("not_by_oneself")
    _require(order, OrderState.DELIVERED)
    return order


@choice("lists.strike")
def strike(turn: Turn, order_id: int, _arg: str) -> None:
    """Done, says whoever it was for; both cards are closed."""
    order = load_to_judge(turn, order_id)
    order.strike(turn.speaker.person_id, turn.policy, turn.now)
    asked = need_of(turn, order)
    if asked is not None:
        asked.strike(turn.policy, turn.now)
    changed(turn, order)
    turn.post.reply(Card(_("Struck off. Thank you.")))
    words = cut(order.words)
    tell(turn, provider(turn, order), _("Struck off, with thanks: “{words}”", words=words))
    if asked is not None and asked.person_id is not None:
        tell(turn, order.asked_by, _("The resident says that it is done: “{words}”", words=words))


@choice("lists.back")
def back(turn: Turn, order_id: int, _arg: str) -> Start:
    load_to_judge(turn, order_id)
    return Start("order_back", {"order": order_id})


@conversation("order_back", act=True)
def back_talk(talk: Talk, turn: Turn) -> None:
    """It goes back to whoever did it, with what is missing."""
    order = load_to_judge(turn, int(talk.given("order")))
    words = ask_words(talk, "words", _("What is missing? One line."), 2, 200)
    order.send_back(words, turn.policy, turn.now)
    changed(turn, order, provider(turn, order))
    if for_resident(turn, order) is not None:
        tell(turn, order.asked_by, _("The resident says that it is not done: {words}", words=words))
    if order.back >= OFTEN:
        street = officer(turn, order.area_id, PostKind.STREET_DUTY)
        told = _("Sent back {n} times: {what}", n=order.back, what=title(turn, order))
        tell(turn, street, told)
    talk.say(_("Sent back to {who}; you are asked again.", who=provider_words(turn, order)))


@choice("lists.cancel")
def cancel(turn: Turn, order_id: int, _arg: str) -> None:
    """Whoever asked takes it back; the need, if there is one, looks for somebody else."""
    order = load(turn, order_id, Side.ASKED)
    order.cancel(turn.policy, turn.now)
    asked = need_of(turn, order)
    if asked is not None:
        asked.free(turn.policy, turn.now)
    changed(turn, order)
    tell(turn, provider(turn, order), _("Taken back: “{words}”", words=cut(order.words)))
    turn.post.reply(Card(_("Taken back; they know.")))
