"""/wishes: what can be claimed, by kind and nearest first; and one's own wishes and claims."""

from __future__ import annotations

from collections.abc import Sequence

from governance.org import AreaKind
from governance.refused import Refused
from governance.wishes import Kind, Role, State
from governance.wishfile import Wish
from handlers.message import Card, Choice
from handlers.registry import choice, command
from handlers.turn import Turn
from handlers.wishes import common, reviewing
from handlers.wishes.common import CLAIM, KINDS, MINE, acting, load
from handlers.words import Text, Words, _, line, lines
from storage import gazetteer, reportin, wishes

PAGE = 5
ALL = "all"
NEAR: tuple[tuple[AreaKind, Words], ...] = (
    (AreaKind.GRID, _("in your grid")),
    (AreaKind.COMMUNITY, _("in your community")),
    (AreaKind.STREET, _("in your street")),
)
WAITS: dict[State, Words] = {**reviewing.STATES, State.COLLECTED: _("being looked at")}


@command("wishes", menu=_("Micro-wishes"), also=("微心愿", "心愿", "看心愿", "认领心愿"))
def browse(turn: Turn) -> None:
    """The nearest wishes first, with the ways to the others."""
    turn.post.reply(_page(turn, ALL, 0))


@choice("wishes.page")
def page(turn: Turn, number: int, kind: str) -> None:
    turn.post.reply(_page(turn, kind if kind in set(Kind) else ALL, number))


def _page(turn: Turn, kind: str, number: int) -> Card:
    known = wishes.offered(turn.db, sorted(common.communities_of(turn)))
    found = [w for w in known if kind in {ALL, w.kind} and w.poster_id != turn.speaker.person_id]
    home = _path(turn)
    found.sort(key=lambda wish: _distance(turn, home, wish))
    pages = max(1, -(-len(found) // PAGE))
    first = (number % pages) * PAGE
    part = found[first : first + PAGE]
    rows = [_row(turn, home, n, wish) for n, wish in enumerate(part, first + 1)]
    open_ = [
        Choice(_("Open {n}", n=n), f"wishes.look:{w.id}") for n, w in enumerate(part, first + 1)
    ]
    more = (Choice(_("More"), f"wishes.page:{number + 1}:{kind}"),) if pages > 1 else ()
    return Card(lines(_heading(kind, len(found)), *rows), (*open_, *more, *_others(turn, kind)))


def _heading(kind: str, count: int) -> Text:
    if not count:
        return _("No wish waits for somebody just now. To make one of your own, send “/wish”.")
    if kind == ALL:
        return _("Wishes to claim, the nearest first: {count}", count=count)
    return _("Wishes to claim, {kind}: {count}", kind=KINDS[Kind(kind)], count=count)


def _others(turn: Turn, kind: str) -> tuple[Choice, ...]:
    kinds = [Choice(KINDS[k], f"wishes.page:0:{k}") for k in Kind if k != kind]
    everything = [Choice(_("All kinds"), f"wishes.page:0:{ALL}")] if kind != ALL else []
    mine = [Choice(_("My wishes"), "wishes.own:0")] if _own(turn) else []
    return (*kinds, *everything, *mine, Choice(_("Make a wish"), "menu:0:wish"))


def _row(turn: Turn, home: Sequence[int], number: int, wish: Wish) -> Text:
    words = wish.public_text if len(wish.public_text) <= 40 else wish.public_text[:39] + "…"
    where = _where(turn, home, wish)
    return line(_("{n}) “{words}”", n=number, words=words), KINDS[wish.kind], where)


# ── how near ─────────────────────────────────────────────────────────────────


def _path(turn: Turn) -> Sequence[int]:
    """Where the speaker lives, or is registered: area ids from the district down."""
    home_id = turn.speaker.home_id
    if home_id is None:
        registered = reportin.of_person(turn.db, turn.speaker.person_id)
        home_id = registered.area_id if registered else None
    return gazetteer.chain(turn.db, home_id)[0].path_ids if home_id else ()


def _distance(turn: Turn, home: Sequence[int], wish: Wish) -> int:
    """How many levels up the first area is in which both lie; a building is not told."""
    kinds = _shared(turn, home, wish)
    near = [n for n, (kind, _name) in enumerate(NEAR) if kind in kinds]
    return near[0] if near else len(NEAR)


def _where(turn: Turn, home: Sequence[int], wish: Wish) -> Text:
    near = _distance(turn, home, wish)
    name = common.community_name(turn, wish.community_id)
    return NEAR[near][1] if near < len(NEAR) else name


def _shared(turn: Turn, home: Sequence[int], wish: Wish) -> set[AreaKind]:
    both = set(home) & set(wish.path_ids)
    return {spot.kind for spot in gazetteer.chain(turn.db, wish.area_id) if spot.id in both}


# ── one's own ────────────────────────────────────────────────────────────────


def _own(turn: Turn) -> list[Wish]:
    me = turn.speaker.person_id
    return [*wishes.claimed_by(turn.db, me), *wishes.posted_by(turn.db, me)]


@choice("wishes.own")
def own(turn: Turn, _subject: int, _arg: str) -> None:
    my_wishes(turn)


@command("mywishes", menu=_("My wishes"), also=("我的心愿", "我认领的心愿", "my wishes"))
def my_wishes(turn: Turn) -> None:
    """What the speaker wished for and what they claimed, and how it stands."""
    found = _own(turn)[:10]
    if not found:
        turn.post.reply(
            Card(_("You have no wish open, and none to bring. To make one, send “/wish”."))
        )
        return
    rows = [
        _("{n}) {what}: {state}", n=n, what=common.short(wish), state=WAITS[wish.state])
        for n, wish in enumerate(found, 1)
    ]
    open_ = [Choice(_("Open {n}", n=n), f"wishes.see:{wish.id}") for n, wish in enumerate(found, 1)]
    turn.post.reply(Card(lines(_("Your wishes, and those you claimed:"), *rows), tuple(open_)))


@choice("wishes.see")
def see(turn: Turn, wish_id: int, _arg: str) -> None:
    """The card of one's own wish, or of one that one has claimed."""
    wish, _by = load(turn, wish_id)
    roles = acting(turn, wish).roles
    if not roles & {Role.WISHER, Role.CLAIMER}:
        raise Refused("no_such_wish")
    view = MINE if Role.WISHER in roles else CLAIM
    turn.post.show(view, wish.id, turn.speaker.person_id, kind="reply", fresh=True)
