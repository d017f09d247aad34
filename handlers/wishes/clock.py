"""What the clock does with wishes: passes on, offers again, asks who is late, never decides."""

from __future__ import annotations

from governance.org import PostKind
from governance.wishes import Act, desk_above
from governance.wishfile import Wish
from handlers.cases.common import tell_officer
from handlers.registry import Due, tick
from handlers.turn import Turn
from handlers.wishes import common, publishing
from handlers.wishes.answering import ask_for_a_call
from handlers.wishes.claiming import free_again
from handlers.wishes.common import CLAIM, MINE, VIEWS, desk_of, keep, show_desk
from handlers.words import When, _, lines
from storage import wishes

MOST_ASKED = 2  # then the community is asked to telephone about the words
STREETS = frozenset({PostKind.STREET_DUTY, PostKind.STREET_HEAD})


def handle(turn: Turn, wish_id: int) -> None:
    """Does the one thing that is due on a wish; what is no longer due is left alone."""
    wish = wishes.lock(turn.db, wish_id)
    if wish is None:
        return
    act = wish.due_act(turn.now)
    if act is not None:
        STEPS[act](turn, wish)
    elif wish.words_until is not None and wish.words_until <= turn.now:
        _forget(turn, wish.id)


def _escalate(turn: Turn, wish: Wish) -> None:
    """Nobody looked at it in time: the next desk has it, and the wisher reads that."""
    before, there = wish.desk, common.desks(turn, wish.path_ids, wish.poster_id)
    wish.escalate(desk_above(wish.desk, [desk.post for desk in there]), turn.policy, turn.now)
    keep(turn, wish)
    desk = desk_of(turn, wish)
    show_desk(turn, wish, desk)
    if wish.desk is not before:
        text = lines(
            _("You were to hear about {what} by now, and did not. Sorry.", what=common.short(wish)),
            _(
                "{who} has it now and looks at it by {when}.",
                who=desk.called,
                when=When(wish.review_due),
            ),
        )
        common.tell(turn, wish.poster_id, text)


def _ask_agree(turn: Turn, wish: Wish) -> None:
    wish.ask_agree(turn.policy, turn.now)
    keep(turn, wish)
    common.show(turn, MINE, wish, wish.poster_id)
    if wish.calls >= MOST_ASKED:
        text = _(
            "{what}: its wisher does not say whether your words are right. Please telephone; until then nobody reads it.",
            what=common.short(wish),
        )
        tell_officer(turn, desk_of(turn, wish).person_id, text)


def _reoffer(turn: Turn, wish: Wish) -> None:
    wish.reoffer(turn.policy, turn.now)
    keep(turn, wish)
    publishing.offer(turn, wish)


def _show_street(turn: Turn, wish: Wish) -> None:
    """The street sees what nobody claims; the wisher knows that it is not forgotten."""
    wish.show_street(turn.policy, turn.now)
    keep(turn, wish)
    there = common.desks(turn, wish.path_ids, wish.poster_id)
    show_desk(turn, wish, next((d for d in there if d.post in STREETS), there[-1]))
    text = _(
        "Nobody has claimed {what} yet. The street office is looking for somebody too; it stays published.",
        what=common.short(wish),
    )
    common.tell(turn, wish.poster_id, text)


def _ask_late(turn: Turn, wish: Wish) -> None:
    """First the claimer is asked; the wisher reads that it is late, and why nothing came."""
    wish.ask_late(turn.policy, turn.now)
    keep(turn, wish)
    if wish.claimer_id is not None:
        common.show(turn, CLAIM, wish, wish.claimer_id)
    text = _(
        "{what} was promised for {day} and has not come. Sorry; the helper is being asked.",
        what=common.short(wish),
        day=When(wish.promised or turn.now, date_only=True),
    )
    common.tell(turn, wish.poster_id, text)


def _release(turn: Turn, wish: Wish) -> None:
    claimer = wish.claimer_id
    wish.release(turn.policy, turn.now)
    keep(turn, wish)
    publishing.offer(turn, wish)
    if claimer is not None:
        text = _(
            "{what} is free again, as no answer came. You can still claim it.",
            what=common.short(wish),
        )
        common.tell(turn, claimer, text)
    free_again(turn, wish)


def _remind(turn: Turn, wish: Wish) -> None:
    wish.remind(turn.policy, turn.now)
    keep(turn, wish)
    common.show(turn, MINE, wish, wish.poster_id)


STEPS = {
    Act.ESCALATE: _escalate,
    Act.ASK_AGREE: _ask_agree,
    Act.REOFFER: _reoffer,
    Act.SHOW_STREET: _show_street,
    Act.ASK_LATE: _ask_late,
    Act.RELEASE: _release,
    Act.REMIND: _remind,
    Act.CALL: ask_for_a_call,
}


def _forget(turn: Turn, wish_id: int) -> None:
    """What was said is deleted, also from the cards that can still be changed."""
    wishes.forget_words(turn.db, [wish_id])
    turn.post.refresh(wish_id, VIEWS)


tick(Due("wishes", wishes.due, handle, wishes.NEXT_DUE))
