"""What every act on a wish needs: load, authority, how it reads, and who is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from governance.authority import Power
from governance.org import LADDER, AreaKind, Post, PostKind, Seat
from governance.people import Person
from governance.refused import Refused
from governance.wishes import REVIEWERS, Actor, Audience, Kind, roles_of
from governance.wishfile import Wish
from handlers import authority, places
from handlers.message import Card, Choice
from handlers.posts import called
from handlers.turn import Turn
from handlers.words import Text, Words, _, lines
from storage import cards, gazetteer, org, reportin, wishes

MINE, CLAIM, REVIEW = "wishes.mine", "wishes.claim", "wishes.review"
GROUP, OFFER = "wishes.group", "wishes.offer"
VIEWS = (MINE, CLAIM, REVIEW, GROUP, OFFER)

KINDS: dict[Kind, Words] = {
    Kind.GOODS: _("a thing"),
    Kind.HELP: _("a hand"),
    Kind.COMMON: _("for everybody"),
}
OF_A_UNIT = frozenset({PostKind.UNIT_DUTY, PostKind.UNIT_LEADER})


# ── load ─────────────────────────────────────────────────────────────────────


def load(turn: Turn, wish_id: int) -> tuple[Wish, Actor]:
    """The wish, locked, and as what the speaker acts on it. Raises `Refused("no_such_wish")`."""
    wish = wishes.lock(turn.db, wish_id)
    if wish is None:
        raise Refused("no_such_wish")
    return wish, acting(turn, wish)


def acting(turn: Turn, wish: Wish) -> Actor:
    """As what the reader of a card, or whoever pressed, may act on the wish now."""
    reviews = authority.may(turn, Power.REVIEW_WISH, area_id=wish.area_id)
    helps = is_helper(turn) and may_read(turn, wish)
    me = turn.speaker.person_id
    return roles_of(wish.poster_id, wish.claimer_id, me, reviews=reviews, helps=helps)


def keep(turn: Turn, wish: Wish) -> None:
    """What was done is kept, and every card of the wish shows it."""
    wishes.record(turn.db, wish)
    turn.post.refresh(wish.id, VIEWS)


def is_helper(turn: Turn) -> bool:
    """Whether the speaker is a member or volunteer, or belongs to a unit."""
    person = turn.db.get_one(Person, turn.speaker.person_id)
    return person.member is not None or person.unit_id is not None or bool(_unit_posts(turn))


def unit_of(turn: Turn) -> int | None:
    """The unit for which the speaker claims; None for whoever claims for themselves."""
    return next((post.unit_id for post in _unit_posts(turn)), None)


def _unit_posts(turn: Turn) -> list[Post]:
    today = turn.policy.local_date(turn.now)
    serving = org.serving(turn.db, turn.speaker.person_id, today)
    return [post for post in serving if post.kind in OF_A_UNIT]


def may_read(turn: Turn, wish: Wish) -> bool:
    """Whether a published wish is for the speaker's eyes, too."""
    if wish.audience is Audience.PUBLIC or wish.community_id in communities_of(turn):
        return True
    event = turn.event
    if event is None or event.chat.kind != "group":
        return False
    lane = f"{event.channel}/{event.account}/{event.chat.id}"
    return cards.card_at(turn.db.connection(), GROUP, wish.id, lane) is not None


def communities_of(turn: Turn) -> set[int]:
    """The communities where the speaker lives, is registered, or serves, also for their unit."""
    me = turn.db.get_one(Person, turn.speaker.person_id)
    units = {post.unit_id for post in _unit_posts(turn)} | {me.unit_id}
    registered = [reportin.of_person(turn.db, me.id)]
    registered += [reportin.of_unit(turn.db, unit) for unit in units if unit is not None]
    found = {row.area_id for row in registered if row is not None}
    if me.home_id is not None:
        found.add(community_of(turn, me.home_id))
    for held in authority.held(turn):
        found |= {held.areas[AreaKind.COMMUNITY]} if AreaKind.COMMUNITY in held.areas else set()
    return found


def community_of(turn: Turn, area_id: int) -> int:
    """The community an area lies in; where the district has none there, its root."""
    above = gazetteer.chain(turn.db, area_id)
    spot = places.community_of(above)
    return spot.id if spot else above[-1].id


# ── who looks at it ──────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Desk:
    """A post that reviews, and who answers for it now."""

    post: PostKind
    person_id: int
    name: str
    phone: str

    @property
    def called(self) -> Words:
        return called(self.post, self.name)


def desks(turn: Turn, path: Sequence[int], besides: int) -> list[Desk]:
    """One desk for each post that reviews there, nearest first, without the one who posted it.

    Raises `Refused("nobody_answers")` where there is none.
    """
    rungs = org.ladder_above(turn.db, path, turn.now, turn.policy.work)
    found: list[Desk] = []
    for post in REVIEWERS:
        if post in LADDER:
            served = [Desk(post, r.person_id, r.name, r.phone) for r in rungs if r.post is post]
        else:
            served = _heads(turn, post, path)
        found += [desk for desk in served if desk.person_id != besides][:1]
    if not found:  # nobody nearer serves: the district's desk keeps it from being forgotten
        top = [r for r in rungs if r.post is PostKind.DISTRICT_DESK and r.person_id != besides]
        found = [Desk(r.post, r.person_id, r.name, r.phone) for r in top[:1]]
    if not found:
        raise Refused("nobody_answers")
    return found


def _heads(turn: Turn, post: PostKind, path: Sequence[int]) -> list[Desk]:
    today = turn.policy.local_date(turn.now)
    held = [p for area in path for p in org.holders(turn.db, Seat(post, area), today)]
    names = org.names(turn.db, {p.answering(turn.now) for p in held})
    return [Desk(post, p.answering(turn.now), names[p.answering(turn.now)], p.phone) for p in held]


def desk_of(turn: Turn, wish: Wish) -> Desk:
    """Who reviews this wish now."""
    there = desks(turn, wish.path_ids, wish.poster_id)
    return next((desk for desk in there if desk.post is wish.desk), there[0])


# ── how it reads ─────────────────────────────────────────────────────────────


def community_name(turn: Turn, community_id: int) -> str:
    return gazetteer.chain(turn.db, community_id)[0].name


def as_others_read(turn: Turn, kind: Kind, words: str, community_id: int) -> Text:
    """Exactly what stands on the cards of strangers."""
    return lines(
        _("🌟 A wish: {kind}", kind=KINDS[kind]),
        f"“{words}”",
        _("from somebody in {community}", community=community_name(turn, community_id)),
    )


def shown(turn: Turn, wish: Wish) -> Text:
    if not wish.public_text:
        return _("Its words are deleted.")
    return as_others_read(turn, wish.kind, wish.public_text, wish.community_id)


def short(wish: Wish) -> Words:
    """The wish in a sentence; its number once its words are deleted."""
    text = wish.public_text
    if not text:
        return number(wish)
    return _("the wish “{words}”", words=text if len(text) <= 24 else text[:23] + "…")


def audience(turn: Turn, which: Audience, community_id: int) -> Words:
    if which is Audience.PUBLIC:
        return _("the whole district")
    return _("only {community}", community=community_name(turn, community_id))


# ── who is told ──────────────────────────────────────────────────────────────


def tell(turn: Turn, person_id: int, text: Text, choices: Iterable[Choice] = ()) -> None:
    """A line for somebody at home; while people sleep it waits."""
    at = turn.policy.waking(turn.now)
    turn.post.to(person_id, Card(text, tuple(choices)), release_at=at if at > turn.now else None)


def show(turn: Turn, view: str, wish: Wish, person_id: int, *, receipt: str = "") -> None:
    """The card as a new message, because something is asked; not while people sleep."""
    at = turn.policy.waking(turn.now)
    turn.post.show(
        view,
        wish.id,
        person_id,
        kind="notice",
        fresh=True,
        receipt=receipt,
        release_at=at if at > turn.now else None,
    )


def show_desk(turn: Turn, wish: Wish, desk: Desk) -> None:
    """The card of whoever reviews, in their office hours."""
    at = turn.policy.work.next_open(turn.now)
    late = at if at > turn.now else None
    turn.post.show(REVIEW, wish.id, desk.person_id, kind="alert", fresh=True, release_at=late)


def number(wish: Wish) -> Words:
    return _("Wish {n}", n=wish.id)
