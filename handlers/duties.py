"""值班: the week's calendar of a seat, and one tap for "tonight is mine"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from governance import authority as powers
from governance import duties as rules
from governance.authority import Power
from governance.duties import Rota, Slot, Swap, Watch
from governance.org import Seat
from handlers import arranging as arranging  # registers itself
from handlers import authority, humans, swaps
from handlers import leaves as leaves  # registers itself
from handlers.message import Card, Choice
from handlers.posts import reachable
from handlers.registry import choice, command
from handlers.turn import Turn
from handlers.watches import (
    AHEAD,
    SWAP,
    day_words,
    require_stand,
    rota_of,
    running,
    seat_of,
    seat_words,
    seats_of,
    tell_above,
    token,
)
from handlers.words import Text, _, line, lines
from storage import org

DAYS = 7
MOST_SEATS = 4  # calendars shown at once; a person with more posts finds the others by "rota"


@command("duty", menu=_("Duty"), also=("值班", "谁值班", "值班表", "我的值班", "my duty"))
def duty(turn: Turn) -> None:
    """The coming week of each seat of the speaker; for everybody else who answers now."""
    seats = seats_of(turn)
    for seat in seats[:MOST_SEATS]:
        turn.post.reply(week(turn, rota_of(turn, seat)))
    if powers.reaches(Power.SET_DUTY, authority.held(turn)):
        look = Choice(_("Another post"), "duties.pick:0")
        turn.post.reply(Card(_("To see or arrange the posts you lead:"), (look,)))
    elif not seats:
        rung = humans.on_duty(turn)
        turn.post.reply(Card(_("On duty now: {who}.", who=reachable(rung))))


@choice("duties.week")
def show_week(turn: Turn, place_id: int, kind: str) -> None:
    rota = rota_of(turn, seat_of(place_id, kind))
    if not _may_arrange(turn, rota.seat):
        require_stand(turn, rota)
    turn.post.reply(week(turn, rota))


def week(turn: Turn, rota: Rota) -> Card:
    """Who is on duty now, and each date of the coming week with its holidays."""
    first = running(turn).day
    days = [first + timedelta(days=n) for n in range(DAYS)]
    present = {day: {slot: _answers(turn, rota, Watch(day, slot)) for slot in Slot} for day in days}
    now = _answers(turn, rota, running(turn))
    everybody = {person for on in present.values() for person in on.values()}
    names = org.names(turn.db, {person for person in everybody | {now} if person is not None})
    rows = [_row(turn, day, on, names) for day, on in present.items()]
    text = lines(
        line("🗓", seat_words(turn, rota.seat), separator=" "),
        _("On duty now: {who}.", who=names.get(now or 0, "")),
        *rows,
        "" if rota.entries else _("No pattern has been set; the holder of the post answers."),
    )
    return Card(text, _choices(turn, rota))


def _row(turn: Turn, when: date, on: Mapping[Slot, int | None], names: Mapping[int, str]) -> Text:
    """Who has a date; said once where it is the same person day and night."""
    day, note = day_words(turn, Watch(when, Slot.DAY)), _note(turn, Watch(when, Slot.DAY))
    by_day, by_night = (names.get(on[slot] or 0, "") for slot in (Slot.DAY, Slot.NIGHT))
    if by_day == by_night:
        return _("{day}{note}: {who}", day=day, note=note, who=by_day)
    return _(
        "{day}{note}: by day {by_day}, at night {by_night}",
        day=day,
        note=note,
        by_day=by_day,
        by_night=by_night,
    )


def _answers(turn: Turn, rota: Rota, watch: Watch) -> int | None:
    """Whoever has this watch, or stands in for them then."""
    work, person_id = turn.policy.work, rota.on(watch)
    clock = work.start if watch.slot is Slot.DAY else work.end
    begins = datetime.combine(watch.day, clock, work.zone).astimezone(UTC)
    own = next((post for post in rota.posts if post.person_id == person_id), None)
    return own.answering(max(turn.now, begins)) if own else person_id


def _note(turn: Turn, watch: Watch) -> Text:
    """Where the date is not what its weekday says."""
    weekend = watch.day.weekday() >= 5
    open_ = turn.policy.work.is_workday(watch.day)
    if weekend == open_:
        return _(", make-up workday") if open_ else _(", public holiday")
    return _(", day off") if weekend else ""


def _choices(turn: Turn, rota: Rota) -> tuple[Choice, ...]:
    at, me = token(rota.seat), turn.speaker.person_id
    found: list[Choice] = []
    if me in rota.colleagues:
        if rota.on(rules.tonight(turn.now, turn.policy.work)) != me:
            found.append(Choice(_("I take tonight"), f"duties.tonight:{at}"))
        if rota.watches(me, running(turn), AHEAD):
            found.append(Choice(_("Swap a watch"), f"duties.offer:{at}"))
    if _may_arrange(turn, rota.seat):
        found.append(Choice(_("Arrange this post"), f"duties.arrange:{at}"))
    return tuple(found)


def _may_arrange(turn: Turn, seat: Seat) -> bool:
    return authority.may(turn, Power.SET_DUTY, area_id=seat.area_id, unit_id=seat.unit_id)


# ── tonight ──────────────────────────────────────────────────────────────────


@command("tonight", menu=_("I take tonight"), also=("今晚我值", "今晚我替", "i take tonight"))
def tonight(turn: Turn) -> None:
    """Agreed by word of mouth: the speaker has this night from now on."""
    watch = rules.tonight(turn.now, turn.policy.work)
    seats = seats_of(turn)
    me, today = turn.speaker.person_id, turn.policy.local_date(turn.now)
    others = [s for s in seats if rota_of(turn, s).on(watch) != me]
    served = {post.seat for post in org.serving(turn.db, me, today)}
    meant = [s for s in others if s in served] or others  # one's own post before a partner's
    if len(meant) == 1:
        _take(turn, meant[0], watch)
    elif others:
        turn.post.reply(Card(_("Which post do you take tonight?"), _each(turn, meant)))
    elif seats:
        turn.post.reply(Card(_("Tonight is yours already. Send “duty” to see the week.")))
    else:
        turn.post.reply(
            Card(_("You hold no post with watches. If that is a mistake, send “human”."))
        )


def _each(turn: Turn, seats: Sequence[Seat]) -> tuple[Choice, ...]:
    return tuple(Choice(seat_words(turn, s), f"duties.tonight:{token(s)}") for s in seats)


@choice("duties.tonight")
def tonight_tapped(turn: Turn, place_id: int, kind: str) -> None:
    _take(turn, seat_of(place_id, kind), rules.tonight(turn.now, turn.policy.work))


def _take(turn: Turn, seat: Seat, watch: Watch) -> None:
    """In force at once; whoever is relieved may undo it."""
    rota, me = rota_of(turn, seat), turn.speaker
    require_stand(turn, rota)
    relieved = rota.on(watch)
    if relieved == me.person_id:
        turn.post.reply(Card(_("Tonight is yours already. Send “duty” to see the week.")))
        return
    at = (seat.kind, seat.area_id, seat.unit_id, watch.day, watch.slot)
    swap = Swap(*at, me.person_id, relieved, me.person_id, turn.now, agreed_at=turn.now)
    turn.db.add(swap)
    turn.db.flush()
    turn.post.show(SWAP, swap.id, me.person_id, kind="reply", fresh=True)
    if relieved is not None:
        turn.post.show(SWAP, swap.id, relieved, kind="alert", fresh=True)
    tell_above(turn, swap, swaps.outcome(turn, swap))
