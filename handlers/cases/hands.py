"""In whose hands a case is and was, as its card says it: handed on with what line, given back on
what ground, helped by whom, joined with what."""

from __future__ import annotations

from collections.abc import Sequence

from governance.casefile import Case
from governance.cases import Act, CaseEvent, Ground, State
from governance.org import Unit
from handlers.turn import Turn
from handlers.words import Text, Words, _, line, lines, listed
from storage import cases, responders

GROUNDS: dict[Ground, Words] = {
    Ground.NOT_DUTY: _("it is not among its duties"),
    Ground.OTHER_AREA: _("it lies outside the area it serves"),
    Ground.OTHER_UNIT: _("another unit answers for it by rule or contract"),
    Ground.OWNER: _("it is private property, and its owner has to act"),
    Ground.UNCLEAR: _("it cannot be found from what is known"),
}
REASONS: dict[str, Words] = {
    "property": _("it belongs to the property firm"),
    "other_unit": _("it belongs to another department"),
    "elsewhere": _("it is outside this grid"),
    "private_home": _("it is inside a private home"),
}
_WITH_A_LINE = frozenset({Act.ASSIGN, Act.GIVE, Act.DESIGNATE, Act.ESCALATE, Act.NOT_OURS})
_MOVED = _WITH_A_LINE | {Act.GIVE_BACK, Act.CHASE, Act.REDO}


def hands(turn: Turn, case: Case) -> Text:
    """These lines of the card; nothing for a case that has stayed where it was."""
    joined = cases.joined(turn.db, case)
    together = _("Joined with it: {numbers}", numbers=listed(*joined)) if joined else ""
    if not (case.hops or case.returned or case.co_units):
        return together
    told = cases.history(turn.db, case)
    return lines(
        *_given_back(turn, told),
        _("Decided by the city centre; it cannot be given back.") if case.designated else "",
        _handed_on(case, told),
        *_helping(turn, case, told),
        together,
    )


def returns(turn: Turn, case: Case) -> list[CaseEvent]:
    """Every time a unit has given it back, oldest first."""
    if not case.returned:
        return []
    return [e for e in cases.history(turn.db, case) if e.act is Act.GIVE_BACK]


def units_named(turn: Turn, events: Sequence[CaseEvent], key: str = "unit") -> list[Unit]:
    """The units that these lines name under a key, each once."""
    ids = [int(event.data[key]) for event in events if event.data.get(key, "").isdecimal()]
    return responders.by_ids(turn.db, dict.fromkeys(ids))


def ground_of(event: CaseEvent) -> Text:
    """Why it was given back, as people say it."""
    known = {ground.value: words for ground, words in GROUNDS.items()}
    return known.get(event.data.get("ground", ""), "")


def _given_back(turn: Turn, told: Sequence[CaseEvent]) -> list[Text]:
    backs = [event for event in told if event.act is Act.GIVE_BACK]
    names = {str(unit.id): unit.name for unit in units_named(turn, backs, "back_from")}
    return [
        _(
            "Given back by {unit}: {ground}. “{words}”",
            unit=names.get(event.data.get("back_from", ""), event.by_name),
            ground=ground_of(event),
            words=event.data.get("note", ""),
        )
        for event in backs
    ]


def _handed_on(case: Case, told: Sequence[CaseEvent]) -> Text:
    """What was said with it when it came into these hands."""
    last = next((e for e in reversed(told) if e.act in _MOVED), None)
    running = case.state in {State.ASSIGNED, State.WORKING}
    if last is None or last.act not in _WITH_A_LINE or not running:
        return ""
    note = last.data.get("note", "")
    return _("{name}: “{words}”", name=last.by_name, words=REASONS.get(note, note)) if note else ""


def _helping(turn: Turn, case: Case, told: Sequence[CaseEvent]) -> list[Text]:
    asked = {e.data.get("unit"): e.data.get("note", "") for e in told if e.act is Act.ADD_UNIT}
    rows: list[Text] = []
    for unit in cases.co_units(turn.db, case):
        wish = asked.get(str(unit.unit_id), "")
        stands = (
            _("fed back: “{words}”", words=unit.note)
            if unit.fed_back_at
            else _("nothing fed back yet")
        )
        what = _("asked for: “{words}”", words=wish) if wish else ""
        rows.append(line(_("{unit} helps", unit=unit.name), what, stands))
    return rows
