"""The periodic digest: what was asked, promised, done, and is still open, from the records.

A unit's officers and a community's secretary read theirs; the residents get one quiet notice
in the groups of their community. Either can be switched off.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from governance.authority import Power
from governance.org import Area, PostKind, Unit
from governance.periods import next_digest
from governance.refused import Refused
from handlers import authority
from handlers.lists.common import bases, officer, unit_officer
from handlers.message import Card, Choice
from handlers.registry import Due, choice, command, tick
from handlers.turn import Turn
from handlers.words import Text, When, _, lines
from storage import bookings, groups, org, periods, pledges
from storage.bookings import Tally
from storage.periods import Digest


def begin(turn: Turn, *, unit_id: int | None = None, area_id: int | None = None) -> None:
    """A unit or community that takes part gets digests from now on, unless it had that already."""
    known = _known(turn, unit_id, area_id)
    if known is None:
        due = next_digest(turn.policy, turn.now)
        turn.db.add(Digest(turn.now, due, unit_id, area_id))
        turn.db.flush()


def _known(turn: Turn, unit_id: int | None, area_id: int | None) -> Digest | None:
    if unit_id is not None:
        return periods.of_unit(turn.db, unit_id)
    return periods.of_area(turn.db, area_id or 0)


# ── what it says ─────────────────────────────────────────────────────────────


def told(turn: Turn, digest: Digest, until: datetime) -> Text:
    """The counts between two moments; asked again for the same time they are the same."""
    since = digest.since
    if digest.unit_id is not None:
        name = turn.db.get_one(Unit, digest.unit_id).name
        tally = bookings.tally_of_unit(turn.db, digest.unit_id, since, until)
        given = pledges.made(turn.db, since, until, unit_id=digest.unit_id)
        return lines(_heading(name, since, until), *_counts(tally, given))
    area = turn.db.get_one(Area, digest.area_id)
    tally = bookings.tally_of_area(turn.db, area.path, since, until)
    given = pledges.made(turn.db, since, until, under=area.path)
    came, still = bookings.needs_of_area(turn.db, area.path, since, until)
    needs = _("Needs: {came} new, {still} still open", came=came, still=still)
    return lines(_heading(area.name, since, until), needs, *_counts(tally, given))


def _heading(name: str, since: datetime, until: datetime) -> Text:
    return _(
        "📋 {name}, from {since} to {until}",
        name=name,
        since=When(since, date_only=True),
        until=When(until, date_only=True),
    )


def _counts(tally: Tally, given: int) -> Sequence[Text]:
    return (
        _(
            "Bookings: {asked} asked, {promised} promised, {done} done, {still} still open",
            asked=tally.asked,
            promised=tally.promised,
            done=tally.done,
            still=tally.still,
        ),
        _("Promised and not done: {broken}", broken=tally.broken) if tally.broken else "",
        _("Pledges: {given}", given=given) if given else "",
    )


def silent(turn: Turn, digest: Digest) -> bool:
    """Whether nothing happened and nothing is open, so that nobody is bothered."""
    if digest.unit_id is not None:
        tally = bookings.tally_of_unit(turn.db, digest.unit_id, digest.since, turn.now)
        return tally.silent and not pledges.made(
            turn.db, digest.since, turn.now, unit_id=digest.unit_id
        )
    under = turn.db.get_one(Area, digest.area_id).path
    tally = bookings.tally_of_area(turn.db, under, digest.since, turn.now)
    needs = bookings.needs_of_area(turn.db, under, digest.since, turn.now)
    given = pledges.made(turn.db, digest.since, turn.now, under=under)
    return tally.silent and not given and needs == (0, 0)


# ── by the calendar ──────────────────────────────────────────────────────────


def _handle(turn: Turn, digest_id: int) -> None:
    digest = turn.db.get_one(Digest, digest_id)
    if digest.due_at is None or digest.due_at > turn.now:
        return
    if not silent(turn, digest):
        _send(turn, digest)
    digest.since, digest.due_at = turn.now, next_digest(turn.policy, turn.now)


def _send(turn: Turn, digest: Digest) -> None:
    text = told(turn, digest, turn.now)
    card = Card(text, (Choice(_("Stop these"), f"lists.digest_off:{digest.id}"),))
    for person_id in _readers(turn, digest):
        turn.post.to(person_id, card)
    if digest.area_id is None:
        return
    for group in groups.groups_over(turn.db, [digest.area_id]):
        quiet = lines(text, _("To ask for help, write to me privately: “/need”."))
        turn.post.to_group(group.lane, Card(quiet), group.language)


def _readers(turn: Turn, digest: Digest) -> set[int]:
    if digest.unit_id is not None:
        found = {
            unit_officer(turn, digest.unit_id),
            unit_officer(turn, digest.unit_id, leader=True),
        }
    else:
        found = {officer(turn, digest.area_id or 0, PostKind.COMMUNITY_HEAD)}
    return {person for person in found if person is not None}


tick(Due("list_digests", periods.due, _handle, periods.NEXT_DUE))


# ── on demand, and off ───────────────────────────────────────────────────────


@command("digest", menu=_("Digest of the lists"), also=("清单通报", "清单简报"))
def show(turn: Turn) -> None:
    """What happened since the last one, for the speaker's units and communities."""
    found = [d for d in _mine(turn) if d is not None]
    if not found:
        if not (bases(turn, Power.SUPPLY) or bases(turn, Power.BOOKING)):
            authority.require(turn, Power.BOOKING, area_id=org.district(turn.db).id)
        turn.post.reply(Card(_("Nothing is on your lists yet, so there is nothing to tell.")))
        return
    for digest in found:
        turn.post.reply(Card(told(turn, digest, turn.now), (_switch(digest),)))


def _mine(turn: Turn) -> list[Digest | None]:
    units = [periods.of_unit(turn.db, one) for one in bases(turn, Power.SUPPLY)]
    return [*units, *(periods.of_area(turn.db, one) for one in bases(turn, Power.BOOKING))]


def _switch(digest: Digest) -> Choice:
    if digest.due_at is None:
        return Choice(_("Send these again"), f"lists.digest_on:{digest.id}")
    return Choice(_("Stop these"), f"lists.digest_off:{digest.id}")


def _load(turn: Turn, digest_id: int) -> Digest:
    digest = turn.db.get(Digest, digest_id, with_for_update=True, populate_existing=True)
    if digest is None:
        raise Refused("no_such_digest")
    if digest.unit_id is not None:
        authority.require(turn, Power.SUPPLY, unit_id=digest.unit_id)
    else:
        authority.require(turn, Power.BOOKING, area_id=digest.area_id)
    return digest


@choice("lists.digest_off")
def off(turn: Turn, digest_id: int, _arg: str) -> None:
    _load(turn, digest_id).due_at = None
    turn.post.reply(Card(_("No more of these. To read one at any time send “/digest”.")))


@choice("lists.digest_on")
def on(turn: Turn, digest_id: int, _arg: str) -> None:
    digest = _load(turn, digest_id)
    digest.due_at = next_digest(turn.policy, turn.now)
    when = When(digest.due_at)
    turn.post.reply(Card(_("They come again; the next one {when}.", when=when)))
