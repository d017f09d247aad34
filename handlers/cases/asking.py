"""Questions that several acts of a desk ask: which unit, which kind, which words."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from governance.casefile import Case
from governance.cases import Act
from governance.org import Area, AreaKind, Rung, Unit
from governance.policy import Category
from governance.refused import Refused
from handlers.cases.common import Desk, kind_of, load, title
from handlers.naming import ask_unit_named
from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Turn
from handlers.words import Name, Text, _, lines, paragraphs
from storage import responders

SUGGESTED = 8
NOTHING = "nothing"


def begin(talk: Talk, turn: Turn, act: Act) -> Desk:
    """The case as it is now, for whoever may do the act on it now.

    What has gone to somebody else since the first question is left alone: of two who press at
    once, the second learns who was first.
    """
    desk = load(turn, talk.given("case"))
    case = desk.case
    hands = f"{case.holder_id}.{case.holder_unit_id}.{case.hops}.{case.returned}"
    if talk.recall("hands", lambda: hands) != hands:
        raise Refused(
            "moved_meanwhile", holder=case.holder_unit or case.holder_name, number=case.number
        )
    case.may(act, desk.by)
    return desk


def duties(turn: Turn, category: str, path: str) -> list[Unit]:
    """Units whose duties name this kind at this place, the nearest first."""
    return responders.responsible(turn.db, category, path)[:SUGGESTED] if category else []


def rule_of(turn: Turn, category: str, unit: Unit) -> Text:
    """The line of the duty list that names the unit."""
    return _(
        "Duty list: {kind} → {unit} ({area})",
        kind=kind_of(turn, category),
        unit=unit.name,
        area=_served(turn, unit),
    )


def _served(turn: Turn, unit: Unit) -> Text:
    area = turn.db.get(Area, unit.area_id) if unit.area_id is not None else None
    if area is None or area.kind is AreaKind.DISTRICT:
        return _("whole district")
    return area.name


def ask_unit(
    talk: Talk,
    turn: Turn,
    case: Case,
    question: Text,
    *,
    without: Collection[int] = (),
    unasked: Collection[int] = (),
    first: Sequence[Unit] = (),
    also: Sequence[Option] = (),
) -> tuple[int | str, str]:
    """The unit that was tapped or typed, and the rule that names it ("" for none); or the code
    of one of `also`. `first` stand before those whose duty it is; those `without` cannot be
    chosen, those `unasked` have to be typed."""
    hidden = {*without, *unasked}
    known = [u for u in duties(turn, case.category, case.path) if u.id not in hidden]
    shown = {unit.id: unit for unit in (*first, *known)}
    text = paragraphs(
        lines(
            title(turn, case),
            question,
            _("Tap one, or type part of its name.") if shown else _("Type part of its name."),
        ),
        lines(*(rule_of(turn, case.category, unit) for unit in known)),
    )
    options = [*(Option(f"u{unit.id}", unit.name) for unit in shown.values()), *also]
    chosen = ask_unit_named(talk, turn, "unit", text, options, without)
    by_duty = {unit.id for unit in responders.responsible(turn.db, case.category, case.path)}
    return chosen, case.category if chosen in by_duty else ""


def officer_of(turn: Turn, case: Case, unit_id: int) -> Rung:
    """Who answers for the unit now. Raises `Refused("nobody_at_unit")`."""
    there = responders.officers(turn.db, [unit_id], turn.now, turn.policy.work)
    found = next((rung for rung in there if rung.person_id != case.concerns_id), None)
    if found is None:
        unit = turn.db.get_one(Unit, unit_id)
        raise Refused("nobody_at_unit", unit=unit.name, number=case.number)
    return found


def ask_words(talk: Talk, key: str, question: Text, most: int = 200) -> str:
    """A line for whoever has to do it; "" where there is nothing to add."""
    nothing = (Option(NOTHING, _("Nothing to add")),)
    return talk.ask(key, question, Typed(2, most), options=nothing).text


def ask_kind(talk: Talk, turn: Turn, question: Text, key: str = "") -> Category:
    """One of the 89 kinds, in two steps."""
    families = [c for c in turn.policy.categories.values() if not c.parent]
    family = talk.choose(f"family{key}", question, [_option(c) for c in families])
    members = [c for c in turn.policy.categories.values() if c.parent == family]
    code = talk.choose(
        f"exact{key}",
        _("Which of these?"),
        [_option(c) for c in members],
        after=(f"family{key}",),
    )
    return turn.policy.category(code)


def _option(category: Category) -> Option:
    return Option(category.code, Name(category.short_zh, category.short_en))
