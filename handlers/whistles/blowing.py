"""A whistle is blown: what kind, where, what is wrong, which units, who leads, until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from governance.authority import Power
from governance.casefile import Case
from governance.org import Area, Unit
from governance.plans import Plan
from governance.refused import Refused
from governance.whistlefile import Whistle, new_call, new_whistle
from governance.whistles import By, Kind, Level, Role
from handlers import authority, files, places
from handlers.cases.common import tell_reporter, what_of
from handlers.message import Card
from handlers.registry import Moment, choice, command, conversation, follow
from handlers.talk.answers import PHOTO
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.whistles.asking import (
    PLACED,
    ask_due,
    ask_kind,
    ask_lead,
    ask_meet,
    ask_place,
    ask_what,
    kinds_of,
)
from handlers.whistles.common import (
    REVIEW,
    WHISTLE,
    Scene,
    name_of,
    officer_at,
    put_before,
    save,
)
from handlers.whistles.ladder import call_units
from handlers.whistles.planning import called_too, planned, plans_for
from handlers.whistles.units import ask_task, ask_units
from handlers.words import Joined, Text, When, _, line, lines, listed, ngettext
from storage import case_numbers, cases, plans, responders, whistles


@command("whistle", menu=_("Blow the whistle"), also=("whistle", "吹哨", "我要吹哨", "吹哨报到"))
def blow_command(turn: Turn) -> Start:
    """From nothing; who may blow none reads who may."""
    kinds_of(turn)
    return Start("blow")


@choice("whistles.blow")
def blow_from_case(turn: Turn, case_id: int, _arg: str) -> Start:
    """From a case: its place and words are known already."""
    if turn.db.get(Case, case_id) is None:
        raise Refused("no_such_case")
    kinds_of(turn)
    return Start("blow", {"case": case_id})


@dataclass(frozen=True, slots=True)
class Draft:
    """What has been answered: a whistle that was not blown yet. `plan` is the one it follows."""

    kind: Kind
    place: places.Found
    area: Area
    what: str
    units: list[Unit]
    tasks: list[str]
    lead: int
    due: datetime
    meet: str
    case: Case | None = None
    plan: Plan | None = None


@conversation("blow", act=True, of_dangers=True)
def blow_talk(talk: Talk, turn: Turn) -> None:
    """Asks only what is missing, and blows what was confirmed."""
    talk.accepts(PHOTO)
    case_id = talk.given("case")
    case = turn.db.get(Case, case_id) if case_id else None
    kind, plan = ask_kind(talk, turn, [] if case else plans_for(turn))
    place = ask_place(talk, turn, case, kind)
    area = turn.db.get_one(Area, place.area_id)
    authority.require(turn, kind.power, area_id=area.id)
    what, categories = ask_what(talk, case)
    if plan is None:
        units = ask_units(talk, turn, area.path, kind.code, categories, ("kind", *PLACED))
        tasks = [ask_task(talk, f"task.{unit.id}", unit.name) for unit in units]
        lead = ask_lead(talk, units)
    else:
        planned = plans.tasks_of(turn.db, plan)
        units = responders.by_ids(turn.db, [task.unit_id for task in planned])
        tasks = [task.asked_to for task in planned]
        lead = next(task.unit_id for task in planned if task.lead)
    due = ask_due(talk, turn, kind)
    meet = ask_meet(talk)
    draft = Draft(kind, place, area, what, units, tasks, lead, due, meet, case, plan)
    summary = _summary(draft, len(talk.sent(PHOTO)))
    if not talk.confirm("sure", summary, _yes(turn, draft), no=_("Do not blow it")):
        talk.say(_("Nothing was blown."))
        return
    whistle = blow(turn, draft, talk.sent(PHOTO))
    if whistle.blown_at is None:
        talk.say(
            lines(
                _("It waits for the street’s yes; you read here as soon as it is blown."),
                whistle.number,
            )
        )


def _summary(draft: Draft, photos: int) -> Joined:
    several = len(draft.units) > 1
    rows = [
        planned(unit, task, leads=several and unit.id == draft.lead)
        for unit, task in zip(draft.units, draft.tasks, strict=True)
    ]
    return lines(
        _("Shall I blow it?"),
        line(name_of(draft.kind, draft.kind.code), draft.place.words),
        f"“{draft.what}”",
        *rows,
        called_too(draft.plan.volunteers, draft.plan.volunteers_do) if draft.plan else "",
        _("To be done by {when}", when=When(draft.due)),
        _("Meet: {place}", place=draft.meet) if draft.meet else "",
        ngettext("{count} photo", "{count} photos", photos) if photos else "",
    )


def _yes(turn: Turn, draft: Draft) -> Text:
    return _("Send it for review") if _is_reviewed(turn, draft) else _("Blow it")


def _is_reviewed(turn: Turn, draft: Draft) -> bool:
    """Whether a higher level has to say yes first."""
    may = authority.may(turn, Power.REVIEW_WHISTLE, area_id=draft.area.id)
    return draft.kind.reviewed and not may


# ── blown ────────────────────────────────────────────────────────────────────


def blow(turn: Turn, draft: Draft, photos: Sequence[str] = ()) -> Whistle:
    """The whistle is blown, or before whoever has to say yes."""
    today = turn.policy.local_date(turn.now)
    me, place = turn.speaker, draft.place
    point = (place.latitude, place.longitude) if place.latitude and place.longitude else None
    whistle = new_whistle(
        number=case_numbers.next_number(turn.db, f"{turn.policy.district}-S", today),
        kind=draft.kind,
        area_id=draft.area.id,
        path=draft.area.path,
        place=place.words,
        point=point,
        text=draft.what,
        by_id=me.person_id,
        by_name=me.name,
        result_due=draft.due,
        now=turn.now,
        case_id=draft.case.id if draft.case else None,
        meet=draft.meet,
        plan=(draft.plan.id, draft.plan.name) if draft.plan else None,
    )
    whistles.record(turn.db, whistle)
    scene = Scene(whistle, [])
    for unit, task in zip(draft.units, draft.tasks, strict=True):
        whose = (unit.id, unit.name, unit.phone)
        lead = unit.id == draft.lead
        scene.calls.append(new_call(whistle, whose, task, lead=lead, now=turn.now))
    files.keep(turn, "whistle", whistle.id, photos)
    if _is_reviewed(turn, draft):
        whistle.wait_for_review(turn.now, turn.policy.work)
        save(turn, scene)
        _before_the_reviewer(turn, whistle)
    else:
        whistle.blow(By(Role.WHISTLER, me.person_id, me.name), turn.now)
        for said in call_all(turn, scene):
            turn.post.reply(Card(said))
    turn.post.show(WHISTLE, whistle.id, me.person_id, kind="reply", fresh=True)
    return whistle


def call_all(turn: Turn, scene: Scene) -> list[Text]:
    """Every unit is called, and whoever reported the problem knows who comes.

    Returns what else was set going, for the whistler.
    """
    save(turn, scene)
    call_units(turn, scene, list(scene.calls))
    whistle = scene.whistle
    case = cases.lock(turn.db, whistle.case_id) if whistle.case_id else None
    if case is not None:
        units = listed(*(call.unit_name for call in scene.calls))
        text = lines(
            _(
                "{what}: the community has called {units} to come together.",
                what=what_of(turn, case),
                units=units,
            ),
            _(
                "They are to be done by {when}. You read here what becomes of it.",
                when=When(whistle.result_due),
            ),
            case.number,
        )
        tell_reporter(turn, case, text)
    return follow(Moment.BLOWN, turn, whistle.id)


def _before_the_reviewer(turn: Turn, whistle: Whistle) -> None:
    street = officer_at(turn, whistle, Level.STREET) or officer_at(turn, whistle, Level.CENTRE)
    if street is not None:
        put_before(turn, REVIEW, whistle.id, street.person_id, whistle)
