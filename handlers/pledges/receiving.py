"""到位: the community confirms what has arrived; nobody confirms their own."""

from __future__ import annotations

from governance.pledges import Line, Pledge, PledgeState
from governance.refused import Refused
from handlers.lists.asking import ask_amount
from handlers.lists.common import tell
from handlers.message import Card, Choice
from handlers.pledges.cards import amount_words, changed, load_to_run
from handlers.pledges.giving import giver
from handlers.registry import choice, conversation
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import _, lines
from storage import pledges

SHOWN = 8


@choice("pledges.arrived")
def arrived(turn: Turn, project_id: int, _arg: str) -> None:
    """What is promised and has not arrived, to be confirmed one by one."""
    project = load_to_run(turn, project_id)
    found = [
        pledge
        for pledge in pledges.of_project(turn.db, project.id)
        if pledge.state is PledgeState.PLEDGED
    ][:SHOWN]
    if not found:
        turn.post.reply(Card(_("Nothing is promised that has not arrived.")))
        return
    rows, choices = [], []
    for n, pledge in enumerate(found, 1):
        line = turn.db.get_one(Line, pledge.line_id)
        left = amount_words(line.give, pledge.amount - pledge.received)
        who = giver(turn, pledge)
        rows.append(_("{n}) {who}: {what}, {left}", n=n, who=who, what=line.what, left=left))
        choices.append(Choice(_("Arrived {n}", n=n), f"pledges.got:{pledge.id}"))
    turn.post.reply(Card(lines(_("Promised and not here yet:"), *rows), tuple(choices)))


@choice("pledges.got")
def got(turn: Turn, pledge_id: int, _arg: str) -> Start:
    _load(turn, pledge_id)
    return Start("received", {"pledge": pledge_id})


def _load(turn: Turn, pledge_id: int) -> Pledge:
    pledge = pledges.lock_pledge(turn.db, pledge_id)
    if pledge is None:
        raise Refused("pledge_settled")
    load_to_run(turn, pledge.project_id)
    if pledge.state is not PledgeState.PLEDGED:
        raise Refused("pledge_settled")
    return pledge


@conversation("received", act=True)
def received_talk(talk: Talk, turn: Turn) -> None:
    """So much is here; whoever promised it reads that."""
    pledge = _load(turn, int(talk.given("pledge")))
    line = turn.db.get_one(Line, pledge.line_id)
    left = pledge.amount - pledge.received
    question = _(
        "{who}, {what}: how much has arrived? {left} are promised; write it like that.",
        who=giver(turn, pledge),
        what=line.what,
        left=amount_words(line.give, left),
    )
    why = _("A whole number from 1 to {most}, please.", most=left)
    amount = ask_amount(talk, "amount", question, why, left)
    pledge.receive(amount, turn.speaker.person_id, turn.now)
    project = load_to_run(turn, pledge.project_id)
    changed(turn, project)
    told = _(
        "{project}: the community confirms {what}, {amount}. Thank you.",
        project=project.name,
        what=line.what,
        amount=amount_words(line.give, amount),
    )
    tell(turn, pledge.by_id, told)
    talk.say(_("On record; whoever promised it reads that."))
