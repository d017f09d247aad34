"""Has it come? Only the wisher's own yes strikes a wish off; then thanks may be passed on."""

from __future__ import annotations

from governance.discretion import cover
from governance.points import Rule
from governance.refused import Refused
from governance.wishes import Heard, Role, State
from governance.wishfile import Wish
from handlers.message import Choice
from handlers.points import awards
from handlers.registry import choice, conversation, receipt
from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.wishes import common
from handlers.wishes.claiming import name_of
from handlers.wishes.common import CLAIM, MINE, REVIEW, desk_of, keep, load, number, show_desk
from handlers.words import Reader, Text, _, lines, render
from storage import org, wishes

YES = {heard.value: heard for heard in Heard}


# ── yes ──────────────────────────────────────────────────────────────────────


@choice("wishes.yes")
def yes(turn: Turn, wish_id: int, heard: str) -> Start | None:
    """Struck off: the claimer knows, and the wisher may send a word of thanks."""
    wish, by = load(turn, wish_id)
    wish.confirm(by, YES.get(heard, Heard.OWN), turn.policy, turn.now)
    keep(turn, wish)
    _claimer_knows(turn, wish, by.person_id)
    if Role.WISHER in by.roles:
        turn.post.show(MINE, wish.id, turn.speaker.person_id, kind="reply")
        return Start("thank_wish", {"wish": wish.id})
    turn.post.show(REVIEW, wish.id, turn.speaker.person_id, kind="reply")
    common.show(turn, MINE, wish, wish.poster_id)
    return None


def _claimer_knows(turn: Turn, wish: Wish, by: int | None) -> None:
    """With the points, whose public notice says nothing of the wish: it would tell who helped."""
    if wish.claimer_id is None:
        return
    text = lines(
        _("It came true: {what}. The wisher says yes. Thank you.", what=common.short(wish)),
        number(wish),
    )
    known = Choice(_("They may know who I am"), f"wishes.name:{wish.id}")
    deed = Choice(_("Put it among my deeds"), f"deeds.from_wish:{wish.id}")
    common.tell(turn, wish.claimer_id, text, (known, deed))
    # Whoever claimed it may have turned out to be the wisher (storage/merging.py).
    if turn.policy.wish_points and wish.claimer_id != wish.poster_id:
        awards.award(
            turn,
            to=wish.claimer_id,
            points=turn.policy.wish_points,
            rule=Rule.WISH,
            about="wish",
            subject_id=wish.id,
            area_id=wish.community_id,
            by=by,
        )


# ── no ───────────────────────────────────────────────────────────────────────


@choice("wishes.no")
def no(_turn: Turn, wish_id: int, _arg: str) -> Start:
    return Start("refuse_wish", {"wish": wish_id})


@choice("wishes.dispute")
def dispute(_turn: Turn, wish_id: int, _arg: str) -> Start:
    return Start("refuse_wish", {"wish": wish_id})


@conversation("refuse_wish", act=True)
def refuse_talk(talk: Talk, turn: Turn) -> None:
    """Back to the claimer with what is missing; the community knows."""
    wish, by = load(turn, talk.given("wish"))
    if not by.roles & {Role.WISHER, Role.REVIEWER}:
        raise Refused("wish_not_yours")
    if wish.state not in {State.DELIVERED, State.STRUCK_OFF}:
        raise Refused("wish_settled")
    said = talk.ask(
        "words",
        _("What is missing? One line, or tap."),
        Typed(2, 200),
        options=(
            Option("nothing", _("Nothing has come")),
            Option("other", _("It is not the right thing")),
        ),
    )
    words = cover(said.text).text or str(said.value)
    disputed = wish.state is State.STRUCK_OFF
    act = wish.dispute if disputed else wish.refuse
    act(by, words, turn.policy, turn.now)
    keep(turn, wish)
    if disputed:
        _points_back(turn, wish, talk.reader)
    if wish.claimer_id is not None:
        common.show(turn, CLAIM, wish, wish.claimer_id)
    desk = desk_of(turn, wish)
    if desk.person_id != turn.speaker.person_id:
        common.tell(
            turn,
            desk.person_id,
            _(
                "{what}: the wisher says it has not come right. The helper knows.",
                what=common.short(wish),
            ),
        )
    talk.say(_("Sorry. The helper knows, and so does the community; you are asked again."))


def _points_back(turn: Turn, wish: Wish, reader: Reader) -> None:
    """What was given for a yes that the wisher never said counts no more."""
    why = render(_("The wisher says that it has not come."), reader)
    me = turn.speaker.person_id
    awards.reverse(turn, about="wish", subject_id=wish.id, to=None, reason=why, by=me)


@receipt("wishes.question")
def question_came(turn: Turn, wish_id: int, _arg: str, delivered: bool) -> None:
    """A question that cannot reach the wisher needs a telephone call now, not in three days."""
    wish = None if delivered else wishes.lock(turn.db, wish_id)
    if wish is not None and wish.state is State.DELIVERED and not wish.calls:
        ask_for_a_call(turn, wish)


def ask_for_a_call(turn: Turn, wish: Wish) -> None:
    """The community has the wish before it, to telephone; it stays open until somebody answers."""
    wish.call(turn.policy, turn.now)
    keep(turn, wish)
    show_desk(turn, wish, desk_of(turn, wish))


# ── thank you ────────────────────────────────────────────────────────────────


@choice("wishes.thank")
def thank(_turn: Turn, wish_id: int, _arg: str) -> Start:
    return Start("thank_wish", {"wish": wish_id})


@conversation("thank_wish", act=True)
def thank_talk(talk: Talk, turn: Turn) -> None:
    """The helper has the words, and no name unless both wish it."""
    wish, by = load(turn, talk.given("wish"))
    if Role.WISHER not in by.roles or wish.state is not State.STRUCK_OFF:
        raise Refused("wish_not_yours")
    question = lines(
        _("Struck off. Shall I pass a word of thanks on?"),
        _("They learn no name unless both of you want that."),
    )
    said = talk.ask("words", question, Typed(1, 200), options=(Option("none", _("No, thank you")),))
    options = (Option("no", _("No name")), Option("yes", _("They may know who I am")))
    name = talk.choose("name", _("May they know who you are?"), options)
    if said.kind == "text":
        wish.thank(by, cover(said.text).text, turn.now)
        _passed_on(turn, wish)
    if name == "yes":
        _known(turn, wish, both=wish.show_name(by, turn.now))
    keep(turn, wish)
    talk.say(
        _("Passed on. All the best to you.")
        if said.kind == "text"
        else _("All right. All the best to you.")
    )


def _passed_on(turn: Turn, wish: Wish) -> None:
    if wish.claimer_id is not None:
        text = _("Thanks for {what}: “{words}”", what=common.short(wish), words=wish.thanks)
        known = Choice(_("They may know who I am"), f"wishes.name:{wish.id}")
        common.tell(turn, wish.claimer_id, text, () if wish.claimer_known else (known,))


@choice("wishes.name")
def show_name(turn: Turn, wish_id: int, _arg: str) -> None:
    """The claimer agrees to be known; names are told only when the wisher agrees as well."""
    wish, by = load(turn, wish_id)
    both = wish.show_name(by, turn.now)
    keep(turn, wish)
    turn.post.toast = _("Noted. Names are told only if both of you want it.")
    _known(turn, wish, both=both)


def _known(turn: Turn, wish: Wish, *, both: bool) -> None:
    if not both or wish.claimer_id is None:
        return
    wisher = wish.for_name or org.person_name(turn.db, wish.poster_id)
    common.tell(turn, wish.poster_id, _helped(turn, wish))
    common.tell(
        turn,
        wish.claimer_id,
        _(
            "You both want to be known: {name} wished for {what}.",
            name=wisher,
            what=common.short(wish),
        ),
    )


def _helped(turn: Turn, wish: Wish) -> Text:
    return _(
        "You both want to be known: {name} brought {what}.",
        name=name_of(turn, wish),
        what=common.short(wish),
    )
