"""What the clock does: asks whether a promise was kept, asks again for a deed, deletes words."""

from __future__ import annotations

from governance.org import Area
from governance.promises import DeedState, PromiseState
from governance.wishes import desk_above
from handlers.promises import deeds
from handlers.promises.common import DEED_REVIEW, PROMISE
from handlers.registry import Due, tick
from handlers.turn import Turn
from handlers.wishes.common import desks
from storage import promises


def _promise(turn: Turn, promise_id: int) -> None:
    """Its time is over: whoever made it says whether it was kept; silence stays private."""
    made = promises.lock_promise(turn.db, promise_id)
    if made is None:
        return
    if made.state is not PromiseState.OPEN:
        if made.words_until is not None and made.words_until <= turn.now:
            promises.forget_promises(turn.db, [made.id])
        return
    made.ask(turn.policy, turn.now)
    turn.db.flush()
    if made.state is PromiseState.OPEN:
        at = turn.policy.waking(turn.now)
        late = at if at > turn.now else None
        turn.post.show(PROMISE, made.id, made.person_id, kind="notice", fresh=True, release_at=late)
    turn.post.refresh(made.id, (PROMISE,))


def _deed(turn: Turn, deed_id: int) -> None:
    """Nobody has looked at it: the next desk is asked."""
    told = promises.lock_deed(turn.db, deed_id)
    if told is None:
        return
    if told.state is not DeedState.TOLD:
        if told.words_until is not None and told.words_until <= turn.now:
            promises.forget_deeds(turn.db, [told.id])
        return
    there = desks(turn, turn.db.get_one(Area, told.area_id).path_ids, told.person_id)
    told.chase(desk_above(told.desk, [desk.post for desk in there]), turn.policy, turn.now)
    turn.db.flush()
    deeds.ask(turn, told, next((d for d in there if d.post is told.desk), there[-1]))
    turn.post.refresh(told.id, (DEED_REVIEW,))


tick(Due("promises", promises.promises_due, _promise, promises.NEXT_PROMISE))
tick(Due("deeds", promises.deeds_due, _deed, promises.NEXT_DEED))
