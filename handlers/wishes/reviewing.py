"""The community looks at a wish before others read it, and asks where nobody answers."""

from __future__ import annotations

from governance.authority import Power, reaches
from governance.cases import Actor as CaseActor
from governance.cases import Role as CaseRole
from governance.discretion import cover, names_a_child
from governance.org import Area
from governance.refused import Refused
from governance.wishes import Kind, Role, State
from governance.wishfile import Wish
from handlers import authority, places, telephones
from handlers.cases.filed import AGREED
from handlers.cases.report import Draft, open_from
from handlers.message import Card, Choice
from handlers.posts import holder
from handlers.registry import choice, command, conversation, view
from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.wishes import common, publishing
from handlers.wishes.common import KINDS, MINE, REVIEW, acting, keep, load, number
from handlers.wishes.own import REASONS
from handlers.wishes.wishing import MOST
from handlers.words import Text, When, Words, _, line, lines
from storage import gazetteer, org, wishes

LISTED = 8
OFFERED_REASONS = ("cash", "not_small", "unlawful", "unverified")


# ── the card ─────────────────────────────────────────────────────────────────


@view(REVIEW)
def card(turn: Turn, wish_id: int, _again: bool) -> Card | None:
    """What a reviewer has to know, and what they may do now."""
    wish = turn.db.get(Wish, wish_id, populate_existing=True)
    if wish is None:
        return None
    reviews = Role.REVIEWER in acting(turn, wish).roles
    waits = reviews and not wish.over
    phone, see = telephones.show_phone(turn, wish.poster_id, "wish", wish.id) if waits else ("", ())
    text = lines(
        _("🌟 A wish: {kind}", kind=KINDS[wish.kind]),
        _state(wish),
        _who(turn, wish) if waits else "",
        f"“{wish.text}”" if waits else "",
        _("Others would read: “{words}”", words=wish.public_text)
        if waits and wish.public_text != wish.text
        else "",
        _("Who reads it: {who}", who=common.audience(turn, wish.audience, wish.community_id)),
        phone,
        number(wish),
    )
    return Card(text, (*(_choices(turn, wish) if reviews else ()), *see))


def _state(wish: Wish) -> Text:
    if wish.state is State.COLLECTED:
        return _("Please look at it by {when}.", when=When(wish.review_due))
    if wish.state is State.DELIVERED and wish.calls:
        return _("Brought: {note}. The wisher does not answer; please telephone.", note=wish.note)
    if wish.state is State.PUBLISHED and wish.street_at is not None:
        return _("Published, and nobody has claimed it. Can you find somebody?")
    return STATES[wish.state]


STATES: dict[State, Words] = {
    State.VERIFIED: _("The wisher reads your words"),
    State.PUBLISHED: _("Published"),
    State.CLAIMED: _("Claimed"),
    State.DELIVERING: _("On its way"),
    State.DELIVERED: _("Brought; the wisher is asked"),
    State.STRUCK_OFF: _("Struck off"),
    State.REJECTED: _("Sent back"),
    State.CONVERTED: _("It is a report now"),
    State.WITHDRAWN: _("Taken back by the wisher"),
}


def _who(turn: Turn, wish: Wish) -> Text:
    """For whoever verifies it: who wishes, where, and how they agreed."""
    poster = org.person_name(turn.db, wish.poster_id)
    place = places.name_of(gazetteer.chain(turn.db, wish.area_id))
    if not wish.for_name or wish.consent is None:
        return line(place, poster)
    consent = AGREED[wish.consent]
    said = _(
        "{poster} for {name}, who {consent}", poster=poster, name=wish.for_name, consent=consent
    )
    return line(place, said)


def _choices(turn: Turn, wish: Wish) -> tuple[Choice, ...]:
    on = wish.id
    if wish.state is State.COLLECTED:
        return (
            Choice(_("Publish it"), f"wishes.approve:{on}"),
            Choice(_("Suggest other words"), f"wishes.edit:{on}"),
            Choice(_("Send it back"), f"wishes.reject:{on}"),
            Choice(_("It is a report"), f"wishes.convert:{on}"),
        )
    if wish.state is State.DELIVERED and wish.calls:
        return (
            Choice(_("They said yes"), f"wishes.yes:{on}:phone"),
            Choice(_("They said no"), f"wishes.no:{on}"),
            Choice(_("Not reached"), f"wishes.unheard:{on}"),
        )
    if wish.state is State.PUBLISHED and wish.street_at is not None:
        return (
            Choice(_("Offer it again now"), f"wishes.again:{on}"),
            Choice(_("Close it with a reason"), f"wishes.reject:{on}"),
            *_hands(turn, wish),
        )
    return _hands(turn, wish) if wish.state is State.PUBLISHED else ()


def _hands(turn: Turn, wish: Wish) -> tuple[Choice, ...]:
    """A thing is brought by one; a hand or something for everybody may need several."""
    may = authority.may(turn, Power.PUBLISH_TASK, area_id=wish.community_id)
    if wish.kind is Kind.GOODS or not may:
        return ()
    return (Choice(_("Make it a volunteer task"), f"tasks.from_wish:{wish.id}"),)


# ── what a reviewer does ─────────────────────────────────────────────────────


@choice("wishes.approve")
def approve(turn: Turn, wish_id: int, _arg: str) -> None:
    """Others read and claim it, in the words its wisher has seen."""
    wish, by = load(turn, wish_id)
    wish.approve(by, turn.policy, turn.now)
    keep(turn, wish)
    publishing.offer(turn, wish)
    turn.post.toast = _("Published; the wisher knows.")
    common.show(turn, MINE, wish, wish.poster_id)
    turn.post.show(REVIEW, wish.id, turn.speaker.person_id, kind="reply")


@choice("wishes.edit")
def edit(_turn: Turn, wish_id: int, _arg: str) -> Start:
    return Start("edit_wish", {"wish": wish_id})


@conversation("edit_wish", act=True)
def edit_talk(talk: Talk, turn: Turn) -> None:
    """Other words, which the wisher reads before anybody else does."""
    wish, by = load(turn, talk.given("wish"))
    _require(by.roles)
    question = _("How shall it read? Now: “{words}”", words=wish.public_text)
    said = talk.ask("words", question, Typed(4, MOST))
    words = cover(said.text).text
    if names_a_child(words):
        talk.say(
            _("That tells a child's age or school; nothing was changed. Tap again, without it.")
        )
        return
    wish.edit(by, words, turn.policy, turn.now)
    keep(turn, wish)
    common.show(turn, MINE, wish, wish.poster_id)
    talk.say(_("The wisher reads it first; it is published once they agree. {n}", n=number(wish)))


@choice("wishes.reject")
def reject(_turn: Turn, wish_id: int, _arg: str) -> Start:
    return Start("reject_wish", {"wish": wish_id})


@conversation("reject_wish", act=True)
def reject_talk(talk: Talk, turn: Turn) -> None:
    """The wisher reads why, and what they can do instead."""
    wish, by = load(turn, talk.given("wish"))
    _require(by.roles)
    codes = ("nobody",) if wish.state is State.PUBLISHED else OFFERED_REASONS
    options = [Option(code, REASONS[code]) for code in codes]
    question = _("Why? Tap, or type it; the wisher reads it.")
    said = talk.ask("reason", question, Typed(2, 200), options=options)
    wish.reject(by, said.text or str(said.value), turn.policy, turn.now)
    keep(turn, wish)
    common.show(turn, MINE, wish, wish.poster_id)
    talk.say(_("Sent back; the wisher reads the reason. {n}", n=number(wish)))


@choice("wishes.convert")
def convert(turn: Turn, wish_id: int, _arg: str) -> None:
    """It goes on as a case of the wisher's, with somebody who must come."""
    wish, by = load(turn, wish_id)
    _require(by.roles)
    if wish.state not in {State.COLLECTED, State.VERIFIED}:
        raise Refused("wish_settled")
    place = places.Found(wish.area_id, places.name_of(gazetteer.chain(turn.db, wish.area_id)))
    name = org.person_name(turn.db, wish.poster_id)
    reporter = CaseActor(CaseRole.REPORTER, wish.poster_id, name)
    draft = Draft(place, turn.policy.category(""), wish.text)
    case = open_from(turn, draft, reporter=reporter)
    wish.convert(by, case.id, turn.policy, turn.now)
    keep(turn, wish)
    text = lines(
        _(
            "{what} is something that somebody must come for, so it is a report now.",
            what=common.short(wish),
        ),
        _(
            "Passed to {holder}, who will contact you by {when}.",
            holder=holder(case),
            when=When(case.contact_due),
        ),
        case.number,
    )
    common.tell(turn, wish.poster_id, text)
    turn.post.reply(Card(_("It is a report now: {n}. The wisher knows.", n=case.number)))


@choice("wishes.again")
def again(turn: Turn, wish_id: int, _arg: str) -> None:
    """Everybody it is for has it before them once more."""
    wish, by = load(turn, wish_id)
    _require(by.roles)
    if wish.state is not State.PUBLISHED or wish.street_at is None:
        raise Refused("wish_settled")
    wish.reoffer(turn.policy, turn.now)
    keep(turn, wish)
    publishing.offer(turn, wish)
    turn.post.reply(Card(_("Offered again. {n}", n=number(wish))))


@choice("wishes.unheard")
def unheard(turn: Turn, wish_id: int, _arg: str) -> None:
    """Nobody could be reached: it stays open, and is asked again."""
    wish, by = load(turn, wish_id)
    wish.unheard(by, turn.policy, turn.now)
    keep(turn, wish)
    when = When(wish.next_at or turn.now)
    turn.post.reply(Card(_("It stays open. You are asked to telephone again {when}.", when=when)))


def _require(roles: frozenset[Role]) -> None:
    """Raises `Refused` before anything is asked that could not be done."""
    if Role.REVIEWER not in roles:
        raise Refused("wish_not_yours")


# ── the list ─────────────────────────────────────────────────────────────────


@command("review", menu=_("Wishes to review"), also=("审核心愿", "待审心愿", "心愿审核"))
def to_review(turn: Turn) -> None:
    """What waits to be looked at where the speaker reviews, the first due first."""
    areas = [area for area, _unit in reaches(Power.REVIEW_WISH, authority.held(turn)) if area]
    if not areas:
        raise Refused("wish_not_yours")
    found = [
        w for area in areas for w in wishes.to_review(turn.db, turn.db.get_one(Area, area).path)
    ]
    waiting = list({wish.id: wish for wish in found}.values())[:LISTED]
    if not waiting:
        turn.post.reply(Card(_("No wish waits for you. New ones come here by themselves.")))
        return
    rows = [
        _("{n}) {what}, by {when}", n=i, what=common.short(wish), when=When(wish.review_due))
        for i, wish in enumerate(waiting, 1)
    ]
    shown = [Choice(_("Open {n}", n=i), f"wishes.review:{w.id}") for i, w in enumerate(waiting, 1)]
    turn.post.reply(Card(lines(_("Wishes to review:"), *rows), tuple(shown)))


@choice("wishes.review")
def review(turn: Turn, wish_id: int, _arg: str) -> None:
    wish, by = load(turn, wish_id)
    _require(by.roles)
    turn.post.show(REVIEW, wish.id, turn.speaker.person_id, kind="reply", fresh=True)
