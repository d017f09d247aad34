"""发通知: to whom, how urgent, what, when; read once more with exact numbers, and sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from governance.authority import Power
from governance.bulletins import Bulletin, Level, Whom
from governance.org import Area
from governance.shift_times import parse_moment
from handlers import authority
from handlers.bulletins.common import CARD, MOST_WORDS, signature, since, words
from handlers.bulletins.numbers import gaps_of, lasting
from handlers.bulletins.whom import To, ask_whom
from handlers.files import keep, keep_handout
from handlers.registry import command, conversation
from handlers.talk.answers import DOCUMENT, PHOTO, Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Joined, Text, When, _, lines, ngettext, paragraphs
from storage import bulletin_audience, bulletins, lanes
from storage.bulletin_audience import Audience

LEVELS = {
    Level.ORDINARY: _("Ordinary: waits for the morning, asks for nothing"),
    Level.EMERGENCY: _("Emergency: at once, also at night, asks who knows"),
}
_CHANGES = (Option("words", _("Change what it says")), Option("when", _("Change the time")))
NOW = "now"


@command(
    "bulletin", menu=_("Send a notice"), also=("发通知", "通知大家", "群发", "发公告", "bulletin")
)
def begin(turn: Turn) -> Start:
    if not authority.reached(turn, Power.SEND_BULLETIN):
        authority.require(turn, Power.SEND_BULLETIN)
    return Start("bulletin")


@conversation("bulletin", act=True, of_dangers=True)
def bulletin_talk(talk: Talk, turn: Turn) -> None:
    """Nothing goes out that its sender has not read as its readers will."""
    talk.accepts(PHOTO, DOCUMENT)
    to = ask_whom(talk, turn)
    level = Level(
        talk.choose("level", _("How urgent is it?"), [Option(k, w) for k, w in LEVELS.items()])
    )
    text = _ask_words(talk)
    start_at = turn.now if level is Level.EMERGENCY else _ask_when(talk, turn)
    draft = _draft(turn, to, level, text, start_at or turn.now)
    counted = talk.recall("count", lambda: _count(turn, to, draft), after=("whom", "level"))
    changes = _CHANGES[:1] if draft.emergency else _CHANGES
    summary = _summary(talk, turn, to, draft, counted, later=start_at)
    if not talk.confirm("sure", summary, _("Send the notice"), changes):
        talk.say(_("Nothing was sent."))
        return
    _send(talk, turn, to, draft)


def _ask_words(talk: Talk) -> str:
    question = _(
        "What do you want to say? Up to {most} characters. A photo or a file may follow any time.",
        most=MOST_WORDS,
    )
    return talk.ask("words", question, Typed(2, MOST_WORDS)).text


def _ask_when(talk: Talk, turn: Turn) -> datetime | None:
    """The moment it goes out; None for at once."""
    now = datetime.fromisoformat(talk.recall("asked", lambda: turn.now.isoformat()))
    offered = {f"t{n}": at for n, at in enumerate(_times(turn, now))}
    options = [Option(NOW, _("Now")), *(Option(code, _at(at)) for code, at in offered.items())]
    question: Text = _("When? Tap, or type it, for example: tomorrow 9:00")
    n = 0
    while True:
        said = talk.ask(
            f"when{n or ''}", question, Typed(2, 40), options=options, after=("when",) if n else ()
        )
        if said.value == NOW:
            return None
        if said.kind == "option":
            return offered[str(said.value)]
        found = parse_moment(said.text, now.astimezone(turn.policy.zone))
        if found is not None:
            return found.astimezone(UTC)
        n += 1
        question = _("I do not understand that as a time to come. Please like this: tomorrow 9:00.")


def _at(at: datetime) -> Joined:
    return lines(When(at))


def _times(turn: Turn, now: datetime) -> list[datetime]:
    """This evening and tomorrow morning, as far as they are still to come."""
    local = now.astimezone(turn.policy.zone)
    evening, morning = time(18), time(9)
    found = [
        datetime.combine(day, clock, turn.policy.zone).astimezone(UTC)
        for day, clock in ((local.date(), evening), (local.date() + timedelta(days=1), morning))
    ]
    return [at for at in found if at > now + timedelta(minutes=30)]


# ── read once more ───────────────────────────────────────────────────────────


def _draft(turn: Turn, to: To, level: Level, text: str, start_at: datetime) -> Bulletin:
    post, place, phone = signature(turn, to.area_id, to.unit_id)
    return Bulletin(
        by_id=turn.speaker.person_id,
        post=post,
        place=place,
        phone=phone,
        level=level,
        whom=to.whom,
        text=text,
        created_at=turn.now,
        start_at=start_at,
        area_id=to.area_id,
        unit_id=to.unit_id,
        team=to.team,
        named=turn.say(to.called(turn)) if to.whom is Whom.LIST else "",
    )


def _count(turn: Turn, to: To, draft: Bulletin) -> dict[str, Any]:
    """How many it reaches, counted as it stands now."""
    path = turn.db.get_one(Area, to.area_id).path if to.area_id is not None else ""
    listed = to.whom is Whom.LIST
    found = bulletin_audience.count(
        turn.db,
        Audience(
            to.whom,
            turn.speaker.person_id,
            since(turn),
            turn.now,
            draft.to_all,
            "" if listed else path,
            to.unit_id or 0,
            to.team,
            people=to.people,
        ),
    )
    paces = lanes.paces(turn.db.connection())
    return {
        "groups": sum(found.groups.values()),
        "people": sum(found.people.values()),
        "later": found.later,
        "gaps": found.gaps,
        "seconds": max(
            (
                (found.people.get(sender, 0) + found.groups.get(sender, 0)) * pace
                for sender, pace in paces.items()
            ),
            default=0.0,
        ),
    }


def _summary(
    talk: Talk,
    turn: Turn,
    to: To,
    draft: Bulletin,
    counted: Mapping[str, Any],
    *,
    later: datetime | None,
) -> Text:
    """What is read, by how many, and who is not reached."""
    photos, files = len(talk.sent(PHOTO)), talk.sent(DOCUMENT)
    file: Text = ""
    if files:
        file = _("With the file “{name}”.", name=str(files[-1][1]) or "?")
    elif photos:
        file = _("With the photo.") if photos == 1 else _("With the last photo; one goes along.")
    return paragraphs(
        _("Please read it once more. This is what people see:"),
        words(turn, draft),
        lines(
            file,
            _("To: {whom}", whom=to.called(turn)),
            reached(counted["groups"], counted["people"]),
            gaps_of(counted["gaps"], counted["later"], ordinary=not draft.to_all),
            _when(turn, draft, later, counted["seconds"]),
        ),
    )


def reached(groups: int, people: int) -> Text:
    """How many groups, then how many people who are in none of them."""
    to_people = ngettext(
        "{count} person, by themselves", "{count} people, each by themselves", people
    )
    if not groups:
        return to_people if people else _("Nobody can be reached.")
    to_groups = ngettext("{count} group", "{count} groups", groups)
    if not people:
        return to_groups
    return _("{groups}; {people} who are in none of them", groups=to_groups, people=to_people)


def _when(turn: Turn, draft: Bulletin, later: datetime | None, seconds: float) -> Text:
    took = lasting(seconds)
    if draft.emergency:
        return lines(_("It goes out at once, before everything ordinary."), took)
    wakes = turn.policy.waking(draft.start_at)
    if wakes > draft.start_at:
        return lines(_("It is night then: it goes out {when}.", when=When(wakes)), took)
    if later is not None:
        return lines(_("It goes out {when}.", when=When(later)), took)
    return lines(_("It goes out now."), took)


# ── sent ─────────────────────────────────────────────────────────────────────


def _send(talk: Talk, turn: Turn, to: To, draft: Bulletin) -> None:
    """It is on its way, or waits for its hour or its file; its card says how far it is."""
    turn.db.add(draft)
    turn.db.flush()
    bulletins.name(turn.db, draft.id, to.people)
    files, photos = talk.sent(DOCUMENT), talk.sent(PHOTO)
    if files:
        ref, name = files[-1]
        draft.file_name = (name or "?")[-120:]
        keep_handout(turn, "bulletin", draft.id, ref)
    elif photos:
        keep(turn, "bulletin", draft.id, photos[-1:])
    else:
        draft.next_at = draft.start_at
    turn.post.show(CARD, draft.id, draft.by_id, kind="reply", fresh=True)
