"""A project on one card: for whoever may give, for its community, and for a whole group."""

from __future__ import annotations

from collections.abc import Sequence

from governance.authority import Power
from governance.org import Area
from governance.pledges import Give, Project, ProjectState
from governance.refused import Refused
from handlers import authority
from handlers.lists.common import bases, date_words
from handlers.lists.services import is_member
from handlers.message import Card, Choice
from handlers.registry import view
from handlers.turn import Turn
from handlers.words import Text, Words, _, line, lines, ngettext
from storage import groups, media, pledges
from storage.pledges import Filled

PROJECT = "pledges.project"
GIVES: dict[Give, Words] = {
    Give.MONEY: _("money"),
    Give.GOODS: _("goods"),
    Give.LABOUR: _("labour"),
}
STATES: dict[ProjectState, Words] = {
    ProjectState.OPEN: _("under way"),
    ProjectState.FINISHED: _("finished; the residents are asked"),
    ProjectState.ENDED: _("finished"),
    ProjectState.UNFINISHED: _("closed without being finished"),
}


def amount_words(give: Give, amount: int) -> Text:
    """So much of it, in its measure."""
    if give is Give.MONEY:
        return _("{amount} yuan", amount=amount)
    if give is Give.GOODS:
        return ngettext("{count} piece", "{count} pieces", amount)
    return ngettext("{count} hour", "{count} hours", amount)


def load(turn: Turn, project_id: int) -> Project:
    """The project, locked. Raises `Refused`."""
    project = pledges.lock(turn.db, project_id)
    if project is None:
        raise Refused("no_such_project")
    return project


def load_to_run(turn: Turn, project_id: int) -> Project:
    """The same for its community's office."""
    project = load(turn, project_id)
    authority.require(turn, Power.RUN_PROJECT, area_id=project.area_id)
    return project


@view(PROJECT)
def project_card(turn: Turn, project_id: int, _again: bool) -> Card | None:
    """How far it is, what is still missing, and what its reader may do."""
    project = turn.db.get(Project, project_id, populate_existing=True)
    if project is None:
        return None
    return Card(words_of(turn, project), _choices(turn, project))


def words_of(turn: Turn, project: Project) -> Text:
    area = turn.db.get_one(Area, project.area_id).name
    return lines(
        line("🧱", _("{area}: {name}", area=area, name=project.name), separator=" "),
        _("Where: {place}", place=project.place),
        _(
            "By {day}, {progress}% done",
            day=date_words(project.until),
            progress=project.progress,
        ),
        *(line_words(filled) for filled in pledges.lines_of(turn.db, project.id)),
        STATES[project.state] if project.state is not ProjectState.OPEN else "",
        _("Result: {words}", words=project.note) if project.note else "",
        _photos(turn, project),
        _word(turn, project),
    )


def line_words(filled: Filled) -> Text:
    """One thing it needs: how much is promised, has arrived, and is missing."""
    give = filled.line.give
    return _(
        "· {what}, {amount}: {pledged} promised, {received} arrived, {missing} missing",
        what=filled.line.what,
        amount=amount_words(give, filled.line.amount),
        pledged=filled.pledged,
        received=filled.received,
        missing=filled.missing,
    )


def _photos(turn: Turn, project: Project) -> Text:
    found = media.of(turn.db, "project", project.id)
    count = sum(file.state in {"waiting", "stored"} for file in found)
    return ngettext("{count} photo", "{count} photos", count) if count else ""


def _word(turn: Turn, project: Project) -> Text:
    if project.state not in {ProjectState.FINISHED, ProjectState.ENDED}:
        return ""
    good, bad = pledges.words_on(turn.db, project.id)
    return _("Residents: {good} say good, {bad} say not good", good=good, bad=bad)


def _choices(turn: Turn, project: Project) -> tuple[Choice, ...]:
    on = project.id
    give = Choice(_("Pledge something"), f"pledges.give:{on}")
    if turn.person is None:
        if project.state is ProjectState.FINISHED:
            return (
                Choice(_("It is good"), f"pledges.word:{on}:good"),
                Choice(_("It is not good"), f"pledges.word:{on}:bad"),
            )
        return (give,) if project.state is ProjectState.OPEN else ()
    if project.state is not ProjectState.OPEN:
        return ()
    found: list[Choice] = []
    if authority.may(turn, Power.RUN_PROJECT, area_id=project.area_id):
        found += [
            Choice(_("Something arrived"), f"pledges.arrived:{on}"),
            Choice(_("How far it is"), f"pledges.progress:{on}"),
            Choice(_("It is finished"), f"pledges.finish:{on}"),
        ]
    return (*([give] if may_give(turn) else []), *found)


def may_give(turn: Turn) -> bool:
    """Whether the speaker is a member or speaks for a unit."""
    return bool(bases(turn, Power.PLEDGE)) or is_member(turn)


def changed(turn: Turn, project: Project) -> None:
    """Everybody who has the card sees how it stands."""
    turn.db.flush()
    turn.post.refresh(project.id, (PROJECT,))


def show_in_groups(turn: Turn, project: Project, *, fresh: bool = False) -> None:
    """The groups of the community have the card."""
    for group in groups.groups_over(turn.db, [project.area_id]):
        turn.post.show_in_group(PROJECT, project.id, group.lane, group.language, fresh=fresh)


def givers(turn: Turn, project: Project) -> Sequence[int]:
    """Everybody who has said a pledge for it."""
    found = (pledge.by_id for pledge in pledges.of_project(turn.db, project.id))
    return list(dict.fromkeys(found))
