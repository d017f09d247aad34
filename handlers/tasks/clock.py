"""What the clock does with shifts: reminds, closes, asks the organizer until all is said."""

from __future__ import annotations

from governance import claims as rules
from governance import tasks as of_tasks
from governance.claims import Claim, ClaimState
from governance.tasks import Kind, Stage, TaskState, Weekly
from handlers.registry import Due, tick
from handlers.tasks.cards import unsettled
from handlers.tasks.common import CARD, Desk, changed, groups_of, load, show_mine, tell, title
from handlers.tasks.organizing import add_shift
from handlers.tasks.settling import ask
from handlers.turn import Turn
from handlers.words import Text, Words, _
from storage import claims, tasks


def handle(turn: Turn, shift_id: int) -> None:
    """The one thing that is due on a shift; what is no longer due is left alone."""
    desk = load(turn, shift_id)
    shift = desk.shift
    if shift.next_at is None or shift.next_at > turn.now:
        return
    if shift.stage in {Stage.DAY, Stage.HOUR}:
        _remind(turn, desk)
        of_tasks.plan(shift, desk.task.kind, turn.policy, turn.now)
    else:
        _close(turn, desk)


def _remind(turn: Turn, desk: Desk) -> None:
    """Whoever has a slot, unless they want no reminders."""
    found = claims.of_shift(turn.db, desk.shift.id)
    coming = [c.person_id for c in found if c.state is ClaimState.CLAIMED]
    quiet = claims.quiet(turn.db, coming)
    for person_id in coming:
        if person_id not in quiet:
            tell(turn, person_id, _reminder(turn, desk))
            show_mine(turn, desk.shift.id, person_id)


def _reminder(turn: Turn, desk: Desk) -> Text:
    what: Words
    if desk.shift.stage is Stage.HOUR:
        what = _(
            "In an hour: {what}, {place}. If you cannot come, give the slot back now.",
            what=title(turn, desk),
            place=desk.task.place,
        )
    else:
        what = _(
            "Tomorrow: {what}, {place}. If you cannot come, give the slot back today.",
            what=title(turn, desk),
            place=desk.task.place,
        )
    return what


def _close(turn: Turn, desk: Desk) -> None:
    """Whoever was there has left by now; whoever still waited does so no more; the rest is for
    the organizer to say, and they are asked each working morning until it is said."""
    shift = desk.shift
    found = claims.of_shift(turn.db, shift.id)
    for claim in found:
        _over(turn, desk, claim)
    if unsettled(found):
        ask(turn, desk, found)
        of_tasks.chase(shift, turn.policy, turn.now)
    else:
        shift.settle(turn.now)
    _end_task(turn, desk)
    changed(turn, desk)


def _over(turn: Turn, desk: Desk, claim: Claim) -> None:
    shift = desk.shift
    if claim.state in {ClaimState.WAITLISTED, ClaimState.HELD}:
        rules.free(shift, claim)
    elif desk.task.kind is Kind.POST and claim.state is ClaimState.CLAIMED:
        rules.serve(shift, claim)
    elif claim.state is ClaimState.ARRIVED:
        rules.leave(shift, claim, turn.now)
        show_mine(turn, shift.id, claim.person_id)


def _end_task(turn: Turn, desk: Desk) -> None:
    """With its last shift a task has ended; a weekly one only when somebody ends it."""
    task = desk.task
    last = all(one.over(turn.now) or one.cancelled_at for one in tasks.of_task(turn.db, task.id))
    if last and task.kind is not Kind.WEEKLY and task.state is TaskState.PUBLISHED:
        task.end(turn.now, cancelled=False)


def grow(turn: Turn, task_id: int) -> None:
    """A weekly task has its shifts for the days that can be seen ahead; the groups see new ones."""
    task = tasks.lock_task(turn.db, task_id)
    if task is None or task.next_at is None or task.next_at > turn.now:
        return
    have = {shift.starts_at for shift in tasks.of_task(turn.db, task_id)}
    weekly = [Weekly.of(row) for row in task.weekly]
    fresh = [
        times for times in of_tasks.upcoming(weekly, turn.policy, turn.now) if times[0] not in have
    ]
    for start, end in fresh:
        add_shift(turn, task, start, end)
    task.next_at = of_tasks.grow_next(turn.policy, turn.now)
    turn.db.flush()
    if fresh:
        for group in groups_of(turn, task):
            turn.post.show_in_group(
                CARD, task.id, group.lane, group.language, fresh=True, kind="notice"
            )


tick(Due("task_shifts", tasks.due, handle, tasks.NEXT_DUE))
tick(Due("task_weeks", tasks.growing, grow, tasks.NEXT_GROWTH))
