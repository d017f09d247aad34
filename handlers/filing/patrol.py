"""巡查上报: what somebody in a post, or a member on the road, found on their way: a photo, the
place, the kind, and it is filed. Nothing is confirmed; the receipt has the tap that takes it back,
unless it is in one's own hands: nobody ends what they handle.
"""

from __future__ import annotations

from datetime import timedelta

from governance.authority import Power
from governance.casefile import Case
from governance.cases import Role
from governance.filing import Filing, Via, is_probe
from governance.org import Area, AreaKind
from governance.people import Person
from governance.policy import Category
from governance.roles import actor_of
from handlers import authority, choosing, places
from handlers.cases.common import kind_of, ladder, what_of
from handlers.cases.questions import (
    NONE_OF_THESE,
    PLACED,
    ask_category,
    located,
)
from handlers.cases.report import Draft, counted_in, open_from, whom_it_concerns
from handlers.message import Choice
from handlers.posts import holder
from handlers.registry import conversation
from handlers.talk.answers import LOCATION, PHOTO, VOICE, Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Answer, Talk
from handlers.turn import Turn
from handlers.words import When, _, lines
from storage import filing, gazetteer, org

OFTEN = 6  # kinds offered where nothing was said
LATELY = timedelta(days=90)
BUILDINGS = choosing.PAGE


@conversation("patrol", menu=_("Report what I found"), also=("巡查", "巡查上报", "拍照上报"))
def patrol(talk: Talk, turn: Turn) -> None:
    via = talk.recall("via", lambda: _via(turn))
    if via is None:
        authority.require(turn, Power.FILE_FOR)
    talk.accepts(PHOTO, VOICE)
    base = talk.recall("base", lambda: base_of(turn))
    question = _(
        "Send a photo of it; a few words under it save you a step. Or just type what it is."
    )
    what = talk.ask("what", question, PHOTO, Typed(2, 1000), VOICE)
    place = ask_spot(talk, turn, what, base)
    category = ask_kind_here(talk, turn, what, place)
    if counted_in(talk, turn, category, place, after=(*PLACED, "often")):
        return
    concerned = whom_it_concerns(talk, turn, category, place)
    draft = Draft(place, category, what.text, talk.sent(PHOTO), talk.sent(VOICE), concerned)
    case = open_from(turn, draft, filing=Filing(Via(via), turn.speaker.person_id))
    _receipt(talk, turn, case)


def _via(turn: Turn) -> str | None:
    """As what the speaker files; None for whoever may not."""
    if authority.reached(turn, Power.FILE_FOR):
        return Via.PATROL
    person = turn.db.get_one(Person, turn.speaker.person_id)
    return Via.PROBE if is_probe(person.skills) else None


def base_of(turn: Turn) -> int | None:
    """The area of the speaker's own post, where what they type is looked for; the smallest one."""
    areas = [post.area_id for post in authority.held(turn) if post.area_id is not None]
    chains = [gazetteer.chain(turn.db, area_id) for area_id in areas]
    return max(chains, key=len)[0].id if chains else None


# ── the questions ────────────────────────────────────────────────────────────


def ask_spot(talk: Talk, turn: Turn, what: Answer, base: int | None) -> places.Found:
    """Read in the words, else one tap or a shared location. What is known nowhere lies in the
    speaker's own area, in the words they used."""
    named = talk.recall("named", lambda: _named(turn, what, base), after=("what",))
    if named is not None and not talk.changed("where"):
        return places.Found(**named)
    spots = talk.recall("spots", lambda: _spots(turn, base))
    options = [Option(f"a{area_id}", name) for area_id, name in spots]
    question = (
        _("Where? Share your location, tap the building, or type it.")
        if options
        else _("Where? Share your location, or type it.")
    )
    where = talk.ask("where", question, LOCATION, Typed(2, 200), options=options)
    if where.kind == "option":
        above = gazetteer.chain(turn.db, int(str(where.value)[1:]))
        return places.Found(
            above[0].id, places.name_of(above), above[0].latitude, above[0].longitude
        )
    found = talk.recall("found", lambda: _somewhere(turn, where, base), after=("where",))
    return places.Found(**found)


def _named(turn: Turn, what: Answer, base: int | None) -> dict[str, object] | None:
    found = places.in_text(turn, what.text, base)
    return found.as_json() if found is not None else None


def _spots(turn: Turn, base: int | None) -> list[tuple[int, str]]:
    """The buildings of the speaker's own grid, where they fit on one screen."""
    if base is None:
        return []
    found = gazetteer.within(turn.db, gazetteer.chain(turn.db, base)[0], AreaKind.BUILDING)
    shown = choosing.numbered(found)
    return [(spot.id, spot.name) for spot in shown] if len(shown) <= BUILDINGS else []


def _somewhere(turn: Turn, where: Answer, base: int | None) -> dict[str, object]:
    found = located(turn, where, base)
    if found is not None:
        return found.as_json()
    area = turn.db.get_one(Area, base) if base is not None else org.district(turn.db)
    if where.kind != "location":
        return places.Found(area.id, where.text).as_json()
    latitude, longitude = where.value
    words = f"{area.name} {latitude:.5f}, {longitude:.5f}"
    return places.Found(area.id, words, latitude, longitude).as_json()


def ask_kind_here(talk: Talk, turn: Turn, what: Answer, place: places.Found) -> Category:
    """Read in the words, else what is reported here most; everything else behind one tap."""
    if not what.categories:
        often = talk.recall("usual", lambda: _usual(turn, place), after=("where",))
        options = [
            *(Option(code, kind_of(turn, code)) for code in often),
            Option(NONE_OF_THESE, _("None of these")),
        ]
        if often:
            code = talk.choose("often", _("What is it about?"), options, after=("where",))
            if code != NONE_OF_THESE:
                return turn.policy.category(code)
    return ask_category(talk, turn, what, _("Decide that later"))


def _usual(turn: Turn, place: places.Found) -> list[str]:
    above = gazetteer.chain(turn.db, place.area_id)
    around = places.community_of(above) or above[-1]
    return list(filing.often(turn.db, around.path, turn.now - LATELY, OFTEN))


# ── the receipt ──────────────────────────────────────────────────────────────


def _receipt(talk: Talk, turn: Turn, case: Case) -> None:
    """Where it went, and that it can be taken back. In one's own hands it says who looks later."""
    me = turn.speaker
    mine = actor_of(case, me.person_id, me.name, ladder(turn, case)).role is Role.HOLDER
    talk.say(
        lines(
            _("Filed: {place}, {kind}.", place=case.place, kind=what_of(turn, case)),
            _(
                "It is in your own hands, to be done by {day}. When you report it done, somebody "
                "who had no part in it looks whether it is.",
                day=When(case.result_due, date_only=True),
            )
            if mine
            else _(
                "Passed to {holder}, to be done by {day}. You are asked then whether it is.",
                holder=holder(case),
                day=When(case.result_due, date_only=True),
            ),
            case.number,
        ),
        () if mine else (Choice(_("Withdraw it"), f"cases.withdraw:{case.id}"),),
    )
