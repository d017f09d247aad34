"""Somebody claims a wish: it is theirs alone, with a day by which it comes."""

from __future__ import annotations

from governance.org import Unit
from governance.refused import Refused
from governance.wishes import Role, State
from governance.wishfile import Wish
from handlers import humans
from handlers.message import Card, Choice
from handlers.registry import choice, opened, view
from handlers.turn import Turn
from handlers.wishes import common, publishing
from handlers.wishes.common import CLAIM, OFFER, acting, keep, load, number
from handlers.words import Text, When, Words, _, lines, ngettext
from storage import groups, org, wishes

DAYS = (1, 3, 7, 14, 30)
STRAIGHT_ON = "wis"
MISSING: dict[str, Words] = {
    "nothing": _("nothing has come"),
    "other": _("it is not right yet"),
}


@view(CLAIM)
def card(turn: Turn, wish_id: int, _again: bool) -> Card | None:
    """What the claimer has promised, and what they can do now; for who was it before, that it is
    no longer theirs."""
    wish = turn.db.get(Wish, wish_id, populate_existing=True)
    if wish is None:
        return None
    if Role.CLAIMER not in acting(turn, wish).roles:
        return Card(lines(_("🌟 This wish is no longer with you."), number(wish)))
    unit = turn.db.get(Unit, wish.unit_id) if wish.unit_id else None
    text = lines(
        common.shown(turn, wish),
        _("Claimed for {unit}", unit=unit.name) if unit else "",
        _stands(wish),
        _missing(wish),
        number(wish),
    )
    return Card(text, _choices(turn, wish))


def _stands(wish: Wish) -> Text:
    if wish.state is State.DELIVERED:
        return _("You say it was brought; the wisher is asked. Only their yes counts.")
    if wish.state is State.STRUCK_OFF:
        return _("It came true. Thank you.")
    if wish.promised is None:
        return _(
            "It is yours. By which day does it come? Tap one within a day, or it is free again."
        )
    day = When(wish.promised, date_only=True)
    if wish.late_at is not None:
        until = When(wish.next_at or wish.late_at)
        return _(
            "It was promised for {day}. Are you still coming? Without an answer by {until} it is free again.",
            day=day,
            until=until,
        )
    return _("Promised for {day}.", day=day)


def _missing(wish: Wish) -> Text:
    if not wish.refused_words:
        return ""
    words = MISSING.get(wish.refused_words, wish.refused_words)
    return _("The wisher says: {words}", words=words)


def _choices(turn: Turn, wish: Wish) -> tuple[Choice, ...]:
    on = wish.id
    if wish.state is State.STRUCK_OFF:
        known = Choice(_("They may know who I am"), f"wishes.name:{on}")
        return () if wish.claimer_known else (known,)
    if wish.state not in {State.CLAIMED, State.DELIVERING}:
        return ()
    back = Choice(_("Give it back"), f"wishes.back:{on}")
    if wish.promised is None:
        return (*_days(turn, wish), back)
    begin = Choice(_("I have begun"), f"wishes.begin:{on}")
    move = Choice(_("Another day, once"), f"wishes.move:{on}")
    return (
        Choice(_("It is brought"), f"wishes.deliver:{on}"),
        *((begin,) if wish.state is State.CLAIMED and wish.late_at is None else ()),
        *(() if wish.moved else (move,)),
        back,
    )


def _days(turn: Turn, wish: Wish) -> tuple[Choice, ...]:
    return tuple(
        Choice(ngettext("In {count} day", "In {count} days", n), f"wishes.day:{wish.id}:{n}")
        for n in DAYS
        if n <= turn.policy.wish_deliver_days
    )


# ── claimed ──────────────────────────────────────────────────────────────────


@choice("wishes.claim", in_groups=True)
def claim(turn: Turn, wish_id: int, _arg: str) -> None:
    """It is the speaker's from now on, or they read why not.

    The wisher's card changes silently: their next message is the day by which it comes.
    """
    wish, by = load(turn, wish_id)
    if Role.WISHER in by.roles:
        raise Refused("wish_own")
    if Role.CLAIMER in by.roles:
        _yours(turn, wish)
        return
    if not common.is_helper(turn):
        _only_helpers(turn, wish)
        return
    if not common.may_read(turn, wish):
        raise Refused("no_such_wish")
    wish.claim(by, common.unit_of(turn), turn.now)
    keep(turn, wish)
    _yours(turn, wish)


def _yours(turn: Turn, wish: Wish) -> None:
    """Their card is in their private chat, or the way to it."""
    turn.post.toast = _("It is yours. Please name the day in our private chat.")
    turn.post.show(CLAIM, wish.id, turn.speaker.person_id, kind="reply", fresh=True)
    _lead_on(turn, wish)


def _lead_on(turn: Turn, wish: Wish) -> None:
    """Some messengers let a bot write only to who has opened a chat with it."""
    if not groups.can_be_written_to(turn.db.connection(), turn.speaker.lane):
        turn.post.opens = f"{STRAIGHT_ON}-{wish.id}"


def _only_helpers(turn: Turn, wish: Wish) -> None:
    """A kind word, and how to become one of those who may."""
    turn.post.toast = _("Kind of you. Only registered members, volunteers and units claim wishes.")
    _lead_on(turn, wish)
    turn.post.reply(_how_to_register(turn, wish))


def _how_to_register(turn: Turn, wish: Wish) -> Card:
    desk = common.desk_of(turn, wish)
    text = lines(
        _(
            "Kind of you. So that nobody comes to harm, wishes are claimed by registered members, volunteers and units."
        ),
        _(
            "To register as a volunteer, tell {who}, telephone {phone}; then it can be you.",
            who=desk.called,
            phone=desk.phone,
        ),
    )
    return Card(text, (Choice(_("Speak with a person"), humans.CHOICE),))


@opened(STRAIGHT_ON)
def straight_on(turn: Turn, rest: str) -> None:
    """Whoever came from a group's card goes on with that wish."""
    known = rest.isascii() and rest.isdecimal() and len(rest) < 16
    wish = wishes.lock(turn.db, int(rest)) if known else None
    if wish is None:
        raise Refused("no_such_wish")
    if Role.CLAIMER in acting(turn, wish).roles:
        turn.post.show(CLAIM, wish.id, turn.speaker.person_id, kind="reply", fresh=True)
    elif not common.is_helper(turn):
        turn.post.reply(_how_to_register(turn, wish))
    else:
        look(turn, wish.id, "")


@choice("wishes.look")
def look(turn: Turn, wish_id: int, _arg: str) -> None:
    """One wish of the list, as strangers read it."""
    wish, _by = load(turn, wish_id)
    if wish.state is not State.PUBLISHED or not common.may_read(turn, wish):
        raise Refused("wish_settled")
    turn.post.show(OFFER, wish.id, turn.speaker.person_id, kind="reply", fresh=True)


# ── the day ──────────────────────────────────────────────────────────────────


@choice("wishes.day")
def name_the_day(turn: Turn, wish_id: int, days: str) -> None:
    """The wisher knows by when it comes; a day named before is moved, once."""
    wish, by = load(turn, wish_id)
    number_of = int(days) if days.isascii() and days.isdecimal() and len(days) < 4 else -1
    moved = wish.promised is not None
    wish.promise(by, number_of, turn.policy, turn.now)
    keep(turn, wish)
    turn.post.show(CLAIM, wish.id, turn.speaker.person_id, kind="reply")
    day = When(wish.promised or turn.now, date_only=True)
    what = common.short(wish)
    text = (
        _("The helper needs longer for {what}: it comes by {day}.", what=what, day=day)
        if moved
        else _("{what} is claimed and comes by {day}.", what=what, day=day)
    )
    common.tell(turn, wish.poster_id, text)


@choice("wishes.move")
def move(turn: Turn, wish_id: int, _arg: str) -> None:
    """The days to choose from."""
    wish, by = load(turn, wish_id)
    if Role.CLAIMER not in by.roles or wish.state not in {State.CLAIMED, State.DELIVERING}:
        raise Refused("wish_not_yours")
    if wish.moved:
        raise Refused("wish_moved")
    text = _("By which day does it come? It can be moved only this once.")
    turn.post.reply(Card(text, _days(turn, wish)))


@choice("wishes.begin")
def begin(turn: Turn, wish_id: int, _arg: str) -> None:
    wish, by = load(turn, wish_id)
    wish.begin(by, turn.now)
    keep(turn, wish)
    turn.post.toast = _("Noted; it stands on the wisher's card.")
    turn.post.show(CLAIM, wish.id, turn.speaker.person_id, kind="reply")


@choice("wishes.back")
def give_back(turn: Turn, wish_id: int, _arg: str) -> None:
    """Free again, and offered to the others."""
    wish, by = load(turn, wish_id)
    wish.give_back(by, turn.policy, turn.now)
    keep(turn, wish)
    publishing.offer(turn, wish)
    turn.post.reply(Card(_("Given back; others can claim it now. Thank you for saying so.")))
    free_again(turn, wish)


def free_again(turn: Turn, wish: Wish) -> None:
    """The wisher knows that somebody else is looked for."""
    text = _(
        "{what}: the helper cannot come after all, sorry. It is offered again.",
        what=common.short(wish),
    )
    common.tell(turn, wish.poster_id, text)


def name_of(turn: Turn, wish: Wish) -> Text:
    """The claimer, with their unit where they claimed for it."""
    if wish.claimer_id is None:
        return ""
    name = org.person_name(turn.db, wish.claimer_id)
    unit = turn.db.get(Unit, wish.unit_id) if wish.unit_id else None
    return _("{name} of {unit}", name=name, unit=unit.name) if unit else name
