"""What about points a human should look at. Nobody loses anything by an alert."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from governance import service as rules
from governance.authority import Power
from governance.awards import Award
from governance.refused import Refused
from governance.service import Alert, AlertKind, Service
from handlers import authority
from handlers.message import Card, Choice
from handlers.points.common import ALERT, community_of, head_of, put_before
from handlers.registry import Due, choice, tick, view
from handlers.turn import Turn
from handlers.words import Text, When, _, lines, ngettext
from storage import awards, org, service
from storage.media import File

A_MONTH = timedelta(days=30)
LEAST_KEPT = timedelta(days=30)
"""No district may set less; what it has set decides when a picture this old is looked at."""


def look_at_pair(turn: Turn, made: Award) -> None:
    """Whoever confirms points for the same person very often is shown to the head, once a month."""
    if made.by_id is None:
        return
    often = awards.between(turn.db, made.by_id, made.to_id, turn.now - A_MONTH)
    if often > turn.policy.points.pair_a_month:
        month = f"{turn.policy.local_date(turn.now):%Y-%m}"
        key = f"pair:{made.by_id}:{made.to_id}:{month}"
        about = ("award", made.id, often, turn.now)
        _raise(turn, Alert(key, AlertKind.PAIR, made.area_id, made.to_id, made.by_id, *about))


def photo_stored(turn: Turn, file: File, *, area_id: int) -> bool:
    """The picture of a result is remembered; the head is shown one that was handed in before.

    Called where a stored photo proves work: `file.about` and `file.subject_id` say what for.
    Returns whether it was known.
    """
    if file.kind != "photo" or not file.print or file.subject_id is None:
        return False
    mine = (file.about, file.subject_id)
    known = [r for r in service.alike(turn.db, file.print) if (r.about, r.subject_id) != mine]
    service.keep_print(turn.db, file.print, *mine, file.person_id, turn.now)
    if known:
        key = f"photo:{file.about}:{file.subject_id}"
        area = community_of(turn, area_id).id
        other = known[0].person_id if known[0].person_id != file.person_id else None
        found = Alert(
            key, AlertKind.PHOTO, area, file.person_id, other, *mine, len(known), turn.now
        )
        _raise(turn, found)
    return bool(known)


def record_hours(
    turn: Turn,
    *,
    person_id: int,
    about: str,
    subject_id: int,
    area_id: int,
    starts_at: datetime,
    ends_at: datetime,
) -> None:
    """A turn of service counts in the person's hours, once for each thing.

    Where it overlaps another one, it counts only what is new, and the head is shown both.
    Raises `Refused` for a time that ends before it begins, or lasts longer than a day.
    """
    rules.require_span(starts_at, ends_at)
    area, others = community_of(turn, area_id), overlaps(turn, person_id, starts_at, ends_at)
    key = f"{about}:{subject_id}:{person_id}"
    served = Service(key, person_id, about, subject_id, area.id, starts_at, ends_at)
    if service.add(turn.db, served) is None or not others:
        return
    what = (person_id, None, about, subject_id, len(others), turn.now)
    _raise(turn, Alert(f"overlap:{key}", AlertKind.OVERLAP, area.id, *what))


def overlaps(turn: Turn, person_id: int, starts_at: datetime, ends_at: datetime) -> list[Service]:
    """Where the person has served already in this time."""
    return list(service.overlaps(turn.db, person_id, starts_at, ends_at))


def _raise(turn: Turn, alert: Alert) -> None:
    """The head of the community is shown it once; if it is about the head, the street is."""
    kept = service.notice(turn.db, alert)
    if kept is not None:
        for person in head_of(turn, kept.area_id, (kept.person_id, kept.other_id)):
            put_before(turn, ALERT, kept.id, person)


@view(ALERT)
def alert_card(turn: Turn, alert_id: int, _again: bool) -> Card | None:
    """What was noticed, that it decides nothing, and what the reader can do."""
    alert = turn.db.get(Alert, alert_id, populate_existing=True)
    if alert is None:
        return None
    if alert.seen_at is not None and alert.seen_by is not None:
        by = org.person_name(turn.db, alert.seen_by)
        return Card(lines(_noticed(turn, alert), _("{who} has looked at it.", who=by)))
    text = lines(
        _noticed(turn, alert),
        _("This decides nothing: please look whether it is in order."),
    )
    fine = Choice(_("It is in order"), f"points.seen:{alert.id}")
    return Card(text, (fine, Choice(_("Recent awards"), f"points.recent:{alert.area_id}")))


def _noticed(turn: Turn, alert: Alert) -> Text:
    who = org.person_name(turn.db, alert.person_id)
    other = org.person_name(turn.db, alert.other_id) if alert.other_id else ""
    if alert.kind is AlertKind.PAIR:
        return ngettext(
            "{other} has confirmed points for {who} {count} time in 30 days.",
            "{other} has confirmed points for {who} {count} times in 30 days.",
            alert.count,
            who=who,
            other=other,
        )
    if alert.kind is AlertKind.OVERLAP:
        return _(
            "{who} is down for two turns of service at the same time, noticed {when}.",
            who=who,
            when=When(alert.at, date_only=True),
        )
    if other:
        return _("{who} has handed in a photo that {other} handed in before.", who=who, other=other)
    return _("{who} has handed in a photo that was used for something else before.", who=who)


@choice("points.seen")
def seen(turn: Turn, alert_id: int, _arg: str) -> None:
    """The head has looked; the alert is done."""
    alert = service.lock_alert(turn.db, alert_id)
    if alert is None:
        raise Refused("no_such_award")
    authority.require(turn, Power.DECIDE_POINTS, area_id=alert.area_id)
    alert.see(turn.speaker.person_id, turn.now)
    turn.post.refresh(alert.id, (ALERT,))


def _old(db: Session, now: datetime, but: Sequence[int]) -> Sequence[int]:
    return service.oldest_print(db, now - LEAST_KEPT, but)


def _clear(turn: Turn, _print_id: int) -> None:
    """Pictures are remembered no longer than they are kept."""
    service.purge_prints(turn.db, turn.now - turn.policy.retention)


tick(Due("old_prints", _old, _clear))
