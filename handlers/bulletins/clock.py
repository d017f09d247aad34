"""A bulletin on its way: begun, written page by page as fast as it is sent, ended.

Each step is a transaction of its own that touches at most some pages, so that whoever has
something else to do waits for none of the 300,000.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from governance.bulletins import PAGE, Bulletin, Fate, State, pause
from handlers.bulletins import visiting
from handlers.bulletins.common import CARD, audience, lane_kind, load, message
from handlers.bulletins.recalling import take_back
from handlers.message import Card, Choice
from handlers.registry import Due, choice, files_of, tick
from handlers.turn import Turn
from handlers.words import _, lines
from storage import bulletin_audience, bulletin_outcomes, bulletins, lanes
from storage.media import File


def step(turn: Turn, bulletin_id: int) -> None:
    """What is to be done now is done, and it is known when the next step is due."""
    bulletin = bulletins.lock(turn.db, bulletin_id)
    if bulletin is None or bulletin.next_at is None or bulletin.next_at > turn.now:
        return  # another process was quicker
    before, stood = _seen(turn, bulletin), (bulletin.state, bulletin.listed)
    if bulletin.state is State.WAITING:
        _begin(turn, bulletin)
    elif bulletin.state is State.SENDING:
        _go_on(turn, bulletin)
    elif bulletin.state is State.RECALLING:
        take_back(turn, bulletin)
    else:
        _look_after(turn, bulletin)
    turn.db.flush()
    is_through = bulletin.state in {State.SENT, State.RECALLED}
    if is_through and stood != (bulletin.state, bulletin.listed):
        # Also where a card cannot change: so its sender hears that it is through.
        turn.post.show(CARD, bulletin.id, bulletin.by_id)
    if bulletin.emergency or before != _seen(turn, bulletin):
        turn.post.refresh(bulletin.id, (CARD,))


def _seen(turn: Turn, bulletin: Bulletin) -> object:
    """What its card shows, but for those who have acknowledged it, who change it at any time."""
    late = bulletin.next_at if bulletin.state is State.WAITING else None
    return bulletin.state, bulletins.fates(turn.db, bulletin.id), late


# ── going out ────────────────────────────────────────────────────────────────


def _begin(turn: Turn, bulletin: Bulletin) -> None:
    if _waits_for_the_morning(turn, bulletin):
        return
    found = bulletin_audience.count(turn.db, audience(turn, bulletin))
    gaps = {**found.gaps, "groups": sum(found.groups.values())}
    bulletin.begin(turn.now, found.people, gaps)
    _go_on(turn, bulletin)


def _waits_for_the_morning(turn: Turn, bulletin: Bulletin) -> bool:
    """Whether it is night, which only an emergency does not wait for."""
    wakes = turn.policy.waking(turn.now)
    if bulletin.emergency or wakes <= turn.now:
        return False
    bulletin.next_at = wakes
    return True


def _go_on(turn: Turn, bulletin: Bulletin) -> None:
    """What was sent is on record, and the sender has at least a page before it."""
    while bulletin_outcomes.collect(turn.db, bulletin.id, Fate.QUEUED, PAGE) == PAGE:
        pass  # more than two pages only where many were sent once more
    if _waits_for_the_morning(turn, bulletin):
        wakes = turn.policy.waking(turn.now)
        bulletin_outcomes.put_off(turn.db, bulletin.id, wakes, 2 * PAGE)
        return
    waiting = bulletins.by_sender(turn.db, bulletin.id, Fate.QUEUED)
    if not bulletin.written and sum(waiting.values()) <= PAGE:
        _write_page(turn, bulletin)
        waiting = bulletins.by_sender(turn.db, bulletin.id, Fate.QUEUED)
    if bulletin.written and not waiting:
        policy = turn.policy
        wait = timedelta(minutes=policy.bulletin_list_minutes)
        bulletin.ended(turn.now, wait, timedelta(hours=policy.bulletin_lasts_hours))
        _look_after(turn, bulletin)
        return
    paces = lanes.paces(turn.db.connection())
    looks = [pause(count, paces.get(sender, 0.0)) for sender, count in waiting.items()]
    bulletin.next_at = turn.now + min(looks, default=pause(0, 0))


def _write_page(turn: Turn, bulletin: Bulletin) -> None:
    """The next copies are in the outbox: groups first, then whoever is in none of them."""
    to = audience(turn, bulletin)
    groups = bulletin_audience.groups_after(turn.db, to, bulletin.after_group, PAGE)
    if groups:
        _post_to_groups(turn, bulletin, groups)
        bulletin.after_group = groups[-1].id
    room = PAGE - len(groups)
    people = (
        bulletin_audience.people_after(turn.db, to, bulletin.after_person, room) if room else ()
    )
    if people:
        _post_to_people(turn, bulletin, people)
    bulletin.written = len(people) < room


def _post_to_groups(turn: Turn, bulletin: Bulletin, groups: Sequence[Any]) -> None:
    card = message(turn, bulletin)
    new = bulletins.add_copies(turn.db, bulletin.id, [(g.lane, g.sender, None) for g in groups])
    for group in groups:
        if group.lane in new:
            key = bulletins.key_of(new[group.lane])
            turn.post.to_group(group.lane, card, group.language, kind=lane_kind(bulletin), key=key)


def _post_to_people(turn: Turn, bulletin: Bulletin, people: Sequence[Any]) -> None:
    card = message(turn, bulletin)
    new = bulletins.add_copies(turn.db, bulletin.id, [(p.lane, p.sender, p.id) for p in people])
    written: dict[str, int] = {}
    for person in people:
        if person.lane in new:
            key = bulletins.key_of(new[person.lane])
            turn.post.to(person.id, card, kind=lane_kind(bulletin), key=key)
        written[person.sender] = written.get(person.sender, 0) + 1
    bulletin.wrote(written, people[-1].id)


# ── sent ─────────────────────────────────────────────────────────────────────


def _look_after(turn: Turn, bulletin: Bulletin) -> None:
    """Who was to write first and has, who is to be told at the door, and the end of it."""
    for fate in (Fate.LATE, Fate.UNKNOWN, Fate.FAILED):  # an operator may have sent some again
        bulletin_outcomes.collect(turn.db, bulletin.id, fate, PAGE)
    if bulletin.list_at is not None and not bulletin.listed and bulletin.list_at <= turn.now:
        visiting.hand_out_lists(turn, bulletin)
        bulletin.listed = True
    if bulletin.ends_at is not None and bulletin.ends_at <= turn.now:
        at = turn.now.timestamp()
        late = bulletin_outcomes.withdraw(turn.db, bulletin.id, [Fate.LATE], Fate.FAILED, at, PAGE)
        if late == PAGE:
            bulletin.next_at = turn.now + pause(0, 0)
            return
    late = bulletins.fates(turn.db, bulletin.id).get(Fate.LATE, 0)
    bulletin.next_at = bulletin.next_look(turn.now, late)


tick(Due("bulletins", bulletins.due, step, bulletins.NEXT_DUE))


# ── the file that goes along ─────────────────────────────────────────────────


@files_of("bulletin")
def arrived(turn: Turn, file: File, stored: bool) -> None:
    """It goes out at its hour; where the file is none that can be handed out, its sender decides."""
    bulletin = bulletins.lock(turn.db, file.subject_id or 0)
    if bulletin is None or bulletin.state is not State.WAITING:
        return
    if stored:
        if file.kind == "photo":
            bulletin.photo = file.file
        else:
            bulletin.document = file.file
        bulletin.next_at = max(bulletin.start_at, turn.now)
        return
    text = lines(
        _("The photo or file of your notice could not be fetched, so nothing has gone out yet."),
        _("A PDF always works, and so do .docx, .xlsx and .pptx without macros."),
    )
    choices = (
        Choice(_("Send it without"), f"bulletins.without:{bulletin.id}"),
        Choice(_("Withdraw it"), f"bulletins.recall:{bulletin.id}"),
    )
    turn.post.to(bulletin.by_id, Card(text, choices), kind="reply")
    turn.post.refresh(bulletin.id, (CARD,))


@choice("bulletins.without")
def send_without(turn: Turn, bulletin_id: int, _arg: str) -> None:
    """It goes out at its hour, with its words only."""
    bulletin = load(turn, bulletin_id)
    if bulletin.state is State.WAITING and bulletin.next_at is None:
        bulletin.next_at = max(bulletin.start_at, turn.now)
    turn.post.show(CARD, bulletin.id, turn.speaker.person_id, kind="reply", fresh=True)
