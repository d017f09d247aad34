"""How far a project is, up to its end with a photo and the residents' word."""

from __future__ import annotations

from governance.pledges import Project
from governance.refused import Refused
from handlers.bindings import lane_of
from handlers.lists.asking import ask_amount, ask_words
from handlers.lists.common import community, tell
from handlers.lists.files import keep_photos, tell_lost
from handlers.message import Card
from handlers.pledges.cards import (
    PROJECT,
    changed,
    givers,
    load,
    load_to_run,
    show_in_groups,
)
from handlers.registry import choice, conversation, files_of
from handlers.talk.answers import PHOTO
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import _
from storage import groups, pledges
from storage.media import File


@choice("pledges.progress")
def progress(turn: Turn, project_id: int, _arg: str) -> Start:
    load_to_run(turn, project_id).require_open()
    return Start("project_progress", {"project": project_id})


@conversation("project_progress", act=True)
def progress_talk(talk: Talk, turn: Turn) -> None:
    """Everybody with the card reads how far it is."""
    project = load_to_run(turn, int(talk.given("project")))
    question = _(
        "How many percent are done? It is {progress}% now; write it like 60%.",
        progress=project.progress,
    )
    why = _("A whole number from 1 to {most}, please.", most=99)
    project.advance(ask_amount(talk, "percent", question, why, 99))
    changed(turn, project)
    talk.say(_("Noted: {progress}% done.", progress=project.progress))


@choice("pledges.finish")
def finish(turn: Turn, project_id: int, _arg: str) -> Start:
    load_to_run(turn, project_id).require_open()
    return Start("project_finish", {"project": project_id})


@conversation("project_finish", act=True)
def finish_talk(talk: Talk, turn: Turn) -> None:
    """It is finished, with a photo; the residents are asked and the givers hear it."""
    talk.accepts(PHOTO)
    project = load_to_run(turn, int(talk.given("project")))
    project.require_open()
    note = ask_words(talk, "note", _("One line for the residents: what is there now?"), 2, 300)
    if not talk.sent(PHOTO):
        talk.ask("photo", _("A photo of it, without faces, please."), PHOTO)
    project.finish(note, turn.policy, turn.now)
    keep_photos(turn, "project", project.id, talk.sent(PHOTO))
    changed(turn, project)
    show_in_groups(turn, project, fresh=True)
    for person_id in givers(turn, project):
        tell(turn, person_id, _("Finished: {project}. Thank you.", project=project.name))
    talk.say(_("Noted. The residents are asked in their group how it is."))


@files_of("project")
def settled(turn: Turn, file: File, stored: bool) -> None:
    """The groups of the community see the photo."""
    project = turn.db.get(Project, file.subject_id) if file.subject_id else None
    if project is None:
        return
    turn.post.refresh(project.id, (PROJECT,))
    if not stored:
        tell_lost(turn, file)
        return
    text = _("Finished: {project}", project=project.name)
    for group in groups.groups_over(turn.db, [project.area_id]):
        turn.post.to_group(group.lane, Card(text, photo=file.file), group.language)


@choice("pledges.word", in_groups=True)
def word(turn: Turn, project_id: int, arg: str) -> None:
    """A resident's word counts once; the last one counts."""
    project = load(turn, project_id)
    project.require_word()
    if arg not in {"good", "bad"}:
        raise Refused("project_no_word")
    if not _lives_there(turn, project):
        raise Refused("project_elsewhere")
    pledges.say(turn.db, project.id, turn.speaker.person_id, good=arg == "good", now=turn.now)
    changed(turn, project)
    turn.post.toast = _("Noted. You can change it while residents are asked.")


def _lives_there(turn: Turn, project: Project) -> bool:
    """By their home; where that is not known, by the community's group they press in."""
    home_id, event = turn.speaker.home_id, turn.event
    if home_id is not None:
        return community(turn, home_id).id == project.area_id
    if event is None or event.chat.kind != "group":
        return False
    group = groups.at(turn.db, lane_of(event))
    return group is not None and group.area_id == project.area_id
