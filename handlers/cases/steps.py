"""Every step of a case, as whoever waits for it reads it: with whom it was, since when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from governance.casefile import Case
from governance.cases import Act, CaseEvent, Role, State
from governance.org import Unit
from governance.refused import Refused
from handlers.cases.common import kind_of, load, title
from handlers.cases.declining import REASONS
from handlers.cases.hands import ground_of, units_named
from handlers.message import Card
from handlers.posts import holder
from handlers.registry import choice
from handlers.turn import Turn
from handlers.words import Text, Value, When, Words, _, line, lines
from storage import cases

STEPS: dict[Act, Words] = {
    Act.OPEN: _("reported; passed to {to}"),
    Act.ADD: _("you added something"),
    Act.LATER: _("you had not looked yet"),
    Act.STRIKE_OFF: _("you said it is solved"),
    Act.REDO: _("you said it is not solved; done again"),
    Act.URGE: _("you asked for it again"),
    Act.WITHDRAW: _("you withdrew it"),
    Act.ACCEPT: _("{name} took it"),
    Act.ESCALATE: _("{name} handed it up to {to}"),
    Act.NOT_OURS: _("{name} said it is not theirs; passed to {to}"),
    Act.ASSIGN: _("{name} assigned it to {to}"),
    Act.GIVE: _("{name} gave it to {to}"),
    Act.GIVE_BACK: _("given back by {back}: {ground}; passed to {to}"),
    Act.DESIGNATE: _("the city centre decided that {to} deals with it"),
    Act.ADD_UNIT: _("{to} helps as well"),
    Act.DROP_UNIT: _("{to} no longer helps"),
    Act.FEED_BACK: _("{to} has done its part"),
    Act.CONTACT: _("{name} spoke with you"),
    Act.WORD: _("{name} wrote to you"),
    Act.SORT: _("{name} sorted it as: {kind}"),
    Act.SPLIT: _("one part goes on under {into}"),
    Act.ANSWER: _("{name} reported the result"),
    Act.DECLINE: _("{name} did not accept it: {reason}"),
    Act.MERGE: _("joined with {into}, where others reported the same"),
    Act.SUPERVISE: _("{name} put a supervision note on it"),
    Act.EXTEND: _("{name} allowed more time, until {until}"),
    Act.SUSPEND: _("{name} suspended it until {until}"),
    Act.RESUME: _("{name} took it up again"),
    Act.WAKE: _("the suspension is over; it goes on"),
    Act.CHASE: _("not taken in time; passed to {to}"),
    Act.OVERDUE: _("the promised day passed"),
    Act.ASKED: _("you were asked whether it is solved"),
    Act.UNREACHED: _("you could not be reached; somebody telephones"),
    Act.ASK_AGAIN: _("the question was put to you again"),
    Act.REMIND: _("you were asked once more"),
    Act.LAPSE: _("closed without an answer"),
}
INTERNAL = frozenset({Act.NOTE, Act.WARN, Act.ASK_EXTENSION, Act.ASK_SUSPENSION, Act.DENY})
"""Between those who work on it; nobody else reads these."""


@choice("cases.history")
def history(turn: Turn, case_id: int, _arg: str) -> None:
    """Every hop, for the reporter, a follower, and those who hold or held it."""
    desk = load(turn, case_id)
    case = desk.case
    if desk.by.role is Role.STRANGER:
        raise Refused("no_such_case")
    events = cases.history(turn.db, case)
    units = {str(unit.id): unit.name for unit in _units(turn, events)}
    rows = [_step(turn, event, units) for event in _told_once(events)]
    heading = _("{number}: {title}", number=case.number, title=title(turn, case))
    turn.post.reply(Card(lines(heading, *(row for row in rows if row), _now(case, events))))


def _units(turn: Turn, events: Sequence[CaseEvent]) -> Iterator[Unit]:
    yield from units_named(turn, events)
    yield from units_named(turn, events, "back_from")


def _told_once(events: Sequence[CaseEvent]) -> Iterator[CaseEvent]:
    """Without the lines that only say again whom the clock has asked."""
    before: CaseEvent | None = None
    for event in events:
        again = before is not None and (event.act, event.data) == (before.act, before.data)
        if not (again and event.by_role is Role.CLOCK):
            yield event
        before = event


def _step(turn: Turn, event: CaseEvent, units: Mapping[str, str]) -> Text:
    step = STEPS.get(event.act)
    if step is None:
        return ""
    values = _values(turn, event, units)
    used = {k: v for k, v in values.items() if "{" + k + "}" in step.source}
    return line(When(event.at), _(step.source, **used), separator=" ")


def _values(turn: Turn, event: CaseEvent, units: Mapping[str, str]) -> dict[str, Value]:
    data = event.data
    to, unit = data.get("to", ""), units.get(data.get("unit", ""), "")
    reasons = {reason.value: words for reason, words in REASONS.items()}
    until = data.get("until", "")
    return {
        "name": event.by_name,
        "to": _("{unit} {name}", unit=unit, name=to) if unit and to != unit else to,
        "back": units.get(data.get("back_from", ""), ""),
        "ground": ground_of(event),
        "reason": reasons.get(data.get("reason", ""), ""),
        "kind": kind_of(turn, data.get("category", "")),
        "into": data.get("into", ""),
        "until": When(datetime.fromisoformat(until), date_only=True) if until else "",
    }


def _now(case: Case, events: Sequence[CaseEvent]) -> Text:
    """With whom it is, since when."""
    since: datetime | None = None
    for event in reversed([e for e in events if "person" in e.data]):
        if event.data["person"] != str(case.holder_id):
            break
        since = event.at
    if since is None or case.state is State.CLOSED:
        return ""
    return _("With {holder} since {when}.", holder=holder(case), when=When(since))
