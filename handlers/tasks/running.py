"""What the organizer does besides: a text to pass on, the result, calling off, ending."""

from __future__ import annotations

from governance.claims import COMING, free
from governance.refused import Refused
from governance.tasks import Kind, TaskState
from handlers.message import Card
from handlers.points import alerts
from handlers.registry import choice, conversation, files_of
from handlers.talk.answers import PHOTO, Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.tasks.cards import heading
from handlers.tasks.common import (
    CARD_VIEWS,
    Desk,
    changed,
    groups_of,
    load,
    load_to_run,
    names,
    require_power,
    tell,
    title,
    when_of,
)
from handlers.turn import Start, Turn
from handlers.words import Text, _, line, lines, ngettext
from storage import claims, tasks
from storage.media import File

MOST_PASSED_ON = 100


# ── for groups no bot can join ───────────────────────────────────────────────


@choice("tasks.forward")
def forward(turn: Turn, shift_id: int, _arg: str) -> None:
    """Two messages to pass on: the call with its claim number, and the list of who comes."""
    desk = load_to_run(turn, shift_id)
    call = lines(
        heading(desk.task),
        when_of(turn, desk),
        _("claimed {taken}/{slots}", taken=desk.shift.taken, slots=desk.shift.slots),
        _("To claim, send the official account: claim {number}", number=shift_id),
    )
    turn.post.reply(Card(call))
    rows = [
        line(f"{n}.", name, separator=" ")
        for n, name in enumerate(names(turn, desk.shift, MOST_PASSED_ON), 1)
    ]
    chain = lines(_("#Chain"), title(turn, desk), desk.task.place, *rows)
    turn.post.reply(Card(chain))


# ── the result ───────────────────────────────────────────────────────────────


@choice("tasks.result")
def result(turn: Turn, shift_id: int, _arg: str) -> Start:
    load_to_run(turn, shift_id)
    return Start("task_result", {"shift": shift_id})


@conversation("task_result", act=True)
def result_talk(talk: Talk, turn: Turn) -> None:
    """One line and photos without faces; the groups see them."""
    talk.accepts(PHOTO)
    desk = load_to_run(turn, int(talk.given("shift")))
    note = talk.ask("note", _("One line for the group: what was done?"), Typed(2, 300)).text
    if not talk.sent(PHOTO):
        talk.ask(
            "photo",
            _("A photo of it? Best one without faces."),
            PHOTO,
            options=(Option("skip", _("No photo")),),
        )
    desk.shift.note = note
    _keep_photos(turn, desk, talk.sent(PHOTO))
    turn.db.flush()
    for group in groups_of(turn, desk.task):
        turn.post.to_group(group.lane, Card(_result(turn, desk)), group.language)
    changed(turn, desk)
    talk.say(_("The group has it. What is left: confirm who was there."))


def _result(turn: Turn, desk: Desk) -> Text:
    found = [c for c in claims.of_shift(turn.db, desk.shift.id) if c.arrived_at is not None]
    minutes = sum(c.minutes for c in found)
    came = ngettext("{count} person came", "{count} people came", len(found))
    hours = _(
        "{hours} hours", hours=f"{minutes / 60:g}" if minutes % 60 == 0 else f"{minutes / 60:.1f}"
    )
    return lines(
        line("🙋", title(turn, desk), separator=" "),
        line(came, hours if minutes else ""),
        desk.shift.note,
    )


def _keep_photos(turn: Turn, desk: Desk, photos: list[str]) -> None:
    event = turn.event
    if event is None:
        return
    for ref in photos:
        file = File(
            event.channel,
            event.account,
            ref,
            "photo",
            turn.speaker.person_id,
            turn.now,
            about="task",
            subject_id=desk.shift.id,
            part="result",
        )
        turn.db.add(file)


@files_of("task")
def settled(turn: Turn, file: File, stored: bool) -> None:
    """The groups see the photo; whoever sent one that is none hears so."""
    if not stored:
        turn.post.to(
            file.person_id,
            Card(
                _(
                    "Your photo could not be opened as one, so it was left out. If it matters, send it again."
                )
            ),
        )
        return
    desk = _desk(turn, file.subject_id or 0)
    if desk is not None:
        alerts.photo_stored(turn, file, area_id=desk.task.area_id)
        for group in groups_of(turn, desk.task):
            turn.post.to_group(group.lane, Card(title(turn, desk), photo=file.file), group.language)


def _desk(turn: Turn, shift_id: int) -> Desk | None:
    try:
        return load(turn, shift_id)
    except Refused:
        return None


# ── called off, ended ────────────────────────────────────────────────────────


@choice("tasks.cancel")
def cancel(turn: Turn, shift_id: int, _arg: str) -> Start:
    load_to_run(turn, shift_id)
    return Start("task_cancel", {"shift": shift_id})


@conversation("task_cancel", act=True)
def cancel_talk(talk: Talk, turn: Turn) -> None:
    """It does not take place: everybody who was coming is told, with the reason."""
    desk = load_to_run(turn, int(talk.given("shift")))
    if desk.shift.cancelled_at is not None or desk.shift.begun(turn.now):
        raise Refused("task_over")
    reason = talk.ask(
        "why", _("Why is it called off? Everybody who was coming reads it."), Typed(2, 200)
    ).text
    what = title(turn, desk)
    for claim in claims.of_shift(turn.db, desk.shift.id):
        if claim.state in COMING:
            tell(
                turn,
                claim.person_id,
                _("Called off: {what}. {reason} You need not come.", what=what, reason=reason),
            )
            free(desk.shift, claim)
    desk.shift.cancel(turn.now)
    others = [
        s
        for s in tasks.of_task(turn.db, desk.task.id)
        if s.settled_at is None and s.id != desk.shift.id
    ]
    if not others and desk.task.kind is not Kind.WEEKLY and desk.task.state is TaskState.PUBLISHED:
        desk.task.end(turn.now, cancelled=True)
    changed(turn, desk)
    for group in groups_of(turn, desk.task):
        turn.post.to_group(
            group.lane,
            Card(_("Called off: {what}. {reason}", what=what, reason=reason)),
            group.language,
        )
    talk.say(_("Called off. Everybody who was coming is told."))


@choice("tasks.end")
def end(turn: Turn, task_id: int, _arg: str) -> None:
    """Nobody can claim any more; who has a slot keeps it."""
    task = tasks.lock_task(turn.db, task_id)
    if task is None:
        raise Refused("no_such_task")
    if task.organizer_id != turn.speaker.person_id:
        require_power(turn, task)
    task.end(turn.now, cancelled=False)
    turn.db.flush()
    turn.post.refresh(task.id, CARD_VIEWS)
    turn.post.reply(
        Card(
            _(
                "Ended: nobody can claim “{title}” any more. Who has a slot keeps it.",
                title=task.title,
            )
        )
    )
