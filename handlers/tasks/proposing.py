"""荐人: who on the service list might come, and why. The organizer picks; nobody is assigned."""

from __future__ import annotations

from governance.claims import ClaimState
from governance.matching import Purpose, Who
from governance.refused import Refused
from governance.tasks import TaskState
from handlers.lists import matching
from handlers.lists.matching import Proposal, row
from handlers.message import Card, Choice
from handlers.registry import choice
from handlers.tasks.common import Desk, load_to_run, title
from handlers.turn import Turn
from handlers.words import _, lines
from storage import claims, helpers, org

matching.counted(helpers.of_tasks)


@choice("tasks.suggest")
def suggest(turn: Turn, shift_id: int, _arg: str) -> None:
    """Up to three who have not claimed it, each with reasons and a tap that asks them."""
    desk = _open(turn, shift_id)
    found = _proposals(turn, desk)[: matching.THREE]
    what = title(turn, desk)
    if not found:
        none = _("{what}: nobody on the service list fits and has not claimed it yet.", what=what)
        turn.post.reply(Card(none))
        return
    rows = [row(n, proposal) for n, proposal in enumerate(found, 1)]
    taps = [
        Choice(_("Invite {name}", name=proposal.name), f"tasks.invite:{shift_id}:{proposal.code}")
        for proposal in found
    ]
    text = lines(
        _("{what}: who might come, and why", what=what),
        *rows,
        _("Nobody has been asked. You pick; they may claim it or not."),
    )
    turn.post.reply(Card(text, tuple(taps)))


@choice("tasks.invite")
def invite(turn: Turn, shift_id: int, code: str) -> None:
    """The one who was picked is asked once, in private; nothing is claimed for them."""
    desk = _open(turn, shift_id)
    picked = next((one for one in _proposals(turn, desk) if one.code == code), None)
    if picked is None:
        raise Refused("not_proposed")
    at = turn.policy.waking(turn.now)
    text = lines(
        _(
            "{name} asks whether you can come: {what}, {place}.",
            name=org.person_name(turn.db, desk.task.organizer_id),
            what=title(turn, desk),
            place=desk.task.place,
        ),
        _("If you can, tap. If not, you need do nothing."),
    )
    turn.post.to(
        picked.id,
        Card(text, (Choice(_("Claim"), f"tasks.claim:{shift_id}"),)),
        key=f"task_invite:{shift_id}:{picked.id}",
        release_at=at if at > turn.now else None,
    )
    turn.post.reply(Card(_("{name} is asked in private, once.", name=picked.name)))


def _open(turn: Turn, shift_id: int) -> Desk:
    """A shift that can still be claimed, for whoever runs it. Raises `Refused`."""
    desk = load_to_run(turn, shift_id)
    if desk.shift.cancelled_at is not None:
        raise Refused("task_cancelled")
    if desk.task.state is not TaskState.PUBLISHED or desk.shift.over(turn.now):
        raise Refused("task_over")
    if desk.task.kind.closes_at_start and desk.shift.begun(turn.now):
        raise Refused("shift_begun")
    return desk


def _proposals(turn: Turn, desk: Desk) -> list[Proposal]:
    found = claims.of_shift(turn.db, desk.shift.id)
    have = {(Who.PERSON, c.person_id) for c in found if c.state is not ClaimState.RELEASED}
    return matching.propose(
        turn,
        area_id=desk.task.area_id,
        skills=desk.task.skills,
        kind=Purpose.TASK,
        most=None,
        but={*have, (Who.PERSON, desk.task.organizer_id)},
    )
