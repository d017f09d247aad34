"""看单点菜: a community looks through what units offer, nearest first, and bookings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from governance.authority import Power
from governance.bookings import Booking
from governance.lists import Need, NeedState, Supply
from governance.matching import common_area
from governance.org import Area, AreaKind, Unit
from governance.refused import Refused
from handlers import authority
from handlers.lists.asking import ask_day, ask_words, confirmed
from handlers.lists.common import NEED, bases, community, cut, day_words, skill_words
from handlers.lists.digests import begin
from handlers.lists.finding import place_booking, take_quota
from handlers.lists.need_cards import current
from handlers.lists.supply import line_words
from handlers.message import Card, Choice
from handlers.registry import choice, command, conversation
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text, _, lines
from storage import bookings, lists, org
from storage.lists import Offer

PAGE = 5
KINDS = 12
ALL = "all"
_NEAR = (
    *(AreaKind.STAIRWELL, AreaKind.BUILDING, AreaKind.GRID),
    *(AreaKind.COMMUNITY, AreaKind.STREET, AreaKind.DISTRICT),
)


@command("book", menu=_("Book from the menu"), also=("点单", "点菜", "看单点菜", "book"))
def booking(turn: Turn) -> None:
    """The kinds of things units offer to the speaker's community."""
    communities = bases(turn, Power.BOOKING)
    if not communities:
        authority.require(turn, Power.BOOKING)
    _kinds(turn, communities[0], 0)


@choice("lists.menu")
def menu(turn: Turn, page: int, arg: str) -> None:
    """A page of the menu. `arg` is the need it is looked through for, and the kind: "12.law"."""
    need_text, _dot, kind = arg.partition(".")
    need_id = int(need_text) if need_text.isascii() and need_text.isdecimal() else 0
    area_id = _area_for(turn, need_id)
    if kind:
        _page(turn, area_id, need_id, kind, page)
    else:
        _kinds(turn, area_id, need_id)


def _area_for(turn: Turn, need_id: int) -> int:
    need = turn.db.get(Need, need_id) if 0 < need_id < 10**15 else None
    if need is not None:
        authority.require(turn, Power.BOOKING, area_id=need.area_id)
        return need.area_id
    communities = bases(turn, Power.BOOKING)
    if not communities:
        authority.require(turn, Power.BOOKING)
    return communities[0]


def offers(turn: Turn, area_id: int) -> list[Offer]:
    """What can be booked there, nearest first, then by what is left."""
    path = turn.db.get_one(Area, area_id).path_ids
    today = turn.policy.local_date(turn.now)
    found = lists.offers_for(turn.db, path, today)
    kinds = org.kinds_of(turn.db, path)
    left = left_of(turn, found, today)

    def order_of(offer: Offer) -> tuple[int, int, int]:
        common = common_area(offer.path, path, kinds)
        near = _NEAR.index(common) if common else len(_NEAR)
        return (near, -left[offer.supply.id], offer.supply.id)

    return sorted(found, key=order_of)


def left_of(turn: Turn, found: Sequence[Offer], day: date) -> dict[int, int]:
    """How many of each are left in a month."""
    ids = [offer.supply.id for offer in found]
    booked = bookings.booked_of(turn.db, ids, f"{day:%Y-%m}")
    return {o.supply.id: max(o.supply.monthly - booked.get(o.supply.id, 0), 0) for o in found}


def _kinds(turn: Turn, area_id: int, need_id: int) -> None:
    found = offers(turn, area_id)
    if not found:
        turn.post.reply(
            Card(_("No unit offers anything here yet. Units add to it with “/supply”."))
        )
        return
    counts = Counter(code for offer in found for code in offer.supply.skills)
    choices = [Choice(_("All ({count})", count=len(found)), f"lists.menu:0:{need_id}.{ALL}")]
    choices += [
        Choice(
            _("{kind} ({count})", kind=skill_words(turn, [code]), count=count),
            f"lists.menu:0:{need_id}.{code[:24]}",
        )
        for code, count in counts.most_common(KINDS)
    ]
    turn.post.reply(Card(_("What units offer. Which kind?"), tuple(choices)))


def _page(turn: Turn, area_id: int, need_id: int, kind: str, page: int) -> None:
    of_kind = [o for o in offers(turn, area_id) if kind == ALL or kind in o.supply.skills]
    pages = max(1, -(-len(of_kind) // PAGE))
    page %= pages
    shown = of_kind[page * PAGE :][:PAGE]
    if not shown:
        turn.post.reply(Card(_("Nothing of that kind is offered here now.")))
        return
    left = left_of(turn, shown, turn.policy.local_date(turn.now))
    rows = [
        _("{n}) {unit}: {line}", n=n, unit=o.unit, line=_line(turn, o, left))
        for n, o in enumerate(shown, 1)
    ]
    choices = [
        Choice(_("Book {n}", n=n), f"lists.booking:{o.supply.id}:{need_id}")
        for n, o in enumerate(shown, 1)
    ]
    if pages > 1:
        choices.append(Choice(_("More"), f"lists.menu:{page + 1}:{need_id}.{kind}"))
    heading = _("Nearest first, page {page} of {pages}:", page=page + 1, pages=pages)
    turn.post.reply(Card(lines(heading, *rows), tuple(choices)))


def _line(turn: Turn, offer: Offer, left: dict[int, int]) -> Text:
    one = offer.supply
    return line_words(turn, one, one.monthly - left[one.id])


# ── booking ─────────────────────────────────────────────────────────────────


@choice("lists.booking")
def booking_it(turn: Turn, supply_id: int, arg: str) -> Start:
    need_id = int(arg) if arg.isascii() and arg.isdecimal() and len(arg) < 16 else 0
    _offer(turn, _area_for(turn, need_id), supply_id)
    return Start("booking", {"supply": supply_id, "need": need_id})


def _offer(turn: Turn, area_id: int, supply_id: int) -> Supply:
    """A line of the menu of this place. Raises `Refused`."""
    found = next((o for o in offers(turn, area_id) if o.supply.id == supply_id), None)
    if found is None:
        raise Refused("supply_over")
    return found.supply


@conversation("booking", act=True)
def booking_talk(talk: Talk, turn: Turn) -> None:
    """The unit has the booking before it; the community sees the same card."""
    supply_id, need_id = int(talk.given("supply")), int(talk.given("need") or 0)
    area_id = talk.recall("area", lambda: _area_for(turn, need_id))
    one = _offer(turn, area_id, supply_id)
    need = turn.db.get(Need, need_id) if need_id else None
    day = ask_day(talk, turn, "day", _("{what}: on which day would you like it?", what=one.what))
    words = need.public if need is not None else _words(talk)
    summary = lines(
        _(
            "{unit}: {what}, wished for {day}",
            unit=turn.db.get_one(Unit, one.unit_id).name,
            what=one.what,
            day=day_words(turn, day),
        ),
        f"“{cut(words)}”",
    )
    if not confirmed(talk, "sure", summary, _("Book it")):
        talk.say(_("Nothing was booked."))
        return
    _place(turn, area_id, one, need_id, words, day)


def _words(talk: Talk) -> str:
    question = _("What exactly, for whom, where? One line, without telephone numbers.")
    return ask_words(talk, "words", question, 2, 300)


def _place(turn: Turn, area_id: int, one: Supply, need_id: int, words: str, day: date) -> None:
    authority.require(turn, Power.BOOKING, area_id=area_id)
    need = lists.lock_need(turn.db, need_id) if need_id else None
    if need is not None and need.state is not NeedState.OPEN:
        raise Refused("need_settled")
    if need is not None and current(turn, need) is not None:
        raise Refused("need_asked")
    place = community(turn, area_id).id
    placed = Booking(place, turn.speaker.person_id, turn.now, words, wished=day)
    placed.unit_id, placed.supply_id = one.unit_id, one.id
    placed.need_id = need.id if need is not None else None
    take_quota(turn, placed)
    place_booking(turn, placed)
    begin(turn, area_id=place)
    begin(turn, unit_id=one.unit_id)
    if need is not None:
        turn.post.refresh(need.id, (NEED,))
