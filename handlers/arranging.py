"""排班: whoever leads a post says who has it on which days, week after week."""

from __future__ import annotations

from itertools import count

from governance import authority as powers
from governance.authority import Power
from governance.duties import HOLIDAY, Rota, Slot
from governance.org import SEATS, Area, AreaKind, PostKind, Seat
from governance.refused import Refused
from handlers import authority
from handlers.cases.common import tell_officer
from handlers.choosing import pick
from handlers.message import Choice
from handlers.posts import POSTS
from handlers.registry import choice, command, conversation
from handlers.talk.answers import Option
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.watches import SERVED, WEEKDAYS, rota_of, seat_of, seat_words, token
from handlers.words import Text, Words, _
from storage import duties, gazetteer, invitations, org
from storage.gazetteer import Spot

NOBODY = "nobody"
DAYS: dict[str, tuple[Words, tuple[int, ...]]] = {
    "work": (_("Monday to Friday"), (0, 1, 2, 3, 4)),
    "off": (_("Weekends and holidays"), (HOLIDAY,)),
    "all": (_("Every day"), (0, 1, 2, 3, 4, HOLIDAY)),
    **{f"d{n}": (WEEKDAYS[n], (n,)) for n in range(5)},
}
SLOTS: dict[str, tuple[Words, tuple[Slot, ...]]] = {
    "day": (_("By day"), (Slot.DAY,)),
    "night": (_("At night"), (Slot.NIGHT,)),
    "both": (_("Day and night"), (Slot.DAY, Slot.NIGHT)),
}
_BELOW = (AreaKind.STREET, AreaKind.COMMUNITY, AreaKind.GRID)


# ── which post ───────────────────────────────────────────────────────────────


@command("rota", menu=_("Arrange the duty"), also=("排班", "安排值班", "rota"))
def rota_command(turn: Turn) -> Start:
    """The posts the speaker leads."""
    return _start(turn)


def _start(turn: Turn) -> Start:
    if not powers.reaches(Power.SET_DUTY, authority.held(turn)):
        posts = tuple(powers.TABLE[Power.SET_DUTY])
        raise Refused("needs_post", power=Power.SET_DUTY, posts=posts)
    return Start("rota")


@choice("duties.pick")
def pick_tapped(turn: Turn, _subject: int, _arg: str) -> Start:
    return _start(turn)


@conversation("rota", act=True)
def rota_talk(talk: Talk, turn: Turn) -> None:
    """From the topmost place the speaker leads down to one post, by taps."""
    seat = _seat(talk, turn)
    if seat is None:
        talk.say(_("Nobody holds a post with watches there yet. Send “invite” to fill it."))
        return
    show = (Choice(_("Show the week"), f"duties.week:{token(seat)}"),)
    arrange = (Choice(_("Arrange this post"), f"duties.arrange:{token(seat)}"),)
    talk.say(seat_words(turn, seat), show + arrange)


def _seat(talk: Talk, turn: Turn) -> Seat | None:
    area_id, unit_id = _top(talk, turn)
    if area_id is None:
        return _kind(talk, turn, None, unit_id)
    place = gazetteer.chain(turn.db, area_id)[0]
    for step in count():
        below = _below(turn, place)
        if not below:
            return _kind(talk, turn, place.id, None)
        own = [Option(kind, POSTS[kind]) for kind in _held(turn, place.id, None)]
        question = _("{place}: which post, or where below it?", place=place.name)
        found = pick(talk, f"at{step}", question, below, also=own)
        if isinstance(found, str):
            return Seat(PostKind(found), place.id)
        place = found
    raise AssertionError  # `count` has no end


def _top(talk: Talk, turn: Turn) -> tuple[int | None, int | None]:
    """The area or unit the speaker leads; asked where there are several."""
    places = powers.reaches(Power.SET_DUTY, authority.held(turn))
    if not places:
        authority.require(turn, Power.SET_DUTY)
    if len(places) == 1:
        return places[0]
    codes = {f"{area_id or ''}.{unit_id or ''}": (area_id, unit_id) for area_id, unit_id in places}
    options = [
        Option(code, invitations.place(turn.db, *place).name) for code, place in codes.items()
    ]
    return codes[talk.choose("top", _("Where?"), options)]


def _below(turn: Turn, place: Spot) -> list[Spot]:
    """The next level down that there is."""
    lower = _BELOW[_BELOW.index(place.kind) + 1 :] if place.kind in _BELOW else _BELOW
    levels = (gazetteer.within(turn.db, place, kind) for kind in lower)
    return list(next((found for found in levels if found), ()))


def _kind(talk: Talk, turn: Turn, area_id: int | None, unit_id: int | None) -> Seat | None:
    kinds = _held(turn, area_id, unit_id)
    if not kinds:
        return None
    options = [Option(kind, POSTS[kind]) for kind in kinds]
    chosen = talk.choose("kind", _("Which post?"), options) if len(kinds) > 1 else kinds[0]
    return Seat(PostKind(chosen), area_id, unit_id)


def _held(turn: Turn, area_id: int | None, unit_id: int | None) -> list[PostKind]:
    """The posts with watches that somebody serves in at exactly this place."""
    today = turn.policy.local_date(turn.now)
    area = turn.db.get_one(Area, area_id) if area_id is not None else None
    fits = [k for k in SERVED if (area.kind in SEATS[k] if area else not SEATS[k])]
    held = [k for k in fits if org.holders(turn.db, Seat(k, area_id, unit_id), today)]
    return sorted(held, key=list(PostKind).index)


# ── the pattern ──────────────────────────────────────────────────────────────


@choice("duties.arrange")
def arrange(_turn: Turn, place_id: int, kind: str) -> Start:
    return Start("arrange", {"place": place_id, "kind": kind})


@conversation("arrange", act=True)
def arrange_talk(talk: Talk, turn: Turn) -> None:
    """Which days, which half of them, who: in force from now on, and those concerned know."""
    seat = seat_of(int(talk.given("place")), talk.given("kind"))
    authority.require(turn, Power.SET_DUTY, area_id=seat.area_id, unit_id=seat.unit_id)
    rota = rota_of(turn, seat)
    question = _("{seat}: which days?", seat=seat_words(turn, seat))
    days = DAYS[talk.choose("days", question, [Option(c, w) for c, (w, _d) in DAYS.items()])]
    slots = SLOTS[
        talk.choose(
            "slots", _("By day or at night?"), [Option(c, w) for c, (w, _s) in SLOTS.items()]
        )
    ]
    person_id = _whom(talk, turn, rota)
    watches = [(day, slot) for day in days[1] for slot in slots[1]]
    me = turn.speaker.person_id
    relieved = duties.set_pattern(turn.db, seat, watches, person_id, me, turn.now)
    _tell(turn, seat, days[0], slots[0], person_id, relieved)
    at = token(seat)
    talk.say(
        _said(turn, seat, days[0], slots[0], person_id),
        (
            Choice(_("Arrange more"), f"duties.arrange:{at}"),
            Choice(_("Show the week"), f"duties.week:{at}"),
        ),
    )


def _whom(talk: Talk, turn: Turn, rota: Rota) -> int | None:
    names = org.names(turn.db, rota.colleagues)
    options = [Option(str(person), names[person]) for person in rota.colleagues]
    nobody = Option(NOBODY, _("Nobody by name"))
    chosen = talk.choose("who", _("Who has it?"), [*options, nobody])
    return None if chosen == NOBODY else int(chosen)


def _said(turn: Turn, seat: Seat, days: Words, slots: Words, person_id: int | None) -> Text:
    values = {"seat": seat_words(turn, seat), "days": days, "slots": slots}
    if person_id is None:
        return _(
            "{seat}, {days}, {slots}: nobody by name; the holder of the post answers.", **values
        )
    name = org.person_name(turn.db, person_id)
    return _("{seat}, {days}, {slots}: {name}, from now on.", name=name, **values)


def _tell(
    turn: Turn, seat: Seat, days: Words, slots: Words, person_id: int | None, relieved: set[int]
) -> None:
    """Those who have watches now, or no longer, read by whom it was arranged."""
    text = _(
        "{by} has arranged the duty. {what} Send “duty” to see the week.",
        by=turn.speaker.name,
        what=_said(turn, seat, days, slots, person_id),
    )
    concerned = relieved | ({person_id} if person_id is not None else set())
    for one in concerned - {turn.speaker.person_id}:
        tell_officer(turn, one, text)
