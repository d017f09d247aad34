"""/board: what people of a community have promised, kept and done, as each agreed to."""

from __future__ import annotations

from typing import NamedTuple

from governance.authority import Power
from governance.promises import Deed, Promise, PromiseState
from governance.refused import Refused
from handlers import authority, choosing
from handlers.message import Card, Choice
from handlers.promises import common
from handlers.promises.common import DEED, PROMISE, on_board_as
from handlers.promises.deeds import as_shown
from handlers.registry import choice, command, conversation
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.wishes.common import tell
from handlers.words import Text, When, _, lines
from storage import gazetteer, promises

PAGE = 6


class Entry(NamedTuple):
    """A line of the board, and the token with which it is taken down."""

    text: Text
    down: str


@command("board", menu=_("Board of promises"), also=("承诺墙", "微承诺墙", "公示墙"))
def board(turn: Turn) -> Start | None:
    """The board of the speaker's community."""
    area_id = common.own_community(turn)
    if area_id is None:
        return Start("which_board")
    turn.post.reply(_page(turn, area_id, 0))
    return None


@conversation("which_board")
def which_board(talk: Talk, turn: Turn) -> None:
    """The board of a community that the speaker names."""
    spot = choosing.pick(talk, "which", _("Which community?"), gazetteer.communities(turn.db))
    if not isinstance(spot, str):
        card = _page(turn, spot.id, 0)
        talk.say(card.text, card.choices)


@choice("promises.board")
def turned(turn: Turn, area_id: int, page: str) -> None:
    known = [spot.id for spot in gazetteer.communities(turn.db)]
    if area_id not in known:
        raise Refused("no_such_promise")
    turn.post.reply(_page(turn, area_id, int(page) if page.isdecimal() and len(page) < 4 else 0))


def _page(turn: Turn, area_id: int, number: int) -> Card:
    found = _entries(turn, area_id)
    pages = max(1, -(-len(found) // PAGE))
    first = (number % pages) * PAGE
    part = found[first : first + PAGE]
    rows = [_("{n}) {what}", n=n, what=entry.text) for n, entry in enumerate(part, first + 1)]
    name = common.area_name(turn, area_id)
    heading = (
        _("🤝 The board of {community}:", community=name)
        if found
        else _(
            "🤝 The board of {community} is empty. To be the first, send “/promise”.",
            community=name,
        )
    )
    more = (Choice(_("More"), f"promises.board:{area_id}:{number + 1}"),) if pages > 1 else ()
    own = (Choice(_("Make a promise"), "menu:0:promise"), Choice(_("Tell a deed"), "menu:0:deed"))
    down = _downs(turn, area_id, part, first)
    return Card(lines(heading, *rows), (*more, *own, *down))


def _entries(turn: Turn, area_id: int) -> list[Entry]:
    """Kept and open promises, then deeds that stand by themselves."""
    made, done = promises.on_board(turn.db, area_id)
    by_promise = {deed.subject_id: deed for deed in done if deed.about == "promise"}
    shown = {promise.id for promise in made}
    found = [Entry(_line(turn, p, by_promise.get(p.id)), f"promises.down:{p.id}") for p in made]
    alone = [d for d in done if d.about != "promise" or d.subject_id not in shown]
    return [*found, *(Entry(_done(turn, d), f"deeds.down:{d.id}") for d in alone)]


def _line(turn: Turn, made: Promise, deed: Deed | None) -> Text:
    who = on_board_as(turn, made.person_id, made.shown)
    if made.state is not PromiseState.KEPT:
        day = When(made.until, date_only=True)
        return _("{who} promises: {words} (until {day})", who=who, words=made.text, day=day)
    if deed is None:
        return _("{who} promised and kept it: {words}", who=who, words=made.text)
    return _(
        "{who} promised and kept it: {words} ({deed})", who=who, words=made.text, deed=deed.text
    )


def _done(turn: Turn, deed: Deed) -> Text:
    return _("Done: {what}", what=as_shown(turn, deed))


# ── the community keeps it fit to be read ────────────────────────────────────


def _downs(turn: Turn, area_id: int, part: list[Entry], first: int) -> tuple[Choice, ...]:
    if not authority.may(turn, Power.KEEP_BOARD, area_id=area_id):
        return ()
    return tuple(
        Choice(_("Take down {n}", n=n), entry.down) for n, entry in enumerate(part, first + 1)
    )


@choice("promises.down")
def take_down_promise(_turn: Turn, promise_id: int, _arg: str) -> Start:
    return Start("take_down", {"promise": promise_id})


@choice("deeds.down")
def take_down_deed(_turn: Turn, deed_id: int, _arg: str) -> Start:
    return Start("take_down", {"deed": deed_id})


@conversation("take_down", act=True)
def take_down_talk(talk: Talk, turn: Turn) -> None:
    """It is off the board; whoever made it reads why."""
    deed_id = talk.given("deed")
    entry: Promise | Deed | None
    if deed_id is not None:
        entry = promises.lock_deed(turn.db, deed_id)
    else:
        entry = promises.lock_promise(turn.db, talk.given("promise"))
    if entry is None:
        raise Refused("no_such_promise")
    authority.require(turn, Power.KEEP_BOARD, area_id=entry.area_id)
    why = talk.ask("why", _("Why? One line; whoever wrote it reads it."), Typed(2, 200)).text
    entry.take_down(why)
    turn.db.flush()
    turn.post.refresh(entry.id, (DEED if deed_id is not None else PROMISE,))
    text = _("The community took “{words}” off the board: {why}", words=entry.text, why=why)
    tell(turn, entry.person_id, text)
    talk.say(_("Taken down; whoever wrote it reads why."))
