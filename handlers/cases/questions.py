"""What every report asks: what, where, what kind; and whether a neighbour has said it before."""

from __future__ import annotations

from typing import Any

from governance.casefile import Case
from governance.org import Area, AreaKind, degrees, metres
from governance.policy import Category
from handlers import places
from handlers.cases.common import kind_of, what_of
from handlers.posts import holder
from handlers.talk.answers import LOCATION, PHOTO, VOICE, Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Answer, Talk
from handlers.turn import Turn
from handlers.words import Name, Text, When, _, lines
from storage import cases, org

NONE_OF_THESE = "none"
UNSORTED = "unsorted"
WORKER_DECIDES = _("Let the grid worker decide")
PLACED = ("where", "community", "kind", "family", "exact")


def ask_what(talk: Talk) -> Answer:
    if talk.sent(PHOTO):
        return talk.ask(
            "what",
            _("Got the photo. Where is it, and what is wrong? A few words are enough."),
            Typed(2, 1000),
            VOICE,
            options=(Option("see_photo", _("The photo says it all")),),
        )
    question = _("What is wrong, and where? Type it, say it, or send a photo.")
    return talk.ask("what", question, Typed(2, 1000), VOICE)


def ask_place(talk: Talk, turn: Turn, what: Answer, near: int | None = None) -> places.Found:
    """Asked only when the words do not name it, or the person wants another one. `near`: whose
    home it is about, where that is not the speaker's."""
    named = talk.recall(
        "named", lambda: as_json(places.in_text(turn, what.text, near)), after=("what",)
    )
    if named is not None and not talk.changed("where"):
        return places.Found(**named)
    home = talk.recall("home", lambda: as_json(places.at_home(turn, near)))
    options = (Option("home", _("Yes, at {place}", place=home["words"])),) if home else ()
    question = (
        _("Where is it? At their building? If not, type the place, say it, or share a location.")
        if near
        else _(
            "Where is it? At your own building? If not, type the place, say it, or share a location."
        )
        if home
        else _("Where is it? Type the estate and building, or share a location.")
    )
    where = talk.ask("where", question, Typed(2, 200), LOCATION, VOICE, options=options)
    if where.kind == "option" and home:
        return places.Found(**home)
    found = talk.recall("found", lambda: as_json(located(turn, where, near)), after=("where",))
    return places.Found(**found) if found else _ask_community(talk, turn, where)


def located(turn: Turn, where: Answer, near: int | None = None) -> places.Found | None:
    """What a typed or shared place means; None where nothing is known there."""
    if where.kind == "location":
        return places.at_point(turn, *where.value)
    return places.in_text(turn, where.text, near)


def _ask_community(talk: Talk, turn: Turn, where: Answer) -> places.Found:
    known = talk.recall("communities", lambda: _communities(turn))
    options = [Option(str(area_id), name) for area_id, name in known]
    chosen = talk.choose(
        "community",
        _("Which community is that in?"),
        [*options, Option("0", _("I do not know"))],
        after=("where",),
    )
    area = turn.db.get_one(Area, int(chosen)) if chosen != "0" else org.district(turn.db)
    words = where.text[:200] or area.name
    latitude, longitude = where.value if where.kind == "location" else (None, None)
    return places.Found(area.id, words, latitude, longitude)


def _communities(turn: Turn) -> list[tuple[int, str]]:
    found = org.below(turn.db, org.district(turn.db), AreaKind.COMMUNITY)
    return [(area.id, area.name) for area in found[:12]]


def ask_category(talk: Talk, turn: Turn, what: Answer, unsure: Text = WORKER_DECIDES) -> Category:
    """One tap among the likely ones; the whole list, in two steps, behind "none of these"."""
    first = [Option(code, kind_of(turn, code)) for code in what.categories[:3]]
    question = _("What is it about?")
    if first:
        more = Option(NONE_OF_THESE, _("None of these"))
        code = talk.choose("kind", question, [*first, more], after=("what",))
        if code != NONE_OF_THESE:
            return turn.policy.category(code)
    later = Option(UNSORTED, unsure)
    families = [c for c in turn.policy.categories.values() if not c.parent]
    family = talk.choose(
        "family", question, [later, *(option(c) for c in families)], after=("kind",)
    )
    if family == UNSORTED:
        return turn.policy.category("")
    members = [c for c in turn.policy.categories.values() if c.parent == family]
    code = talk.choose(
        "exact", _("Which of these?"), [*(option(c) for c in members), later], after=("family",)
    )
    return turn.policy.category("" if code == UNSORTED else code)


def option(category: Category) -> Option:
    return Option(category.code, Name(category.short_zh, category.short_en))


# ── the same thing, reported before ──────────────────────────────────────────


def similar(turn: Turn, category: Category, place: places.Found) -> int | None:
    """An open public case of this family in the same building or close by, not one's own."""
    if not category.public:
        return None
    point = (place.latitude, place.longitude) if place.latitude and place.longitude else None
    near = turn.policy.near_metres
    square = degrees(near)
    for case in cases.similar(turn.db, category.family, place.area_id, point, square):
        here = case.area_id == place.area_id
        close = (
            point and case.latitude and metres(point, (case.latitude, case.longitude or 0)) <= near
        )
        if (here or close) and case.reporter_id != turn.speaker.person_id:
            return case.id
    return None


def is_the_same(talk: Talk, turn: Turn, case_id: int) -> bool:
    if talk.given("same") is not None:
        return talk.choose("same", "", ()) == "same"
    case = turn.db.get_one(Case, case_id)
    text = lines(
        _(
            "A neighbour has reported something like it: {place}, {kind}. {holder} has it, to be "
            "done by {day} at the latest.",
            place=case.place,
            kind=what_of(turn, case),
            holder=holder(case),
            day=When(case.result_due, date_only=True),
        ),
        _("Is it the same?"),
    )
    options = (
        Option("same", _("Yes, count me in")),
        Option("other", _("No, something else")),
    )
    return talk.choose("same", text, options, after=(*PLACED, "what")) == "same"


def as_json(found: places.Found | None) -> dict[str, Any] | None:
    return found.as_json() if found else None
