"""What did not arrive, told: to the administrators, and on the cards of whoever counts on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from governance.deliveries import Delivery, Reason
from handlers.auditing import administrators
from handlers.message import Card
from handlers.registry import receipt
from handlers.turn import Turn
from handlers.words import Text, Words, _, lines, listed, ngettext
from storage import deadletters, digests, people

UNDELIVERED = "undelivered"
URGENT = ("alarm", "alert")

WHY: dict[Reason, Words] = {
    Reason.NO_ACCOUNT: _("no account here yet"),
    Reason.BLOCKED: _("has shut out the bot"),
    Reason.SILENT: _("the messenger did not say whether it came"),
    Reason.WINDOW: _("has to write first on this messenger"),
    Reason.REFUSED: _("the messenger did not take it"),
    Reason.UNREACHED: _("the messenger could not be reached"),
    Reason.UNDRAWN: _("a mistake of ours"),
    Reason.CRASHED: _("a mistake of ours"),
}


# ── on the cards ─────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Alert:
    """Somebody who was alerted, and the receipts that say whether it came; the newest last."""

    person_id: int
    name: str
    receipts: Sequence[str]


def standings(turn: Turn, alerts: Sequence[Alert]) -> Sequence[Delivery | None]:
    """How each of these alerts stands; None for one that is no longer, or not yet, on record."""
    conn = turn.db.connection()
    known = deadletters.standing(conn, {name for alert in alerts for name in alert.receipts})
    newest = [
        next((known[name] for name in reversed(alert.receipts) if name in known), None)
        for alert in alerts
    ]
    silent = {a.person_id for a, found in zip(alerts, newest, strict=True) if found is None}
    reached = people.accounts_of(conn, silent) if silent else {}
    nowhere = Delivery("failed", Reason.NO_ACCOUNT)
    return [
        nowhere if found is None and alert.person_id not in reached else found
        for alert, found in zip(alerts, newest, strict=True)
    ]


def missed(alerts: Sequence[Alert], found: Sequence[Delivery | None]) -> Text:
    """Whom the alert did not reach, and why; nothing where it came to everybody."""
    rows = [
        _("{name} ({why})", name=alert.name, why=WHY[stands.reason])
        for alert, stands in zip(alerts, found, strict=True)
        if stands is not None and stands.lost and stands.reason in WHY
    ]
    return _("Did not reach: {names}", names=listed(*rows)) if rows else ""


# ── to the administrators ────────────────────────────────────────────────────


@receipt("deliveries.dead")
def died(turn: Turn, row: int, kind: str, _delivered: bool) -> None:
    """Told at once where somebody was to be alerted, and with the morning's list otherwise."""
    if kind in URGENT:
        text = lines(
            _(
                "An alert could not be sent: the program stopped {count} times with it in hand.",
                count=3,
            ),
            _(
                "It is put aside, everything else goes on, and whoever is next has been told instead. "
                "Please tell whoever looks after Shaodao: the command shaodao outbox --list names it, number {row}.",
                row=row,
            ),
        )
        for person_id in administrators(turn):
            turn.post.to(person_id, Card(text), kind="notice")
    else:
        _with_the_list(turn)


@receipt("deliveries.unknown")
def unknown(turn: Turn, _row: int, _kind: str, _delivered: bool) -> None:
    """In the morning's list: the platform did not say whether it arrived."""
    _with_the_list(turn)


def _with_the_list(turn: Turn) -> None:
    at = turn.policy.work.at_local(turn.now, turn.policy.night_list_at)
    for person_id in administrators(turn):
        digests.schedule(turn.db, person_id, UNDELIVERED, at)


def morning_list(turn: Turn, person_id: int) -> None:
    """How many messages nobody knows about, and what can be done; nothing where there are none."""
    found = [c for c in deadletters.counts(turn.db.connection()) if c.state in _STATES]
    total = sum(one.count for one in found)
    if total == 0 or person_id not in set(administrators(turn)):
        return
    text = lines(
        ngettext(
            "{count} message may not have arrived:", "{count} messages may not have arrived:", total
        ),
        *_by_state({state: sum(c.count for c in found if c.state == state) for state in _STATES}),
        _(
            "Please tell whoever looks after Shaodao: the command shaodao outbox names them and sends them again."
        ),
    )
    turn.post.to(person_id, Card(text), kind="notice")


_STATES = ("unknown", "dead")


def _by_state(count: Mapping[str, int]) -> Iterator[Text]:
    if count["unknown"]:
        yield _("{count}: the messenger did not say whether it came", count=count["unknown"])
    if count["dead"]:
        yield _("{count}: put aside after mistakes of ours", count=count["dead"])
