"""请假: somebody is away until a day, and their partner answers for their posts meanwhile."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from governance.desks import Which
from governance.org import LADDER, Post
from handlers.message import Card
from handlers.registry import command, conversation
from handlers.talk.answers import Option, tidy
from handlers.talk.answers import Text as TextKind
from handlers.talk.player import Talk
from handlers.turn import Turn
from handlers.watches import WEEKDAYS, seat_words
from handlers.words import Text, When, _, lines, ngettext, paragraphs
from storage import desks, invitations, org
from storage.desks import Whose

LONGEST = 180  # days
OFFERED = 7  # days that can be tapped
_DATE = re.compile(r"(?:(\d{4})[年./-])?(\d{1,2})[月./-](\d{1,2})[日号]?")
_DAYS = re.compile(r"(\d{1,3})\s*(?:天|days?)")


@conversation("away", menu=_("I am away"), also=("请假", "我不在", "休假", "away"), act=True)
def away(talk: Talk, turn: Turn) -> None:
    """Until which day; then the partner of each post has it, and is told."""
    posts = _mine(turn)
    if not posts:
        talk.say(
            _("You hold no post, so nobody has to stand in. If that is a mistake, send “human”.")
        )
        return
    until = _until(talk, turn)
    for post in posts:
        post.away_until = until
    turn.db.flush()
    for partner_id in {post.partner_id for post in posts if post.partner_id is not None}:
        _tell_partner(turn, partner_id, posts, until)
    rows = [_who_stands_in(turn, post, until) for post in posts]
    talk.say(
        lines(
            _("You are away until {when}.", when=When(until)),
            *rows,
            _("Back earlier? Send “I am back”."),
        )
    )


@command("back", menu=_("I am back"), also=("我回来了", "销假", "回来了", "i'm back"))
def back(turn: Turn) -> None:
    """The speaker answers for their posts again from now on."""
    posts = [p for p in _mine(turn) if p.away_until is not None and turn.now < p.away_until]
    if not posts:
        turn.post.reply(Card(_("You are not away; new cases come to you as always.")))
        return
    for post in posts:
        post.away_until = None
    text = _("{name} is back; their new cases go to them again.", name=turn.speaker.name)
    for partner_id in {post.partner_id for post in posts if post.partner_id is not None}:
        turn.post.to(partner_id, Card(text))
    turn.post.reply(Card(_("Good that you are back. New cases come to you again from now on.")))


def _mine(turn: Turn) -> list[Post]:
    return org.serving(turn.db, turn.speaker.person_id, turn.policy.local_date(turn.now))


# ── until when ───────────────────────────────────────────────────────────────


def _until(talk: Talk, turn: Turn) -> datetime:
    """The start of work on the day that was said."""
    today = date.fromisoformat(
        talk.recall("today", lambda: turn.policy.local_date(turn.now).isoformat())
    )
    days = [today + timedelta(days=n) for n in range(1, OFFERED + 1)]
    options = [Option(day.isoformat(), _day(turn, day)) for day in days]
    question: Text = lines(
        _("On which day are you back at work?"),
        _("For another day type it, like 12-24, or how long, like 10 days."),
    )
    why: Text = ""
    n = 0
    while True:
        said = talk.ask(f"until{n}", paragraphs(why, question), TextKind(1, 20), options=options)
        day = read_day(said.text or str(said.value), today)
        if day is not None:
            return datetime.combine(day, turn.policy.work.start, turn.policy.zone).astimezone(UTC)
        why = _("That is no day within the next half year.")
        n += 1


def _day(turn: Turn, day: date) -> Text:
    at = datetime.combine(day, turn.policy.work.start, turn.policy.zone)
    when = When(at.astimezone(UTC), date_only=True)
    return _("{day} ({weekday})", day=when, weekday=WEEKDAYS[day.weekday()])


def read_day(words: str, today: date) -> date | None:
    """The day after `today` that was typed; None if it is none, or too far off."""
    said = tidy(words).lower()
    if length := _DAYS.fullmatch(said):
        day: date | None = today + timedelta(days=int(length[1]))
    elif (dated := _DATE.fullmatch(said)) is not None:
        day = _dated(dated, today)
    else:
        day = None
    return day if day and today < day <= today + timedelta(days=LONGEST) else None


def _dated(said: re.Match[str], today: date) -> date | None:
    """Without a year, the next day of that date."""
    month, day = int(said[2]), int(said[3])
    years = [int(said[1])] if said[1] else [today.year, today.year + 1]
    for year in years:
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found > today or said[1]:
            return found
    return None


# ── who stands in ────────────────────────────────────────────────────────────


def _who_stands_in(turn: Turn, post: Post, until: datetime) -> Text:
    seat = seat_words(turn, post.seat)
    if post.partner_id is not None:
        name = org.person_name(turn.db, post.partner_id)
        if _is_away(turn, post.partner_id):
            return _(
                "{seat}: {name} stands in, but is away as well. Please agree with somebody.",
                seat=seat,
                name=name,
            )
        return _("{seat}: {name} stands in, and knows.", seat=seat, name=name)
    instead = _next_answering(turn, post)
    if instead:
        return _(
            "{seat}: no partner is named; it goes to {name} meanwhile.", seat=seat, name=instead
        )
    return _(
        "{seat}: no partner is named, and nobody else is there; it still comes to you. Ask the administrator to name one.",
        seat=seat,
    )


def _is_away(turn: Turn, person_id: int) -> bool:
    posts = org.posts_of(turn.db, person_id)
    return any(p.away_until is not None and turn.now < p.away_until for p in posts)


def _next_answering(turn: Turn, post: Post) -> str:
    """Who the ladder asks instead, by name; "" for nobody."""
    if post.area_id is None or post.kind not in LADDER:
        today = turn.policy.local_date(turn.now)
        others = [p for p in org.holders(turn.db, post.seat, today) if p is not post]
        return org.person_name(turn.db, others[0].person_id) if others else ""
    path = invitations.place(turn.db, post.area_id, None).path
    rungs = org.ladder_above(turn.db, path, turn.now, turn.policy.work)
    level = LADDER.index(post.kind)
    above = (r for r in rungs if LADDER.index(r.post) >= level and r.person_id != post.person_id)
    return next((rung.name for rung in above), "")


def _tell_partner(turn: Turn, partner_id: int, posts: Sequence[Post], until: datetime) -> None:
    theirs = [post for post in posts if post.partner_id == partner_id]
    me = turn.speaker.person_id
    waiting = desks.counts(turn.db, Whose(me, (me,)), turn.now)[Which.OPEN]
    text = lines(
        _(
            "{name} is away until {when}. You stand in:",
            name=turn.speaker.name,
            when=When(until),
        ),
        *(seat_words(turn, post.seat) for post in theirs),
        ngettext(
            "{count} case is open there. Send “my cases” to see it.",
            "{count} cases are open there. Send “my cases” to see them.",
            waiting,
        )
        if waiting
        else "",
    )
    turn.post.to(partner_id, Card(text))
