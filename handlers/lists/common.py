"""What every act on the lists needs: who answers for what, and how things are called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time

from governance.authority import Power
from governance.lists import HALVES, Need
from governance.org import Area, AreaKind, PostKind, Seat, Unit
from handlers import authority, places
from handlers.cases.common import tell_officer, tell_resident
from handlers.talk.answers import Option
from handlers.talk.player import Talk
from handlers.turn import Turn
from handlers.watches import WEEKDAYS
from handlers.words import Name, Text, When, Words, _, listed
from storage import gazetteer, org

NEED, BOOKING = "lists.need", "lists.booking"
HALF_DAYS: dict[str, Words] = {"a": _("morning"), "p": _("afternoon")}
CUT = 120  # characters of somebody's words on a card


# ── who answers ──────────────────────────────────────────────────────────────


def community(turn: Turn, area_id: int) -> Area:
    """The community an area lies in; where a district has no such level, the area itself."""
    area = turn.db.get_one(Area, area_id)
    return org.ancestor(turn.db, area, AreaKind.COMMUNITY) or area


def officer(turn: Turn, area_id: int, *posts: PostKind) -> int | None:
    """Who answers at an area or above it in the first of these posts that somebody serves in."""
    path = turn.db.get_one(Area, area_id).path_ids
    day = turn.policy.local_date(turn.now)
    rungs = org.ladder_above(turn.db, path, turn.now, turn.policy.work)
    for post in posts:
        for rung in rungs:
            if rung.post is post:
                return rung.person_id
        for above in reversed(path):
            for held in org.holders(turn.db, Seat(post, above), day):
                return held.answering(turn.now)
    return None


def desk(turn: Turn, area_id: int) -> int | None:
    """Who reads what comes in at the community."""
    return officer(turn, area_id, PostKind.COMMUNITY_DUTY, PostKind.COMMUNITY_HEAD)


def desk_phone(turn: Turn, area_id: int) -> str:
    """The community's duty telephone; "" where nobody serves."""
    path = turn.db.get_one(Area, area_id).path_ids
    rungs = org.ladder_above(turn.db, path, turn.now, turn.policy.work)
    return next((r.phone for r in rungs if r.post is PostKind.COMMUNITY_DUTY), "")


def unit_officer(turn: Turn, unit_id: int, *, leader: bool = False) -> int | None:
    """Who answers for a unit: whoever is on duty there, or whoever leads it."""
    day = turn.policy.local_date(turn.now)
    posts = (PostKind.UNIT_DUTY, PostKind.UNIT_LEADER)
    for post in reversed(posts) if leader else posts:
        for held in org.holders(turn.db, Seat(post, None, unit_id), day):
            return held.answering(turn.now)
    return None


def bases(turn: Turn, power: Power) -> list[int]:
    """The communities, or the units, in which the speaker has a power."""
    found = (unit or area for area, unit in authority.reached(turn, power))
    return [one for one in found if one is not None]


def ask_base(talk: Talk, turn: Turn, power: Power, names: type[Area] | type[Unit]) -> int:
    """One of them; asked where there are several. Raises `Refused` where there is none."""
    found = bases(turn, power)
    if not found:
        authority.require(turn, power)
    if len(found) == 1:
        return found[0]
    options = [Option(str(one), _name(turn, names, one)) for one in found]
    return int(talk.choose("base", _("For which of them is it?"), options))


def _name(turn: Turn, names: type[Area] | type[Unit], one: int) -> str:
    return turn.db.get_one(Area, one).name if names is Area else turn.db.get_one(Unit, one).name


# ── what is shown and told ───────────────────────────────────────────────────


def put_before(turn: Turn, view: str, subject: int, person_id: int | None) -> None:
    """Somebody in a post or on the service list has it on the phone, at a decent hour."""
    if person_id is None:
        return
    if turn.person is not None and person_id == turn.speaker.person_id:
        turn.post.show(view, subject, person_id, kind="reply", fresh=True)
        return
    at = turn.policy.work.next_open(turn.now)
    late = at if at > turn.now else None
    turn.post.show(view, subject, person_id, kind="notice", fresh=True, release_at=late)


def tell(turn: Turn, person_id: int | None, text: Text) -> None:
    """A line for somebody in a post, unless they did it themselves."""
    if person_id is not None and not _is_speaker(turn, person_id):
        tell_officer(turn, person_id, text)


def tell_asker(turn: Turn, need: Need, text: Text) -> None:
    """A line for whoever asked: a resident at a decent hour, or the community's officer."""
    if need.person_id is None:
        tell(turn, need.by_id, text)
    elif not _is_speaker(turn, need.person_id):
        tell_resident(turn, need.person_id, text)


def _is_speaker(turn: Turn, person_id: int) -> bool:
    return turn.person is not None and turn.speaker.person_id == person_id


# ── how things are called ────────────────────────────────────────────────────


def place_words(turn: Turn, area_id: int) -> str:
    """An area as people say it: "翠湖社区3号楼"."""
    return places.name_of(gazetteer.chain(turn.db, area_id))


def day_words(turn: Turn, day: date) -> When:
    noon = datetime.combine(day, time(12), turn.policy.zone).astimezone(UTC)
    return When(noon, date_only=True)


def date_words(day: date) -> Name:
    """A date on a card, which may be read for days: never "tomorrow"."""
    return Name(f"{day.month}月{day.day}日", f"{day.day} {day:%B}")


def weekday_words(turn: Turn, day: date) -> Words:
    return _("{day} ({weekday})", day=day_words(turn, day), weekday=WEEKDAYS[day.weekday()])


def skill_words(turn: Turn, codes: Iterable[str]) -> Text:
    """Skills as the district names them; a word of one's own stays as it is."""
    known = turn.policy.skills
    return listed(
        *(
            Name(known[code].name_zh, known[code].name_en) if code in known else code
            for code in codes
        )
    )


def hour_words(hours: Sequence[str]) -> Text:
    """Half days as people say them: "周六全天、周日上午"."""
    halves = {half: {h[0] for h in hours if h[1] == half} for half in HALVES}
    both = halves["a"] & halves["p"]
    parts: list[Text] = [_("{days} all day", days=_weekdays(both))] if both else []
    for half, days in halves.items():
        if rest := days - both:
            parts.append(_("{days} {half}", days=_weekdays(rest), half=HALF_DAYS[half]))
    return listed(*parts)


def _weekdays(days: Iterable[str]) -> Text:
    return listed(*(WEEKDAYS[int(day) - 1] for day in sorted(days)))


def cut(words: str, most: int = CUT) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"
