"""Where tasks come from: a case, a wish, a whistle that runs; and volunteers who are asked for in
the act of blowing one."""

from __future__ import annotations

from governance import claims as rules
from governance import tasks as of_tasks
from governance.authority import Power
from governance.casefile import Case
from governance.claims import ClaimState
from governance.discretion import cover
from governance.org import Area
from governance.plans import Plan
from governance.refused import Refused
from governance.tasks import HOUR, Kind, Shift, Task, TaskState
from governance.whistlefile import Whistle
from governance.whistles import WhistleState
from governance.wishes import Audience, State
from governance.wishfile import Wish
from handlers import authority
from handlers.cases.wording import STILL
from handlers.message import Card
from handlers.points import awards
from handlers.registry import Moment, choice, when
from handlers.tasks.common import (
    CASE,
    DESK,
    TASK,
    WHISTLE,
    WISH,
    Desk,
    changed,
    community_of,
    groups_of,
    load,
    title,
)
from handlers.tasks.organizing import publish_from, put_out
from handlers.turn import Start, Turn
from handlers.whistles import common as of_whistles
from handlers.words import Text, _, lines, ngettext
from storage import claims, tasks


@choice("tasks.from_case")
def from_case(turn: Turn, case_id: int, _arg: str) -> Start:
    """What a case needs many hands for becomes a task; its reporter may confirm the work."""
    case = turn.db.get(Case, case_id)
    if case is None:
        raise Refused("no_such_case")
    authority.require(turn, Power.PUBLISH_TASK, area_id=case.area_id)
    return publish_from(
        turn, CASE, case.id, area_id=case.area_id, place=case.place, beneficiary=case.reporter_id
    )


@choice("tasks.from_wish")
def from_wish(turn: Turn, wish_id: int, _arg: str) -> Start:
    """A published wish that needs many hands; its wisher may confirm the work.

    Its words stand in the task only where everybody may read them: a task is passed on to
    groups that nobody here knows.
    """
    wish = turn.db.get(Wish, wish_id)
    if wish is None:
        raise Refused("no_such_wish")
    authority.require(turn, Power.REVIEW_WISH, area_id=wish.area_id)
    authority.require(turn, Power.PUBLISH_TASK, area_id=wish.community_id)
    if wish.state in {State.COLLECTED, State.VERIFIED}:
        raise Refused("wish_unread")
    if wish.state is not State.PUBLISHED:
        raise Refused("wish_settled")
    words = wish.public_text if wish.audience is Audience.PUBLIC else ""
    return publish_from(
        turn, WISH, wish.id, area_id=wish.community_id, title=words, beneficiary=wish.poster_id
    )


@choice("tasks.from_whistle")
def from_whistle(turn: Turn, whistle_id: int, _arg: str) -> Start:
    """Volunteers come to where the units are; for whoever may run the whistle."""
    whistle = turn.db.get(Whistle, whistle_id)
    if whistle is None:
        raise Refused("no_such_whistle")
    if not of_whistles.runs(turn, of_whistles.Scene(whistle, [])):
        raise Refused("not_your_whistle", number=whistle.number)
    if whistle.state is not WhistleState.BLOWN:
        raise Refused("whistle_moved_on", number=whistle.number)
    return publish_from(turn, WHISTLE, whistle.id, area_id=whistle.area_id, place=whistle.place)


# ── what was done for a case, and was not ────────────────────────────────────


@when(Moment.REDONE)
def redone(turn: Turn, case_id: int) -> Text:
    """What tasks from the case gave counts no more where its reporter says that nobody came or
    nothing has changed; whoever had it can object. Other words may mean that it came back: the
    organizer reads them and decides."""
    case = turn.db.get_one(Case, case_id)
    for task in tasks.about(turn.db, CASE, case_id):
        for shift in tasks.of_task(turn.db, task.id):
            if _anybody_done(turn, shift):
                _doubted(turn, Desk(task, shift), case.redo_words)
    return ""


def _anybody_done(turn: Turn, shift: Shift) -> bool:
    done = {ClaimState.LEFT, ClaimState.CONFIRMED}
    return any(claim.state in done for claim in claims.of_shift(turn.db, shift.id))


def _doubted(turn: Turn, desk: Desk, words: str) -> None:
    if words in STILL:
        why = turn.say(_("the resident says that it was not done"))
        me = turn.speaker.person_id
        awards.reverse(turn, about=TASK, subject_id=desk.shift.id, to=None, reason=why, by=me)
        said = _("The points for it are taken back; each of them can object.")
    else:
        said = _("No points were taken back. If it was not done, tap “Somebody's is not right”.")
    text = lines(
        _(
            "{what}: the resident says it is not solved: {words}.",
            what=title(turn, desk),
            words=STILL.get(words, words),
        ),
        said,
    )
    at = turn.policy.work.next_open(turn.now)
    late = at if at > turn.now else None
    organizer = desk.task.organizer_id
    turn.post.to(organizer, Card(text), release_at=late)
    turn.post.show(DESK, desk.shift.id, organizer, kind="notice", fresh=True, release_at=late)


# ── in the same act ──────────────────────────────────────────────────────────


@when(Moment.BLOWN)
def blown(turn: Turn, whistle_id: int) -> Text:
    """The volunteers of the plan are asked for at once, and claim until it is over."""
    whistle = turn.db.get_one(Whistle, whistle_id)
    plan = turn.db.get(Plan, whistle.plan_id) if whistle.plan_id else None
    if plan is None or not plan.volunteers:
        return ""
    task = _called(turn, whistle, plan)
    until = max(whistle.result_due, turn.now + HOUR)
    first = put_out(turn, task, [(turn.now, until)])
    turn.post.show(DESK, first.id, whistle.by_id, kind=of_whistles.urgency(whistle), fresh=True)
    return _asked_for(turn, task)


def _called(turn: Turn, whistle: Whistle, plan: Plan) -> Task:
    return Task(
        title=plan.volunteers_do,
        place=cover(whistle.place).text[:100],
        area_id=community_of(turn, whistle.area_id).id,
        organizer_id=whistle.by_id,
        kind=Kind.URGENT,
        points=turn.policy.points.task,
        slots=plan.volunteers,
        opened_at=turn.now,
        latitude=whistle.latitude,
        longitude=whistle.longitude,
        about=WHISTLE,
        subject_id=whistle.id,
    )


def _asked_for(turn: Turn, task: Task) -> Text:
    count = len(groups_of(turn, task))
    asked = ngettext(
        "{count} volunteer is asked for as well: {what}.",
        "{count} volunteers are asked for as well: {what}.",
        task.slots,
        what=task.title,
    )
    where = (
        ngettext("It stands in {count} group.", "It stands in {count} groups.", count)
        if count
        else _("No group is bound in {area}.", area=turn.db.get_one(Area, task.area_id).name)
    )
    return lines(asked, where, _("For groups I am not in, tap “Text to pass on”."))


@when(Moment.OVER)
def over(turn: Turn, whistle_id: int) -> Text:
    """Nobody has to come any more: whoever was on the way knows, whoever was there has left."""
    for task in tasks.about(turn.db, WHISTLE, whistle_id):
        if task.kind is Kind.URGENT and task.state is TaskState.PUBLISHED:
            for shift in tasks.of_task(turn.db, task.id):
                _stop(turn, load(turn, shift.id))
            task.end(turn.now, cancelled=False)
            turn.db.flush()
    return ""


def _stop(turn: Turn, desk: Desk) -> None:
    for claim in claims.of_shift(turn.db, desk.shift.id):
        if claim.state is ClaimState.ARRIVED:
            rules.leave(desk.shift, claim, turn.now)
        elif claim.state in {ClaimState.CLAIMED, ClaimState.WAITLISTED, ClaimState.HELD}:
            rules.free(desk.shift, claim)
            text = _("It is over, you need not come any more: {what}.", what=title(turn, desk))
            turn.post.to(claim.person_id, Card(text))
    of_tasks.stop(desk.shift, turn.now)
    changed(turn, desk)
