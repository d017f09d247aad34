"""Every step of a case as a line: with whom it was, since when, and what was said to whom.

Whoever works on a case reads all of it. Its reporter reads what concerns them, in words that
speak to them; whoever follows it reads the same without what the two have said to each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from governance.casefile import Case
from governance.cases import Act, Actor, CaseEvent, Outcome, Reason, Role, Verdict
from governance.org import PostKind
from handlers.cases.filed import consent_of
from handlers.cases.hands import ground_of
from handlers.cases.wording import OUTCOMES, REASONS, STILL, VERDICTS
from handlers.posts import called
from handlers.turn import Turn
from handlers.words import Text, Value, When, Words, _, line, ngettext
from storage import cases, responders

INSIDE = frozenset({Role.HOLDER, Role.PARTNER, Role.SUPERIOR, Role.CALLER})
"""Those who work on a case and may read what they say among themselves."""
THEIRS = frozenset({Role.REPORTER, Role.HELPER})
"""Those whose matter it is, and who filed it for them."""
MOST = 30  # lines; the oldest one always stays


@dataclass(frozen=True, slots=True)
class Seen:
    """One line of the history with what its words need. `yours`: read by its reporter."""

    event: CaseEvent
    to: Text
    yours: bool
    inside: bool
    words: bool  # whether what people said may stand here
    helps: bool = False  # read by whoever filed it for its reporter

    @property
    def name(self) -> str:
        return self.event.by_name

    def said(self, key: str = "note") -> str:
        words = self.event.data.get(key, "") if self.words else ""
        return f"“{words}”" if words else ""

    def between_them(self, key: str = "words") -> str:
        """Words between the reporter and the handler, which followers do not read."""
        return self.said(key) if self.yours or self.inside or self.helps else ""

    def day(self, key: str) -> Value:
        at = self.event.data.get(key)
        return When(datetime.fromisoformat(at), date_only=True) if at else ""


Line: TypeAlias = Callable[[Seen], Text]


def _pair(yours: Words, others: Words) -> Line:
    """The same step as its reporter and as others read it."""
    return lambda s: yours if s.yours else others


def _opened(s: Seen) -> Text:
    if s.event.by_role is Role.HELPER:
        agreed = consent_of(s.event.data.get("consent", "")) if s.inside else ""
        filed = (
            _("{name} reported it for you; passed to {to}", name=s.name, to=s.to)
            if s.yours
            else _("{name} reported it for the resident; passed to {to}", name=s.name, to=s.to)
        )
        return line(filed, agreed)
    return (
        _("reported; passed to {to}", to=s.to)
        if s.yours
        else _("the resident reported it; passed to {to}", to=s.to)
    )


def _spoken(s: Seen) -> Text:
    visited = s.event.data.get("how") == "visit"
    if not s.yours:
        return _("{name} spoke with the resident", name=s.name)
    return (
        _("{name} came to see you", name=s.name)
        if visited
        else _("{name} spoke with you", name=s.name)
    )


def _wrote(s: Seen) -> Text:
    to = (
        _("{name} wrote to you", name=s.name)
        if s.yours
        else _("{name} wrote to the resident", name=s.name)
    )
    return line(to, s.between_them(), separator=" ")


def _answered(s: Seen) -> Text:
    data = s.event.data
    outcome = OUTCOMES[Outcome(data["outcome"])] if data.get("outcome") else ""
    facts = (
        _("not as reported") if data.get("true") == "0" else "",
        _("not theirs to do") if data.get("outside") == "1" else "",
    )
    silent = (
        _("not spoken with the resident: {why}", why=data["words"])
        if s.inside and s.words and data.get("words")
        else ""
    )
    head = _("{name} reported the result", name=s.name)
    return line(head, outcome, *facts, data.get("note", "") if s.words else "", silent)


def _struck_off(s: Seen) -> Text:
    verdict = s.event.data.get("verdict", "")
    how = VERDICTS[Verdict(verdict)] if verdict else ""
    if s.event.by_role is Role.CALLER:
        asked = (
            _("{name} telephoned you", name=s.name)
            if s.yours
            else _("{name} telephoned the resident", name=s.name)
        )
        return line(asked, how, s.said() if s.inside else "")
    if s.event.by_role is Role.HELPER:
        return line(_("{name} asked the resident: it is solved", name=s.name), how)
    return line(_("you said it is solved") if s.yours else _("the resident said it is solved"), how)


def _again(s: Seen) -> Text:
    words = s.event.data.get("words", "")
    why = STILL.get(words, s.said("words")) if s.yours or s.inside else ""
    done = (
        _("you said it is not solved; done again")
        if s.yours
        else _("the resident said it is not solved; done again")
    )
    watched = s.event.data.get("supervised") == "1"
    return line(done, why, _("under supervision from then on") if watched else "")


def _urged(s: Seen) -> Text:
    if s.event.by_role is Role.FOLLOWER:
        return _("a neighbour asked for it again")
    return (
        _("you asked for it again")
        if s.yours
        else line(_("the resident asked for it again"), s.between_them(), separator=" ")
    )


def _supervised(s: Seen) -> Text:
    head = _("{name} put a supervision note on it", name=s.name)
    return line(head, s.said() if s.inside else "", separator=" ")


def _added(s: Seen) -> Text:
    return line(
        _("you added something") if s.yours else _("the resident added something"),
        s.between_them(),
        separator=" ",
    )


def _declined(s: Seen) -> Text:
    reason = s.event.data.get("reason", "")
    why = REASONS[Reason(reason)] if reason else ""
    return line(line(_("{name} did not accept it", name=s.name), why), s.said(), separator=" ")


def _given_back(s: Seen) -> Text:
    back = _("{name} gave it back; now with {to}", name=s.name, to=s.to)
    return line(back, ground_of(s.event))


OPEN_TO_ALL: Mapping[Act, Line] = {
    Act.OPEN: _opened,
    Act.ACCEPT: lambda s: _("{name} took it", name=s.name),
    Act.ESCALATE: lambda s: _("{name} handed it up to {to}", name=s.name, to=s.to),
    Act.NOT_OURS: lambda s: _("{name} said it is not theirs; passed to {to}", name=s.name, to=s.to),
    Act.ASSIGN: lambda s: _("{name} passed it to {to}", name=s.name, to=s.to),
    Act.GIVE: lambda s: _("{name} gave it to {to}", name=s.name, to=s.to),
    Act.GIVE_BACK: _given_back,
    Act.DESIGNATE: lambda s: _("the city centre decided: {to} does it", to=s.to),
    Act.ADD_UNIT: lambda s: _("{to} helps with it", to=s.to),
    Act.CHASE: lambda s: _("not taken in time; passed to {to}", to=s.to),
    Act.CONTACT: _spoken,
    Act.WORD: _wrote,
    Act.ADD: _added,
    Act.WRITE_DOWN: lambda s: line(
        _("{name} has listened and written down", name=s.name), s.between_them(), separator=" "
    ),
    Act.ANSWER: _answered,
    Act.DECLINE: _declined,
    Act.MERGE: lambda s: _("joined with {number}", number=s.event.data.get("into", "")),
    Act.SPLIT: lambda s: _(
        "the rest has a number of its own: {number}", number=s.event.data.get("into", "")
    ),
    Act.SUPERVISE: _supervised,
    Act.EXTEND: lambda s: _(
        "more time until {day}; the first day stays on record", day=s.day("until")
    ),
    Act.SUSPEND: lambda s: _("suspended until {day}", day=s.day("until")),
    Act.RESUME: lambda s: _("it goes on, to be done by {day}", day=s.day("due")),
    Act.WAKE: lambda s: _("it goes on, to be done by {day}", day=s.day("due")),
    Act.OVERDUE: lambda s: _("the promised day passed"),
    Act.ASKED: _pair(
        _("you were asked whether it is solved"), _("the resident was asked whether it is solved")
    ),
    Act.UNREACHED: _pair(
        _("you could not be reached; somebody telephones"),
        _("the resident could not be reached; somebody telephones"),
    ),
    Act.MISSED: _pair(
        _("you were telephoned and did not answer"),
        _("the resident was telephoned and did not answer"),
    ),
    Act.ASK_AGAIN: _pair(
        _("the question was put to you again"), _("the question was put to the resident again")
    ),
    Act.LATER: _pair(_("you had not looked yet"), _("the resident had not looked yet")),
    Act.REMIND: _pair(_("you were asked once more"), _("the resident was asked once more")),
    Act.STRIKE_OFF: _struck_off,
    Act.LAPSE: lambda s: _("closed without an answer"),
    Act.REDO: _again,
    Act.URGE: _urged,
    Act.WITHDRAW: _pair(_("you withdrew it"), _("the resident withdrew it")),
}

INSIDE_ONLY: Mapping[Act, Line] = {
    Act.NOTE: lambda s: line(_("note by {name}", name=s.name), s.said("words"), separator=" "),
    Act.MEDIATE: lambda s: _("{name} recorded a mediation", name=s.name),
    Act.SORT: lambda s: _("{name} changed its category", name=s.name),
    Act.DROP_UNIT: lambda s: _("{to} need not help any more", to=s.to),
    Act.FEED_BACK: lambda s: line(_("{name} fed back", name=s.name), s.said(), separator=" "),
    Act.ASK_EXTENSION: lambda s: line(
        _("{name} asked for time until {day}", name=s.name, day=s.day("until")),
        s.said(),
        separator=" ",
    ),
    Act.ASK_SUSPENSION: lambda s: line(
        _("{name} asked to suspend it until {day}", name=s.name, day=s.day("until")),
        s.said(),
        separator=" ",
    ),
    Act.DENY: lambda s: line(
        _("{name} did not give more time", name=s.name), s.said(), separator=" "
    ),
    Act.WARN: lambda s: _("four fifths of the time had passed"),
}


ANSWERS = frozenset({Act.ADD, Act.LATER, Act.STRIKE_OFF, Act.REDO, Act.URGE, Act.WITHDRAW})
"""What family that helps may do in the reporter's name."""


def steps(turn: Turn, case: Case, by: Actor, *, opened: bool = False) -> list[Text]:
    """Every line that this reader may read, oldest first; of very many the first and the last.

    What was said about a private matter only its reporter reads here, and its holder once they
    have `opened` it.
    """
    inside, yours = by.role in INSIDE, by.person_id == case.reporter_id
    helps = by.role is Role.HELPER
    events = list(_told_once(cases.history(turn.db, case)))
    known = {**OPEN_TO_ALL, **(INSIDE_ONLY if inside else {})}
    shown = [event for event in events if event.act in known]
    units = _units(turn, shown)
    rows: list[Text] = []
    for event in shown:
        words = opened or yours or helps or not case.private or bool(case.danger)
        family = _by_family(case, event)
        own = yours and not inside and not family
        seen = Seen(event, _to(event, units), own, inside, words, helps)
        named = family and (yours or inside)
        whose = _("(by {name} of the family)", name=event.by_name) if named else ""
        rows.append(line(When(event.at), known[event.act](seen), whose, separator=" "))
    if len(rows) <= MOST:
        return rows
    left = len(rows) - MOST
    between = ngettext("… {count} step between", "… {count} steps between", left)
    return [rows[0], between, *rows[left + 1 :]]


def _by_family(case: Case, event: CaseEvent) -> bool:
    """Whether somebody did this in the reporter's name, and is still known."""
    by_other = event.by_role is Role.REPORTER and event.by_person != case.reporter_id
    return by_other and event.act in ANSWERS and bool(event.by_name)


def since(turn: Turn, case: Case) -> datetime:
    """When it came into the hands in which it is."""
    at = case.opened_at
    for event in cases.history(turn.db, case):
        if "person" in event.data:
            at = event.at
    return at


def _told_once(events: Sequence[CaseEvent]) -> Iterator[CaseEvent]:
    """Without the lines that only say again whom the clock has asked."""
    before: CaseEvent | None = None
    for event in events:
        again = before is not None and (event.act, event.data) == (before.act, before.data)
        if not (again and event.by_role is Role.CLOCK):
            yield event
        before = event


def _units(turn: Turn, events: Sequence[CaseEvent]) -> dict[str, str]:
    ids = {int(event.data["unit"]) for event in events if event.data.get("unit")}
    return {str(unit.id): unit.name for unit in responders.by_ids(turn.db, ids)}


def _to(event: CaseEvent, units: Mapping[str, str]) -> Text:
    """Whose it was from then on: post and name, or unit and name."""
    data = event.data
    to, unit = data.get("to", ""), units.get(data.get("unit", ""), "")
    if unit:
        return _("{unit} {name}", unit=unit, name=to) if to and to != unit else unit
    return called(PostKind(data["post"]), to) if data.get("post") and to else to
