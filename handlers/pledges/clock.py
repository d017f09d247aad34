"""What the clock does with projects: asks when the day has come, and ends them."""

from __future__ import annotations

from collections.abc import Callable

from governance.org import PostKind
from governance.pledges import Project, ProjectStep
from handlers.lists.common import date_words, desk, officer, put_before, tell
from handlers.pledges.cards import PROJECT, changed, givers
from handlers.registry import Due, tick
from handlers.turn import Turn
from handlers.words import Words, _
from storage import pledges


def _due(turn: Turn, project_id: int) -> None:
    project = pledges.lock(turn.db, project_id)
    step = project.due(turn.policy, turn.now) if project else None
    if project is not None and step is not None:
        turn.db.flush()
        _STEPS[step](turn, project)
        changed(turn, project)


def _ask(turn: Turn, project: Project) -> None:
    put_before(turn, PROJECT, project.id, desk(turn, project.area_id))
    tell(turn, desk(turn, project.area_id), _late(turn, project))


def _late(turn: Turn, project: Project) -> Words:
    return _(
        "{project} was to be finished by {day} and stands at {progress}%. Say how far it is.",
        project=project.name,
        day=date_words(project.until),
        progress=project.progress,
    )


def _street(turn: Turn, project: Project) -> None:
    tell(turn, officer(turn, project.area_id, PostKind.STREET_DUTY), _late(turn, project))


def _give_up(turn: Turn, project: Project) -> None:
    told = _("{project} is closed without being finished.", project=project.name)
    for person_id in {*givers(turn, project), project.by_id}:
        tell(turn, person_id, told)


def _end(turn: Turn, project: Project) -> None:
    good, bad = pledges.words_on(turn.db, project.id)
    told = _(
        "{project}: {good} residents say good, {bad} say not good.",
        project=project.name,
        good=good,
        bad=bad,
    )
    for person_id in {*givers(turn, project), project.by_id}:
        tell(turn, person_id, told)


_STEPS: dict[ProjectStep, Callable[[Turn, Project], None]] = {
    ProjectStep.ASK: _ask,
    ProjectStep.STREET: _street,
    ProjectStep.GIVE_UP: _give_up,
    ProjectStep.END: _end,
}

tick(Due("projects", pledges.due, _due, pledges.NEXT_DUE))
