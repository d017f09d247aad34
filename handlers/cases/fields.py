"""What of a case another system is told, field by field, in the order and under the headings that
the district has set (`[export]` in the configuration); all of them where it has set none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from governance.casefile import Case
from governance.fields import Field
from governance.filing import Via
from governance.org import AreaKind
from governance.people import Person
from governance.privacy import mask_phone
from handlers.cases.common import kind_of
from handlers.cases.wording import ENDINGS, OUTCOMES, SATISFACTION, STATES
from handlers.posts import holder
from handlers.telephones import phone_of
from handlers.turn import Turn
from handlers.words import Text, Words, _
from storage import gazetteer

HEADINGS: dict[Field, Words] = {
    Field.NUMBER: _("Case number"),
    Field.REPORTED: _("Reported on"),
    Field.VIA: _("How it came"),
    Field.COMMUNITY: _("Community"),
    Field.GRID: _("Grid"),
    Field.PLACE: _("Place"),
    Field.LATITUDE: _("Latitude"),
    Field.LONGITUDE: _("Longitude"),
    Field.FAMILY: _("Family of kinds"),
    Field.KIND: _("Kind"),
    Field.WORDS: _("What was said"),
    Field.REPORTER: _("Reported by"),
    Field.PHONE: _("Telephone"),
    Field.HOLDER: _("With whom"),
    Field.STATE: _("How it stands"),
    Field.CONTACT_DUE: _("Contact promised"),
    Field.DUE: _("Last day"),
    Field.ANSWERED: _("Result on"),
    Field.RESULT: _("Result"),
    Field.ANSWER: _("Public answer"),
    Field.VERDICT: _("Resident says"),
    Field.CLOSED: _("Closed on"),
    Field.URGED: _("Times urged"),
}
VIAS: dict[Via, Words] = {
    Via.OWN: _("reported by a resident"),
    Via.PATROL: _("found on patrol"),
    Via.PROBE: _("found by a mobile probe"),
    Via.GROUP: _("said in a residents' group"),
    Via.BEHALF: _("reported for a resident"),
}


def columns(turn: Turn) -> list[tuple[Field, Text]]:
    """The fields that the district wants, each under its heading."""
    chosen = turn.policy.export_columns or dict.fromkeys(Field, "")
    return [(field, heading or HEADINGS[field]) for field, heading in chosen.items()]


def row(turn: Turn, case: Case) -> list[tuple[Text, Text]]:
    """Every wanted field of a case with its heading; empty where there is nothing to say."""
    return [(heading, _VALUES[field](turn, case)) for field, heading in columns(turn)]


def _at(turn: Turn, at: datetime | None) -> str:
    return f"{at.astimezone(turn.policy.zone):%Y-%m-%d %H:%M}" if at else ""


def _area(turn: Turn, case: Case, kind: AreaKind) -> str:
    above = gazetteer.chain(turn.db, case.area_id)
    return next((spot.name for spot in above if spot.kind is kind), "")


def _reporter(turn: Turn, case: Case) -> Text:
    """Who has asked for it is named to no other office."""
    return _("not passed on") if case.anonymous else turn.db.get_one(Person, case.reporter_id).name


def _phone(turn: Turn, case: Case) -> str:
    return "" if case.anonymous else mask_phone(phone_of(turn, case.reporter_id))


def _family(turn: Turn, case: Case) -> Text:
    return kind_of(turn, case.family) if case.family else ""


def _verdict(_turn: Turn, case: Case) -> Text:
    said = SATISFACTION.get(case.verdict) if case.verdict else None
    return said or (ENDINGS[case.ending] if case.ending else "")


_VALUES: dict[Field, Callable[[Turn, Case], Text]] = {
    Field.NUMBER: lambda _turn, case: case.number,
    Field.REPORTED: lambda turn, case: _at(turn, case.opened_at),
    Field.VIA: lambda _turn, case: VIAS[case.via],
    Field.COMMUNITY: lambda turn, case: _area(turn, case, AreaKind.COMMUNITY),
    Field.GRID: lambda turn, case: _area(turn, case, AreaKind.GRID),
    Field.PLACE: lambda _turn, case: case.place,
    Field.LATITUDE: lambda _turn, case: f"{case.latitude:.6f}" if case.latitude else "",
    Field.LONGITUDE: lambda _turn, case: f"{case.longitude:.6f}" if case.longitude else "",
    Field.FAMILY: _family,
    Field.KIND: lambda turn, case: kind_of(turn, case.category),
    Field.WORDS: lambda _turn, case: case.text,
    Field.REPORTER: _reporter,
    Field.PHONE: _phone,
    Field.HOLDER: lambda _turn, case: holder(case),
    Field.STATE: lambda _turn, case: STATES[case.state],
    Field.CONTACT_DUE: lambda turn, case: _at(turn, case.contact_due),
    Field.DUE: lambda turn, case: _at(turn, case.due),
    Field.ANSWERED: lambda turn, case: _at(turn, case.answered_at),
    Field.RESULT: lambda _turn, case: OUTCOMES[case.outcome] if case.outcome else "",
    Field.ANSWER: lambda _turn, case: case.outcome_note,
    Field.VERDICT: _verdict,
    Field.CLOSED: lambda turn, case: _at(turn, case.closed_at),
    Field.URGED: lambda _turn, case: str(case.urged) if case.urged else "",
}
