"""发布任务: an organizer says what, where and when; reads exactly what will be posted; posts it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from governance import tasks as rules
from governance.authority import Power, reaches
from governance.discretion import cover
from governance.org import Area, AreaKind, Unit
from governance.refused import Refused
from governance.shift_times import Times, parse, parse_term
from governance.tasks import MOST_SLOTS, Joint, Kind, Shift, Task, Weekly
from handlers import authority
from handlers.message import Card, Choice
from handlers.numbers import ask_number, people, points
from handlers.registry import conversation
from handlers.talk.answers import LOCATION, Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.tasks.cards import CONSENT, heading
from handlers.tasks.common import (
    CARD,
    DESK,
    JOINTS,
    community_of,
    groups_of,
    require_power,
    when,
)
from handlers.turn import Start, Turn
from handlers.watches import WEEKDAYS
from handlers.words import Text, _, line, lines, listed, ngettext, paragraphs
from storage import org, reportin

SLOTS = (5, 10, 20, 50)
_SLOTS_WANTED = _("How many people are needed each time? For example: 8 people")
_POINTS_WORTH = _("How many points is it worth? For example: 3 points")
NONE = Option("none", _("None in particular"))


# ── from the first word to the card ──────────────────────────────────────────


def publish_from(
    turn: Turn,
    about: str,
    subject_id: int,
    *,
    area_id: int,
    title: str = "",
    place: str = "",
    beneficiary: int | None = None,
) -> Start:
    """The organizer's conversation with what is known already; the task then names where it came
    from (`about` has at most 8 characters). Whoever calls this has checked the speaker's rights
    over the subject. `title` and `place` are published: nothing private may stand in them.
    """
    given: dict[str, object] = {"about": about, "subject": subject_id}
    given["area"] = community_of(turn, area_id).id
    if title:
        given["title"] = cover(title).text[:60]
    if place:
        given["at"] = cover(place).text[:100]
    if beneficiary is not None:
        given["beneficiary"] = beneficiary
    return Start("task", given)


@conversation("task", menu=_("Publish a task"), also=("发布任务", "发任务", "招募志愿者"), act=True)
def organize(talk: Talk, turn: Turn) -> None:
    """From the first word to the card in the groups."""
    place = _community(talk, turn)
    task = Task(
        title=_title(talk),
        place=_place(talk),
        area_id=place.area_id,
        unit_id=place.unit_id,
        organizer_id=turn.speaker.person_id,
        kind=Kind.ONCE,
        points=turn.policy.points.task,
        slots=1,
        opened_at=turn.now,
        about=talk.given("about") or "",
        subject_id=talk.given("subject"),
        beneficiary_id=talk.given("beneficiary"),
    )
    times = _times(talk, turn, task)
    _numbers(talk, turn, task)
    task.latitude, task.longitude = _point(talk)
    if not talk.confirm("sure", _summary(turn, task, times), _("Publish"), _CHANGES):
        talk.say(_("Nothing was published."))
        return
    require_power(turn, task)
    _publish(turn, task, times)


_CHANGES = (
    Option("what", _("Change the words")),
    Option("when", _("Change the time")),
    Option("slots", _("Change the number")),
)


# ── the questions ────────────────────────────────────────────────────────────


class Place:
    """The community a task belongs to, and the unit that calls for it."""

    def __init__(self, area_id: int, unit_id: int | None) -> None:
        self.area_id, self.unit_id = area_id, unit_id


def _community(talk: Talk, turn: Turn) -> Place:
    if talk.given("area") is not None:
        return Place(int(talk.given("area")), None)
    known: list[list[Any]] = talk.recall("places", lambda: _places(turn))
    if not known:
        authority.require(turn, Power.PUBLISH_TASK)
    if len(known) == 1:
        return Place(known[0][0], known[0][1])
    options = [Option(f"{area}.{unit or 0}", name) for area, unit, name in known]
    area, _dot, unit = talk.choose("community", _("In which community?"), options).partition(".")
    return Place(int(area), int(unit) or None)


def _places(turn: Turn) -> list[tuple[int, int | None, str]]:
    """Where the speaker may publish: the communities of their posts; for a unit those where it
    sits or is registered."""
    found: dict[tuple[int, int | None], str] = {}
    for area_id, unit_id in reaches(Power.PUBLISH_TASK, authority.held(turn)):
        for area in [turn.db.get_one(Area, area_id)] if area_id else _of_unit(turn, unit_id or 0):
            community = org.ancestor(turn.db, area, AreaKind.COMMUNITY)
            if community is not None:
                found.setdefault((community.id, unit_id), community.name)
    return [(area, unit, name) for (area, unit), name in found.items()][:12]


def _of_unit(turn: Turn, unit_id: int) -> list[Area]:
    unit, registered = turn.db.get_one(Unit, unit_id), reportin.of_unit(turn.db, unit_id)
    ids = [unit.area_id, registered.area_id if registered else None]
    areas = [turn.db.get_one(Area, area_id) for area_id in ids if area_id is not None]
    within = [c for area in areas for c in org.below(turn.db, area, AreaKind.COMMUNITY)]
    return [*areas, *within]


def _title(talk: Talk) -> str:
    if talk.given("title") and not talk.changed("what"):
        return str(talk.given("title"))
    said = talk.ask(
        "what", _("What is to be done? A few words, as volunteers will read them."), Typed(2, 60)
    )
    return said.text.replace("\n", " ")


def _place(talk: Talk) -> str:
    question = _("Where do people meet? Type it.")
    if talk.given("at"):
        return str(talk.given("at"))
    return talk.ask("where", question, Typed(2, 100)).text.replace("\n", " ")


def _point(talk: Talk) -> tuple[float | None, float | None]:
    """The spot on the map lets people check in by their location."""
    question = _(
        "Share the location of the place if people shall be able to check in by theirs; else skip it."
    )
    said = talk.ask("point", question, LOCATION, options=(Option("skip", _("Skip")),))
    if said.kind != "location":
        return None, None
    latitude, longitude = said.value
    return latitude, longitude


def _times(talk: Talk, turn: Turn, task: Task) -> list[tuple[datetime, datetime]]:
    """The shifts to begin with; what is weekly is noted in the task."""
    question: Text = lines(
        _(
            "When? For example: Saturday 9:00-11:00; several with a comma between; every Saturday 9:00-11:00."
        ),
        _("For a post give its term: from 12-1 to 2-28."),
    )
    now = datetime.fromisoformat(talk.recall("now", lambda: turn.now.isoformat()))
    local = now.astimezone(turn.policy.zone)
    n = 0
    while True:
        said = talk.ask(
            f"when{n or ''}", question, Typed(2, 200), after=("when",) if n else ()
        ).text
        times, term = parse(said, local), parse_term(said, local.date())
        if times is not None:
            return _noted(turn, task, times)
        if term is not None:
            task.kind = Kind.POST
            return [_term(turn, *term)]
        n += 1
        question = _(
            "I do not understand that as a time to come. Please like this: Saturday 9:00-11:00, or 11-28 14:00-16:00."
        )


def _noted(turn: Turn, task: Task, times: Times) -> list[tuple[datetime, datetime]]:
    if times.weekly:
        task.kind = Kind.WEEKLY
        task.weekly = [one.as_json() for one in times.weekly]
        return rules.upcoming(times.weekly, turn.policy, turn.now)
    return [(start.astimezone(UTC), end.astimezone(UTC)) for start, end in times.once]


def _term(turn: Turn, first: date, last: date) -> tuple[datetime, datetime]:
    ends = rules.moment(last + timedelta(days=1), time(0), turn.policy) - timedelta(minutes=1)
    return rules.moment(first, time(0), turn.policy), ends


def _numbers(talk: Talk, turn: Turn, task: Task) -> None:
    task.slots = ask_number(talk, "slots", _SLOTS_WANTED, 1, MOST_SLOTS, people, SLOTS)
    usual = turn.policy.points.task
    offered = tuple(dict.fromkeys((usual, usual + 1, usual + 2)))
    most = turn.policy.points.most
    task.points = ask_number(talk, "points", _POINTS_WORTH, 1, most, points, offered)
    skills = talk.ask(
        "skills", _("Which skills are needed? Type them, or none."), Typed(2, 60), options=(NONE,)
    )
    if skills.kind == "text":
        words = skills.text.replace("，", "、").replace(",", "、").replace(" ", "、").split("、")
        task.skills = [word[:20] for word in words if word][:5]
    joints = [Option(joint, name) for joint, name in JOINTS.items()]
    joint = talk.choose(
        "joint", _("Does it belong to one of the six joint fields?"), [*joints, NONE]
    )
    task.joint = None if joint == NONE.code else Joint(joint)


def _summary(turn: Turn, task: Task, times: Sequence[tuple[datetime, datetime]]) -> Text:
    """Exactly what will be posted, and where."""
    rows = [
        line(
            when(turn, task.kind, start, end),
            _("claimed {taken}/{slots}", taken=0, slots=task.slots),
            separator=" ",
        )
        for start, end in times[:3]
    ]
    count = len(groups_of(turn, task))
    where = (
        ngettext("This is posted in {count} group:", "This is posted in {count} groups:", count)
        if count
        else _("No group is bound here, so nothing is posted by itself; you get a text to pass on:")
    )
    more = (
        ngettext("{count} time in all", "{count} times in all", len(times))
        if len(times) > 3
        else ""
    )
    return paragraphs(lines(where, _repeats(task)), heading(task), lines(*rows, more), CONSENT)


def _repeats(task: Task) -> Text:
    if task.kind is not Kind.WEEKLY:
        return ""
    found = [Weekly.of(row) for row in task.weekly]
    days = [
        line(
            WEEKDAYS[w.weekday],
            f"{w.start.hour}:{w.start:%M}–{w.end.hour}:{w.end:%M}",
            separator=" ",
        )
        for w in found
    ]
    return _("Every week: {days}", days=listed(*days))


# ── published ────────────────────────────────────────────────────────────────


def _publish(turn: Turn, task: Task, times: Sequence[tuple[datetime, datetime]]) -> None:
    """The task is in the groups, and the organizer has a desk for its first shift."""
    first = put_out(turn, task, times)
    count = len(groups_of(turn, task))
    done = (
        ngettext("Published in {count} group.", "Published in {count} groups.", count)
        if count
        else _("Published.")
    )
    passing = _("For groups I am not in, tap “Text to pass on”.")
    stop = Choice(_("End the task"), f"tasks.end:{task.id}")
    turn.post.reply(Card(lines(done, passing), (stop,)))
    turn.post.show(DESK, first.id, turn.speaker.person_id, kind="reply", fresh=True)


def put_out(turn: Turn, task: Task, times: Sequence[tuple[datetime, datetime]]) -> Shift:
    """The task is in the groups of its place; returns its first shift."""
    if task.kind is Kind.WEEKLY:
        task.next_at = rules.grow_next(turn.policy, turn.now)
    turn.db.add(task)
    turn.db.flush()
    made = [
        add_shift(turn, task, start, end)
        for start, end in times
        if start > turn.now or not task.kind.closes_at_start
    ]
    if not made:
        raise Refused("task_over")
    turn.db.flush()
    for group in groups_of(turn, task):
        turn.post.show_in_group(CARD, task.id, group.lane, group.language, fresh=True)
    return made[0]


def add_shift(turn: Turn, task: Task, start: datetime, end: datetime) -> Shift:
    """One more time to claim, with a code of its own and the clock set."""
    shift = Shift(task.id, start, end, task.slots, f"{secrets.randbelow(10_000):04d}")
    rules.plan(shift, task.kind, turn.policy, turn.now)
    turn.db.add(shift)
    return shift
