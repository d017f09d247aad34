"""The case: its acts put together, and how one begins.

What may be done, by whom and when, stands in `governance/cases.py`; every act asks that table
first, changes the case, and writes one line of its history.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from governance.caseclocks import Clocks
from governance.caseends import Ends
from governance.cases import Act, Actor, CaseEvent, Place, Role
from governance.filing import PLAIN, Filing
from governance.org import Rung, level_of
from governance.policy import Category, Policy
from governance.refused import Refused


class Case(Ends, Clocks):
    """One reported problem, from the report to its end."""

    def add(self, by: Actor, words: str, now: datetime) -> tuple[Role, ...]:
        """The reporter's later words are part of the case."""
        return self.record(self.may(Act.ADD, by), by, now, words=words)

    def urge(self, by: Actor, words: str, now: datetime) -> tuple[Role, ...]:
        """Counted and passed on; no clock is touched."""
        rule = self.may(Act.URGE, by)
        self.urged += 1
        return self.record(rule, by, now, words=words)

    def supervise(self, by: Actor, note: str, now: datetime) -> tuple[Role, ...]:
        """A higher level's note stands on the case until it is closed."""
        rule = self.may(Act.SUPERVISE, by)
        self.supervised = note
        return self.record(rule, by, now, note=note)

    def contact(self, by: Actor, how: str, now: datetime) -> tuple[Role, ...]:
        """Somebody has spoken with the reporter: "phone", "visit" or "chat"."""
        rule = self.may(Act.CONTACT, by)
        self.contacted_at = self.contacted_at or now
        return self.record(rule, by, now, how=how)

    def word(self, by: Actor, words: str, now: datetime) -> tuple[Role, ...]:
        """The holder's words to the reporter, which count as a contact."""
        rule = self.may(Act.WORD, by)
        self.contacted_at = self.contacted_at or now
        return self.record(rule, by, now, words=words)

    def note(self, by: Actor, words: str, now: datetime) -> tuple[Role, ...]:
        """For those who work on it; the reporter never reads it."""
        return self.record(self.may(Act.NOTE, by), by, now, words=words)

    def mediate(self, by: Actor, now: datetime) -> tuple[Role, ...]:
        """Both sides of a private matter have agreed; what on is kept apart."""
        rule = self.may(Act.MEDIATE, by)
        if not self.private:
            raise Refused("not_private", number=self.number)
        return self.record(rule, by, now)

    def sort(self, by: Actor, kind: Category, now: datetime) -> tuple[Role, ...]:
        """In another category from now on. Its clocks stay as they were promised."""
        rule = self.may(Act.SORT, by)
        before, self.category, self.family = self.category, kind.code, kind.family
        self.private = self.private or kind.private
        self.public = kind.public and not self.private
        return self.record(rule, by, now, before=before, category=kind.code)

    def write_down(self, by: Actor, words: str, place: str, now: datetime) -> tuple[Role, ...]:
        """What was said by voice stands there in words, and where it is; see
        `require_unwritten`."""
        rule = self.may(Act.WRITE_DOWN, by)
        self.text, self.place = words, place
        return self.record(rule, by, now, words=words)

    def require_unwritten(self) -> None:
        """Raises `Refused` where there are words already, the reporter's or a listener's."""
        if self.text:
            raise Refused("written_already", number=self.number)

    def split(self, by: Actor, into: str, now: datetime) -> tuple[Role, ...]:
        """What else the message was about has its own case; `into` is that one's number."""
        return self.record(self.may(Act.SPLIT, by), by, now, into=into)


URGENT, CALM = "urgent", "calm"


def open_case(
    *,
    number: str,
    place: Place,
    path: str,
    category: str,
    text: str,
    reporter: Actor,
    rungs: Sequence[Rung],
    policy: Policy,
    now: datetime,
    emergency: bool = False,
    danger: str = "",
    anonymous: bool = False,
    concerns_id: int | None = None,
    filing: Filing = PLAIN,
    split_from: int | None = None,
    spoken: str = "",
) -> Case:
    """A new case in the hands of the nearest post. `rungs` is the ladder above its place.

    `spoken`: it was said by voice, and that it is URGENT or CALM; nobody has listened yet.

    An emergency is not filed away in working hours: its first clock is minutes. What its category
    keeps away from the door goes to the post named there, and what concerns an officer to the
    level above theirs. Raises `Refused("nobody_answers")` for a district in which no post is held
    at all, or none that is not concerned.
    """
    kind = policy.category(category)
    first = _first(rungs, kind, concerns_id, emergency=emergency or kind.emergency)
    emergency = emergency or kind.emergency
    contact = policy.contact_due(kind, now, emergency=emergency)
    case = Case(
        number=number,
        area_id=place.area_id,
        path=path,
        place=place.words,
        latitude=place.latitude,
        longitude=place.longitude,
        category=category,
        family=kind.family,
        text=text,
        emergency=emergency,
        public=kind.public,
        private=kind.private,
        reporter_id=reporter.person_id or 0,
        opened_at=now,
        contact_due=contact,
        result_due=policy.result_due(kind, now),
        holder_id=first.person_id,
        holder_name=first.name,
        holder_phone=first.phone,
        holder_post=first.post,
        holder_area_id=first.area_id,
        holder_unit_id=first.unit_id,
        danger=danger,
        anonymous=anonymous,
        concerns_id=concerns_id,
        via=filing.via,
        filed_by=filing.by_id,
        split_from=split_from,
        next_at=policy.chase_at(contact, now, emergency=emergency),
    )
    data = {
        "category": category,
        "path": path,
        "emergency": str(int(emergency)),
        "contact_due": contact.isoformat(),
        "due": case.result_due.isoformat(),
        **filing.data,
        **case.hands(),
        **({"spoken": spoken} if spoken else {}),
    }
    by = reporter
    if case.helper_id is not None:
        by = Actor(Role.HELPER, filing.by_id, filing.name)
    case.events.append(CaseEvent(Act.OPEN, now, by.role, by.person_id, by.name, data))
    return case


def _first(
    rungs: Sequence[Rung], kind: Category, concerns_id: int | None, *, emergency: bool
) -> Rung:
    """Who holds it first; everybody at or below the level of the one concerned is passed over."""
    theirs = [level_of(r.post) for r in rungs if r.person_id == concerns_id]
    lowest = max(theirs, default=-1) + 1
    there = [r for r in rungs if r.person_id != concerns_id]
    if not emergency:
        lowest = max(lowest, level_of(kind.first))
    fit = [r for r in there if level_of(r.post) >= lowest]
    if not there:
        raise Refused("nobody_answers")
    return fit[0] if fit else there[-1]
