"""What every act on the duty calendar needs: the seat, its calendar, and how watches are called."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from governance import duties as rules
from governance.authority import TABLE, Power
from governance.duties import Rota, Swap, Watch
from governance.org import LADDER, SEATS, PostKind, Seat, next_rung
from governance.refused import Refused
from handlers import authority
from handlers.cases.common import tell_officer
from handlers.posts import POSTS
from handlers.turn import Turn
from handlers.words import Text, When, Words, _
from storage import duties, invitations, org

SWAP = "duties.swap"
AHEAD = 14  # days of the calendar that can be swapped
SERVED = frozenset(TABLE[Power.SWAP_DUTY])
"""The posts that have watches."""

WEEKDAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
SLOTS = {rules.Slot.DAY: _("day"), rules.Slot.NIGHT: _("night")}


# ── seats ────────────────────────────────────────────────────────────────────


def token(seat: Seat) -> str:
    """The seat as a choice carries it: "place:kind"."""
    return f"{seat.area_id or seat.unit_id}:{seat.kind}"


def seat_of(place_id: int, kind: str) -> Seat:
    """The seat that such a token means. Raises `Refused("no_such_seat")`."""
    if kind not in SERVED:
        raise Refused("no_such_seat")
    at_area = SEATS[PostKind(kind)]
    return Seat(PostKind(kind), place_id if at_area else None, None if at_area else place_id)


def seats_of(turn: Turn) -> list[Seat]:
    """Where the speaker serves, then where they stand in."""
    me, today = turn.speaker.person_id, turn.policy.local_date(turn.now)
    posts = (*org.serving(turn.db, me, today), *org.stands_in_for(turn.db, me, today))
    return list(dict.fromkeys(post.seat for post in posts if post.kind in SERVED))


def rota_of(turn: Turn, seat: Seat, days: int = AHEAD) -> Rota:
    """The seat with its calendar from the running watch on. Raises `Refused("no_such_seat")`
    where nobody serves today."""
    work = turn.policy.work
    posts = org.holders(turn.db, seat, turn.policy.local_date(turn.now))
    if not posts:
        raise Refused("no_such_seat")
    first = running(turn).day
    swaps = duties.swaps_of(turn.db, seat, first, first + timedelta(days=days))
    return Rota(seat, posts, duties.entries_of(turn.db, seat), swaps, work.is_workday)


def require_stand(turn: Turn, rota: Rota) -> None:
    """Raises `Refused` unless the speaker holds this seat, stands in there, or does the same
    work within reach."""
    seat = rota.seat
    if turn.speaker.person_id in rota.colleagues:
        return
    authority.require(turn, Power.SWAP_DUTY, area_id=seat.area_id, unit_id=seat.unit_id)
    if seat.kind not in {post.kind for post in authority.held(turn)}:
        raise Refused("duty_of_others")


def running(turn: Turn) -> Watch:
    return rules.watch_at(turn.now, turn.policy.work)


# ── how they are called ──────────────────────────────────────────────────────


def seat_words(turn: Turn, seat: Seat) -> Words:
    place = invitations.place(turn.db, seat.area_id, seat.unit_id)
    return _("{post} of {place}", post=POSTS[seat.kind], place=place.name)


def day_words(turn: Turn, watch: Watch) -> Words:
    noon = datetime.combine(watch.day, time(12), turn.policy.zone).astimezone(UTC)
    return _(
        "{day} ({weekday})",
        day=When(noon, date_only=True),
        weekday=WEEKDAYS[watch.day.weekday()],
    )


def watch_words(turn: Turn, watch: Watch) -> Words:
    return _("{day}, {slot}", day=day_words(turn, watch), slot=SLOTS[watch.slot])


# ── who is told ──────────────────────────────────────────────────────────────


def tell_above(turn: Turn, swap: Swap, text: Text) -> None:
    """Whoever leads the seat reads it, unless they did it themselves."""
    person_id = _above(turn, swap.seat, swap.person_id)
    if person_id not in {None, swap.person_id, swap.relieved_id, turn.speaker.person_id}:
        tell_officer(turn, person_id or 0, text)


def _above(turn: Turn, seat: Seat, person_id: int) -> int | None:
    today = turn.policy.local_date(turn.now)
    if seat.area_id is None:
        leaders = org.holders(turn.db, Seat(PostKind.UNIT_LEADER, None, seat.unit_id), today)
        return next((post.answering(turn.now) for post in leaders), None)
    if seat.kind not in LADDER:
        return None
    path = invitations.place(turn.db, seat.area_id, None).path
    rungs = org.ladder_above(turn.db, path, turn.now, turn.policy.work)
    rung = next_rung(rungs, seat.kind, person_id)
    return rung.person_id if rung else None
