"""The card of whoever made the wish: how it stands, and what they can say to it."""

from __future__ import annotations

from governance.casefile import Case
from governance.discretion import asks_for_cash, cover
from governance.wishes import Heard, Role, State
from governance.wishfile import Wish
from handlers.message import Card, Choice
from handlers.registry import choice, conversation, view
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.wishes import common, publishing
from handlers.wishes.common import MINE, acting, desk_of, keep, load, number, show_desk
from handlers.wishes.wishing import ask_words
from handlers.words import Text, When, Words, _, lines

REASONS: dict[str, Words] = {
    "cash": _("wishes cannot be about money; the community helps you apply for an allowance"),
    "not_small": _("it is more than one person or unit can give"),
    "unlawful": _("it is against the rules"),
    "unverified": _("it could not be verified"),
    "nobody": _("nobody could be found for it"),
}


@view(MINE)
def card(turn: Turn, wish_id: int, _again: bool) -> Card | None:
    """The present state, and what its reader may say now."""
    wish = turn.db.get(Wish, wish_id, populate_existing=True)
    if wish is None or Role.WISHER not in acting(turn, wish).roles:
        return None
    gone = wish.over and wish.state is not State.STRUCK_OFF
    head = common.short(wish) if gone else common.shown(turn, wish)
    text = lines(
        head,
        _("For {name}", name=wish.for_name) if wish.for_name else "",
        *_stands(turn, wish),
        number(wish),
    )
    return Card(text, choices(wish))


def _stands(turn: Turn, wish: Wish) -> tuple[Text, ...]:
    if wish.state is State.COLLECTED:
        who, when = desk_of(turn, wish).called, When(wish.review_due)
        return (_("{who} reads it first and you hear by {when}.", who=who, when=when),)
    if wish.state is State.VERIFIED:
        return (
            _("The community suggests these words instead of yours. Nobody else has read them."),
            _("Are they right for you?"),
        )
    if wish.state is State.PUBLISHED:
        return (_published(wish),)
    if wish.state in {State.CLAIMED, State.DELIVERING}:
        return (_on_its_way(wish),)
    if wish.state is State.DELIVERED:
        return _asked(wish)
    return _ended(turn, wish)


def _published(wish: Wish) -> Text:
    if wish.street_at is not None:
        return _("Nobody has claimed it yet. The street office is looking for somebody too.")
    when = When(wish.next_at or wish.posted_at, date_only=True)
    return _("It is published. If nobody claims it by {when}, it is offered again.", when=when)


def _on_its_way(wish: Wish) -> Text:
    if wish.promised is None:
        return _("Somebody has claimed it and is about to name the day.")
    day = When(wish.promised, date_only=True)
    if wish.late_at is not None:
        return _("It was promised for {day}. Sorry; the helper is being asked.", day=day)
    return _("Somebody has claimed it and brings it by {day}.", day=day)


def _asked(wish: Wish) -> tuple[Text, ...]:
    said = _("The helper says it is done: {note}", note=wish.note)
    if wish.for_name:
        question = _("Please ask {name}: has it come, and is it right?", name=wish.for_name)
    else:
        question = _("Has it come, and is it right? Only your yes counts.")
    return said, question


def _ended(turn: Turn, wish: Wish) -> tuple[Text, ...]:
    if wish.state is State.STRUCK_OFF:
        heard = (
            _("You were asked and said that it came. If you did not, tap below.")
            if _may_dispute(wish)
            else ""
        )
        return _("It came. Struck off."), heard
    if wish.state is State.REJECTED:
        reason = REASONS.get(wish.reason, wish.reason)
        return (
            _("It cannot be published: {reason}.", reason=reason),
            _("You can wish for something else with “/wish”, or send “human”."),
        )
    if wish.state is State.CONVERTED:
        case = turn.db.get(Case, wish.case_id) if wish.case_id else None
        return (
            _(
                "It goes on as a report, so that somebody must come: {n}",
                n=case.number if case else "",
            ),
        )
    return (_("Taken back. Nobody reads it any more."),)


def _may_dispute(wish: Wish) -> bool:
    return wish.heard is not Heard.OWN and not wish.for_name


def choices(wish: Wish) -> tuple[Choice, ...]:
    """What the wisher can say in this state."""
    on = wish.id
    back = Choice(_("Take the wish back"), f"wishes.withdraw:{on}")
    if wish.state is State.VERIFIED:
        agree = Choice(_("Yes, publish it so"), f"wishes.agree:{on}")
        return agree, Choice(_("Say it differently"), f"wishes.reword:{on}"), back
    if wish.state is State.COLLECTED:
        return Choice(_("Say it differently"), f"wishes.reword:{on}"), back
    if wish.state in {State.PUBLISHED, State.CLAIMED, State.DELIVERING}:
        return (back,)
    if wish.state is State.DELIVERED:
        no = Choice(_("No, not yet"), f"wishes.no:{on}")
        if not wish.for_name:
            return Choice(_("Yes, it came"), f"wishes.yes:{on}:own"), no
        return (
            Choice(_("They told me yes in person"), f"wishes.yes:{on}:visit"),
            Choice(_("They told me yes by telephone"), f"wishes.yes:{on}:phone"),
            no,
        )
    if wish.state is State.STRUCK_OFF:
        thank = Choice(_("Say thank you"), f"wishes.thank:{on}")
        dispute = Choice(_("I did not say that"), f"wishes.dispute:{on}")
        return (*(() if wish.thanks else (thank,)), *((dispute,) if _may_dispute(wish) else ()))
    return ()


# ── before anybody has claimed it ────────────────────────────────────────────


@choice("wishes.agree")
def agree(turn: Turn, wish_id: int, _arg: str) -> None:
    """Others read it from now on, in these words."""
    wish, by = load(turn, wish_id)
    wish.agree(by, turn.policy, turn.now)
    keep(turn, wish)
    publishing.offer(turn, wish)
    turn.post.show(MINE, wish.id, turn.speaker.person_id, kind="reply")


@choice("wishes.reword")
def reword(_turn: Turn, wish_id: int, _arg: str) -> Start:
    return Start("reword_wish", {"wish": wish_id})


@conversation("reword_wish", act=True)
def reword_talk(talk: Talk, turn: Turn) -> None:
    """The wish says something else, and lies on the community's desk again."""
    wish, by = load(turn, talk.given("wish"))
    _key, said = ask_words(talk, "words", _("How shall it read?"))
    if asks_for_cash(said.text):
        talk.say(
            _("Wishes cannot be about money; nothing was changed. For an allowance send “human”.")
        )
        return
    wish.reword(by, cover(said.text).text, turn.policy, turn.now)
    keep(turn, wish)
    show_desk(turn, wish, desk_of(turn, wish))
    turn.post.show(MINE, wish.id, turn.speaker.person_id, kind="reply", fresh=True)


@choice("wishes.withdraw")
def withdraw(turn: Turn, wish_id: int, _arg: str) -> None:
    """Nobody reads it any more; whoever had claimed it knows."""
    wish, by = load(turn, wish_id)
    claimer = wish.claimer_id
    wish.withdraw(by, turn.policy, turn.now)
    keep(turn, wish)
    if claimer is not None:
        text = _(
            "{what} was taken back by its wisher; nothing is left for you to do. Thank you.",
            what=common.short(wish),
        )
        common.tell(turn, claimer, text)
    turn.post.show(MINE, wish.id, turn.speaker.person_id, kind="reply")
