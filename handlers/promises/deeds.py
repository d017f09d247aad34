"""微奉献: something was done, for a promise, a wish or by itself; somebody else confirms it."""

from __future__ import annotations

from governance.authority import Power
from governance.discretion import cover
from governance.org import Area
from governance.points import Rule
from governance.promises import Deed, DeedState, Promise, PromiseState, Shown, tell_deed
from governance.refused import Refused
from governance.wishes import State
from governance.wishfile import Wish
from handlers import authority
from handlers.message import Card, Choice
from handlers.points import awards
from handlers.promises import common, promising
from handlers.promises.common import DEED, DEED_REVIEW, SHOWN, on_board_as
from handlers.registry import choice, command, conversation, files_of, view
from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.wishes.common import Desk, desks, tell
from handlers.wishes.delivering import ask_photo, keep_photo
from handlers.wishes.wishing import ask_words
from handlers.words import Text, Words, _, lines
from storage import org, promises
from storage.media import File

BY_ITSELF = "none"
MOST_LINKS = 4
STATES: dict[DeedState, Words] = {
    DeedState.TOLD: _("the community is asked"),
    DeedState.CONFIRMED: _("confirmed"),
    DeedState.DECLINED: _("not confirmed"),
    DeedState.WITHDRAWN: _("taken back by you"),
}


# ── told ─────────────────────────────────────────────────────────────────────


@command("deed", menu=_("Tell a deed"), also=("微奉献", "做了件好事", "我的奉献"))
def deed(_turn: Turn) -> Start:
    return Start("deed")


@choice("promises.kept")
def kept(turn: Turn, promise_id: int, _arg: str) -> Start:
    """The promise was kept: one line and a photo make it a deed."""
    promising.load(turn, promise_id)
    return Start("deed", {"promise": promise_id})


@conversation("deed", act=True)
def deed_talk(talk: Talk, turn: Turn) -> None:
    """What was done is before the community; a promise that it was done for is kept."""
    promise_id = _for_which(talk, turn)
    made = promising.load(turn, promise_id) if promise_id is not None else None
    if made is not None and made.state not in {PromiseState.OPEN, PromiseState.UNANSWERED}:
        raise Refused("promise_settled")
    area_id = made.area_id if made is not None else common.community(talk, turn)
    _key, said = ask_words(talk, "text", _("What have you done? One sentence."))
    photo = ask_photo(talk, or_none=True)
    shown = made.shown if made is not None else common.ask_shown(talk, turn)
    if made is not None:
        made.keep(turn.speaker.person_id, turn.policy, turn.now)
        turn.post.refresh(made.id, (common.PROMISE,))
    about = "promise" if made is not None else ""
    told = _tell(turn, area_id, cover(said.text).text, shown, about, promise_id)
    if photo:
        keep_photo(turn, photo, "deed", told.id)
    turn.post.show(DEED, told.id, turn.speaker.person_id, kind="reply", fresh=True)


def _for_which(talk: Talk, turn: Turn) -> int | None:
    """The promise that it was done for; asked where the speaker has some open."""
    given = talk.given("promise")
    if given is not None:
        return int(given)
    mine = talk.recall("mine", lambda: _open_promises(turn))
    if not mine:
        return None
    options = [Option(str(number), text) for number, text in mine]
    none = Option(BY_ITSELF, _("For none of them"))
    chosen = talk.choose("for", _("For which of your promises was it?"), [*options, none])
    return None if chosen == BY_ITSELF else int(chosen)


def _open_promises(turn: Turn) -> list[tuple[int, str]]:
    found = promises.of_person(turn.db, turn.speaker.person_id)
    still = [made for made in found if made.state is PromiseState.OPEN]
    return [(made.id, made.text[:30]) for made in still[:MOST_LINKS]]


def _tell(
    turn: Turn, area_id: int, words: str, shown: Shown, about: str, subject_id: int | None
) -> Deed:
    """The deed is before whoever confirms it."""
    me, path = turn.speaker.person_id, turn.db.get_one(Area, area_id).path_ids
    desk = desks(turn, path, me)[0]
    told = tell_deed(
        *(me, area_id, words, shown, about, subject_id),
        *(desk.post, turn.policy, turn.now),
    )
    turn.db.add(told)
    turn.db.flush()
    ask(turn, told, desk)
    return told


def ask(turn: Turn, told: Deed, desk: Desk) -> None:
    at = turn.policy.work.next_open(turn.now)
    late = at if at > turn.now else None
    turn.post.show(DEED_REVIEW, told.id, desk.person_id, kind="notice", fresh=True, release_at=late)


# ── a wish that came true is a deed that its wisher has confirmed ────────────


@choice("deeds.from_wish")
def from_wish(turn: Turn, wish_id: int, _arg: str) -> Start:
    _of_wish(turn, wish_id)
    return Start("wish_deed", {"wish": wish_id})


@conversation("wish_deed", act=True)
def wish_deed_talk(talk: Talk, turn: Turn) -> None:
    """The wish stands among the helper's deeds; nothing on it tells whose wish it was."""
    wish = _of_wish(turn, int(talk.given("wish")))
    shown = common.ask_shown(talk, turn)
    words, me = wish.note, turn.speaker.person_id
    desk = desks(turn, wish.path_ids, me)[0]
    told = tell_deed(
        *(me, wish.community_id, words, shown, "wish", wish.id),
        *(desk.post, turn.policy, turn.now),
    )
    told.confirm(wish.heard_by or wish.poster_id, turn.policy, turn.now)
    turn.db.add(told)
    turn.db.flush()
    turn.post.show(DEED, told.id, me, kind="reply", fresh=True)


def _of_wish(turn: Turn, wish_id: int) -> Wish:
    """A wish that the speaker brought and that is not among their deeds yet. Raises `Refused`."""
    wish, me = turn.db.get(Wish, wish_id), turn.speaker.person_id
    if wish is None or wish.claimer_id != me or wish.state is not State.STRUCK_OFF:
        raise Refused("no_such_promise")
    if any((d.about, d.subject_id) == ("wish", wish.id) for d in promises.deeds_of(turn.db, me)):
        raise Refused("promise_settled")
    return wish


# ── the cards ────────────────────────────────────────────────────────────────


@view(DEED)
def mine(turn: Turn, deed_id: int, _again: bool) -> Card | None:
    """How it stands, for whoever did it."""
    told = turn.db.get(Deed, deed_id, populate_existing=True)
    if told is None or told.person_id != turn.speaker.person_id:
        return None
    down = _("The community took it off the board: {why}", why=told.off_board)
    text = lines(
        _("🤝 I did: {words}", words=told.text),
        STATES[told.state],
        _("Why: {why}", why=told.reason) if told.reason else "",
        down if told.off_board else SHOWN[told.shown],
    )
    back = Choice(_("Take it back"), f"deeds.withdraw:{told.id}")
    return Card(text, (back,) if told.state is DeedState.TOLD else ())


@view(DEED_REVIEW)
def review_card(turn: Turn, deed_id: int, _again: bool) -> Card | None:
    """What the community is asked to confirm."""
    told = turn.db.get(Deed, deed_id, populate_existing=True)
    if told is None:
        return None
    who = org.person_name(turn.db, told.person_id)
    text = lines(
        _("🤝 {who} did: {words}", who=who, words=told.text),
        _promised(turn, told),
        _("Do you know that it was done?") if told.state is DeedState.TOLD else STATES[told.state],
    )
    may = told.person_id != turn.speaker.person_id and _keeps_board(turn, told.area_id)
    if told.state is not DeedState.TOLD or not may:
        return Card(text)
    yes = Choice(_("Yes, confirmed"), f"deeds.confirm:{told.id}")
    return Card(text, (yes, Choice(_("I cannot confirm it"), f"deeds.decline:{told.id}")))


def _promised(turn: Turn, told: Deed) -> Text:
    made = turn.db.get(Promise, told.subject_id) if told.about == "promise" else None
    return _("For the promise: {words}", words=made.text) if made else ""


def _keeps_board(turn: Turn, area_id: int) -> bool:
    return authority.may(turn, Power.KEEP_BOARD, area_id=area_id)


# ── confirmed, or not ────────────────────────────────────────────────────────


def _load(turn: Turn, deed_id: int) -> Deed:
    """A deed that the speaker may settle. Raises `Refused`."""
    told = promises.lock_deed(turn.db, deed_id)
    if told is None:
        raise Refused("no_such_promise")
    authority.require(turn, Power.KEEP_BOARD, area_id=told.area_id)
    return told


@choice("deeds.confirm")
def confirm(turn: Turn, deed_id: int, _arg: str) -> None:
    """It was done: it is on the board if its doer agreed, and has its points."""
    told = _load(turn, deed_id)
    me = turn.speaker.person_id
    told.confirm(me, turn.policy, turn.now)
    _settled(turn, told)
    if turn.policy.deed_points:
        awards.award(
            turn,
            to=told.person_id,
            points=turn.policy.deed_points,
            rule=Rule.DEED,
            about="deed",
            subject_id=told.id,
            area_id=told.area_id,
            by=me,
            note="" if told.shown is Shown.NOT else told.text,
        )
    tell(turn, told.person_id, _("The community has confirmed: {words}", words=told.text))


@choice("deeds.decline")
def decline(_turn: Turn, deed_id: int, _arg: str) -> Start:
    return Start("decline_deed", {"deed": deed_id})


@conversation("decline_deed", act=True)
def decline_talk(talk: Talk, turn: Turn) -> None:
    told = _load(turn, talk.given("deed"))
    why = talk.ask("why", _("Why? One line; whoever told it reads it."), Typed(2, 200))
    told.decline(turn.speaker.person_id, why.text, turn.policy, turn.now)
    _settled(turn, told)
    text = lines(
        _("The community cannot confirm: {words}", words=told.text),
        _("Why: {why}", why=told.reason),
        _("If that is wrong, send “human”."),
    )
    tell(turn, told.person_id, text)


def _settled(turn: Turn, told: Deed) -> None:
    turn.db.flush()
    turn.post.refresh(told.id, (DEED, DEED_REVIEW))
    turn.post.show(DEED_REVIEW, told.id, turn.speaker.person_id, kind="reply")


@choice("deeds.withdraw")
def withdraw(turn: Turn, deed_id: int, _arg: str) -> None:
    told = promises.lock_deed(turn.db, deed_id)
    if told is None or told.person_id != turn.speaker.person_id:
        raise Refused("no_such_promise")
    told.withdraw(turn.speaker.person_id, turn.policy, turn.now)
    turn.db.flush()
    turn.post.refresh(told.id, (DEED, DEED_REVIEW))
    turn.post.show(DEED, told.id, turn.speaker.person_id, kind="reply")


@files_of("deed")
def photo_came(turn: Turn, file: File, stored: bool) -> None:
    """Whoever confirms it sees the photo; its sender knows where it could not be opened."""
    told = turn.db.get(Deed, file.subject_id) if file.subject_id else None
    if told is None or told.state is not DeedState.TOLD:
        return
    if not stored:
        tell(turn, file.person_id, _("Your photo could not be opened; the deed stands without it."))
        return
    there = desks(turn, turn.db.get_one(Area, told.area_id).path_ids, told.person_id)
    desk = next((d for d in there if d.post is told.desk), there[0])
    at = turn.policy.work.next_open(turn.now)
    card = Card(_("A photo of: {words}", words=told.text), photo=file.file)
    turn.post.to(desk.person_id, card, release_at=at if at > turn.now else None)


def as_shown(turn: Turn, told: Deed) -> Text:
    """One line of the board."""
    return _("{who}: {words}", who=on_board_as(turn, told.person_id, told.shown), words=told.text)
