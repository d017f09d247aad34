"""What the community's head does: goods, prices, stock, pictures, opening hours, the workbook."""

from __future__ import annotations

import re
from itertools import count

from governance import goods as rules
from governance.authority import Power
from governance.goods import Good, GoodAct, Shop
from governance.org import Area
from governance.papers import PaperKind
from handlers import authority, papers
from handlers.goods.common import GOOD, good, row, where
from handlers.goods.orders import browse, runs_a_shop
from handlers.message import Card, Choice
from handlers.registry import choice, command, conversation, files_of, view
from handlers.talk.answers import PHOTO, Option, tidy
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text, _, lines, paragraphs
from storage import goods, media
from storage.media import File

MOST = 20
_MEASURE = re.compile(r"\s*(?:分|件|个|points?|pieces?)$")
"""A bare number may be a choice where choices are numbered, so people are asked to name it."""


@command("shop", menu=_("Points shop"), also=("兑换", "兑换点", "积分兑换", "积分商店", "shop"))
def shop(turn: Turn) -> None:
    """The head runs it; everybody else sees what there is."""
    area_id = runs_a_shop(turn)
    if area_id is None:
        browse(turn)
    else:
        turn.post.reply(_desk(turn, area_id))


@choice("goods.desk")
def desk(turn: Turn, area_id: int, _arg: str) -> None:
    authority.require(turn, Power.RUN_SHOP, area_id=area_id)
    turn.post.reply(_desk(turn, area_id))


def _desk(turn: Turn, area_id: int) -> Card:
    area = turn.db.get_one(Area, area_id)
    found = goods.everything(turn.db, area_id)[-MOST:]
    rows = [row(one) if one.on_offer else _("{good}: not on offer", good=one.name) for one in found]
    text = paragraphs(
        lines(_("The shop of {area}", area=area.name), where(turn, area_id)),
        lines(*rows) if rows else _("There is nothing in it yet."),
    )
    each = [Choice(one.name, f"goods.manage:{one.id}") for one in found]
    return Card(
        text,
        (
            Choice(_("Add goods"), f"goods.add:{area_id}"),
            *each,
            Choice(_("Place and hours"), f"goods.hours:{area_id}"),
            Choice(_("Hand over goods"), "goods.handover:0"),
            Choice(_("Stock and hand-overs"), f"goods.book:{area_id}"),
        ),
    )


@choice("goods.book")
def book(turn: Turn, area_id: int, _arg: str) -> None:
    authority.require(turn, Power.RUN_SHOP, area_id=area_id)
    papers.ask_for(turn, PaperKind.SHOP)


# ── a new one ────────────────────────────────────────────────────────────────


@choice("goods.add")
def add(_turn: Turn, area_id: int, _arg: str) -> Start:
    return Start("goods_add", {"area": area_id})


@conversation("goods_add", act=True)
def add_talk(talk: Talk, turn: Turn) -> None:
    """Name, price, how many and perhaps a picture; then members can order it."""
    area_id = int(talk.given("area"))
    authority.require(turn, Power.RUN_SHOP, area_id=area_id)
    name = talk.ask("name", _("What is it? A short name."), Typed(1, 40)).text
    price = _number(
        talk,
        "price",
        _("How many points does it cost? Type it like this: 30 points."),
        1,
        rules.MOST_PRICE,
    )
    stock = _number(
        talk,
        "stock",
        _("How many pieces are there? Type it like this: 20 pieces."),
        0,
        rules.MOST_STOCK,
    )
    picture = talk.ask(
        "picture",
        _("Send a picture of it, or tap."),
        PHOTO,
        options=(Option("none", _("No picture")),),
    )
    one = Good(area_id, name, price, stock)
    turn.db.add(one)
    turn.db.flush()
    me = turn.speaker.person_id
    goods.changed(turn.db, one, GoodAct.ADDED, stock, me, turn.now)
    if picture.kind == "photo":
        _keep_picture(turn, one, str(picture.value))
    talk.say(_("{good} is on offer now.", good=row(one)), _back(one))


def _number(talk: Talk, key: str, question: Text, least: int, most: int) -> int:
    """A whole number in these limits; asked again until it is one."""
    wrong: Text = ""
    for n in count():
        said = talk.ask(f"{key}{n}", paragraphs(wrong, question), Typed(1, 12)).text
        found = _read(said)
        if found is not None and least <= found <= most:
            return found
        wrong = _("That is not a number from {least} to {most}.", least=least, most=most)
    raise AssertionError  # `count` has no end


def _read(said: str) -> int | None:
    """The whole number somebody typed ("30", "30分", "+5", "-2"); None for what is none."""
    plain = tidy(said).replace("+", "+").replace("-", "-").replace("−", "-")
    plain = _MEASURE.sub("", plain.lower())
    digits = plain[1:] if plain[:1] in {"+", "-"} else plain
    return int(plain) if digits.isascii() and digits.isdecimal() else None


def _back(one: Good) -> tuple[Choice, ...]:
    return (
        Choice(one.name, f"goods.manage:{one.id}"),
        Choice(_("The shop"), f"goods.desk:{one.area_id}"),
    )


# ── one of them ──────────────────────────────────────────────────────────────


@choice("goods.manage")
def manage(turn: Turn, good_id: int, _arg: str) -> None:
    one = _run(turn, good_id)
    turn.post.show(GOOD, one.id, turn.speaker.person_id, kind="reply", fresh=True)


@view(GOOD)
def good_card(turn: Turn, good_id: int, _again: bool) -> Card | None:
    """A good as whoever runs the shop sees it."""
    one = turn.db.get(Good, good_id, populate_existing=True)
    if one is None:
        return None
    if not one.on_offer:
        text = _("{good}: not on offer", good=one.name)
        return Card(text, (Choice(_("Offer it again"), f"goods.offer:{one.id}"),))
    choices = (
        Choice(_("Change the price"), f"goods.price:{one.id}"),
        Choice(_("Change the stock"), f"goods.stock:{one.id}"),
        Choice(_("Change the picture"), f"goods.picture:{one.id}"),
        Choice(_("Take it off"), f"goods.close:{one.id}"),
    )
    return Card(row(one), choices, photo=one.photo)


@choice("goods.price")
def price(_turn: Turn, good_id: int, _arg: str) -> Start:
    return Start("goods_price", {"good": good_id})


@conversation("goods_price", act=True)
def price_talk(talk: Talk, turn: Turn) -> None:
    """From the next order on it costs so much; what is ordered keeps its price."""
    one = _run(turn, int(talk.given("good")))
    question = _(
        "{good}: how many points from now on? Type it like this: 30 points.", good=row(one)
    )
    one.set_price(_number(talk, "price", question, 1, rules.MOST_PRICE))
    _changed(turn, one, GoodAct.PRICE, one.price)
    talk.say(_("{good} from now on.", good=row(one)), _back(one))


@choice("goods.stock")
def stock(_turn: Turn, good_id: int, _arg: str) -> Start:
    return Start("goods_stock", {"good": good_id})


@conversation("goods_stock", act=True)
def stock_talk(talk: Talk, turn: Turn) -> None:
    """So many came in or went out; what is ordered is not touched by it."""
    one = _run(turn, int(talk.given("good")))
    question = _(
        "{good}: how many came in? Type it like this: 5 pieces; with a minus, how many went out.",
        good=row(one),
    )
    most = rules.MOST_STOCK
    pieces = _number(talk, "pieces", question, -most, most)
    one.bring(pieces)
    _changed(turn, one, GoodAct.STOCK, pieces)
    talk.say(_("{good} now.", good=row(one)), _back(one))


@choice("goods.close")
def close(turn: Turn, good_id: int, _arg: str) -> None:
    """Nobody can order it any more; what is ordered can be fetched."""
    one = _run(turn, good_id)
    if one.on_offer:
        one.closed_at = turn.now
        _changed(turn, one, GoodAct.CLOSED, one.stock)


@choice("goods.offer")
def offer(turn: Turn, good_id: int, _arg: str) -> None:
    one = _run(turn, good_id)
    if not one.on_offer:
        one.closed_at = None
        _changed(turn, one, GoodAct.OPENED, one.stock)


def _run(turn: Turn, good_id: int) -> Good:
    """The good, locked, for whoever runs its shop. Raises `Refused`."""
    one = good(turn, good_id)
    authority.require(turn, Power.RUN_SHOP, area_id=one.area_id)
    return one


def _changed(turn: Turn, one: Good, act: GoodAct, amount: int) -> None:
    goods.changed(turn.db, one, act, amount, turn.speaker.person_id, turn.now)
    turn.post.refresh(one.id, (GOOD,))


# ── pictures ─────────────────────────────────────────────────────────────────


@choice("goods.picture")
def picture(_turn: Turn, good_id: int, _arg: str) -> Start:
    return Start("goods_picture", {"good": good_id})


@conversation("goods_picture", act=True)
def picture_talk(talk: Talk, turn: Turn) -> None:
    one = _run(turn, int(talk.given("good")))
    sent = talk.ask("picture", _("Send a picture of {good}.", good=one.name), PHOTO)
    _keep_picture(turn, one, str(sent.value))
    talk.say(_("Thank you; members see it in a moment."), _back(one))


def _keep_picture(turn: Turn, one: Good, ref: str) -> None:
    event, me = turn.event, turn.speaker.person_id
    if event is not None:
        where_ = (event.channel, event.account, ref, "photo", me, turn.now)
        turn.db.add(File(*where_, about="good", subject_id=one.id))


@files_of("good")
def arrived(turn: Turn, file: File, stored: bool) -> None:
    """The good has this picture now; the one before leaves the folder."""
    one = turn.db.get(Good, file.subject_id) if file.subject_id else None
    if not stored:
        turn.post.to(
            file.person_id,
            Card(
                _(
                    "The picture could not be opened, so the goods stay as they were. Send another one."
                )
            ),
        )
    elif one is not None:
        for before in _pictures(turn, one, file):
            before.state = "deleted"
        one.photo = file.file
        turn.post.refresh(one.id, (GOOD,))


def _pictures(turn: Turn, one: Good, but: File) -> list[File]:
    return [f for f in media.of(turn.db, "good", one.id) if f is not but and f.state == "stored"]


# ── place and hours ──────────────────────────────────────────────────────────


@choice("goods.hours")
def hours(_turn: Turn, area_id: int, _arg: str) -> Start:
    return Start("goods_hours", {"area": area_id})


@conversation("goods_hours", act=True)
def hours_talk(talk: Talk, turn: Turn) -> None:
    """Members read where to fetch their goods and when."""
    area_id = int(talk.given("area"))
    authority.require(turn, Power.RUN_SHOP, area_id=area_id)
    place = talk.ask("place", _("Where is the shop?"), Typed(1, 60)).text
    open_ = talk.ask("hours", _("When is it open? As you would say it."), Typed(1, 60)).text
    kept = turn.db.get(Shop, area_id)
    if kept is None:
        kept = Shop(area_id)
        turn.db.add(kept)
    kept.place, kept.hours = place, open_
    turn.db.flush()
    talk.say(where(turn, area_id), (Choice(_("The shop"), f"goods.desk:{area_id}"),))
