"""Who might do it: proposals with reasons, for needs, tasks and wishes. A person picks.

Other rooms call `propose`, and tell with `counted` what people have taken on and kept there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TypeAlias

from sqlalchemy.orm import Session

from governance.matching import (
    ASKED,
    Candidate,
    Criterion,
    Match,
    Purpose,
    Record,
    Who,
    common_area,
    once_each,
    rank,
)
from governance.org import Area, AreaKind
from governance.skills import codes_of
from handlers.lists.common import hour_words, skill_words
from handlers.turn import Turn
from handlers.words import Text, Words, _, line, listed, ngettext
from storage import bookings, lists, org

FEW = 2  # things taken on this month that are still few
THREE = 3

Source: TypeAlias = Callable[[Session, Who, Sequence[int], datetime], Mapping[int, Record]]
_SOURCES: list[Source] = []

NEARNESS: dict[AreaKind, Words] = {
    AreaKind.COMMUNITY: _("same community"),
    AreaKind.STREET: _("same street"),
    AreaKind.DISTRICT: _("same district"),
}
_SAME_GRID = _("same grid")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A member or unit with why; `code` is what a choice carries for them."""

    match: Match
    name: str
    reasons: tuple[Text, ...]
    extra: Text = ""

    @property
    def who(self) -> Who:
        return self.match.candidate.who

    @property
    def id(self) -> int:
        return self.match.candidate.id

    @property
    def item(self) -> int | None:
        return self.match.candidate.item

    @property
    def code(self) -> str:
        return f"{self.who.value[0]}{self.id}"


def counted(source: Source) -> Source:
    """`source(db, who, ids, since)` says what each has taken on since, and ever kept or broken."""
    _SOURCES.append(source)
    return source


counted(bookings.records)


def propose(
    turn: Turn,
    *,
    area_id: int,
    skills: Iterable[str],
    kind: Purpose,
    most: int | None = THREE,
    but: Collection[tuple[Who, int]] = (),
) -> list[Proposal]:
    """Members and units who have offered to help there, the best first, each with its reasons.

    `skills` are codes or words; none means that anybody may do it. `but` are left out.
    """
    path = turn.db.get_one(Area, area_id).path_ids
    found = _Found(turn, path, ASKED[kind], but)
    matches = once_each(
        rank(codes_of(skills, turn.policy.skills), found.candidates(), turn.policy.weights)
    )
    return [found.proposal(match) for match in matches[:most]]


class _Found:
    """Everybody who has offered to help at a place, with their names and records."""

    def __init__(
        self,
        turn: Turn,
        path: Sequence[int],
        asked: Collection[Who],
        but: Collection[tuple[Who, int]],
    ) -> None:
        self._turn, self._path = turn, path
        today = turn.policy.local_date(turn.now)
        serving = lists.serving_at(turn.db, path) if Who.PERSON in asked else []
        offers = lists.offers_for(turn.db, path, today) if Who.UNIT in asked else []
        self._serving = [s for s in serving if (Who.PERSON, s.service.person_id) not in but]
        booked = bookings.booked_of(turn.db, [o.supply.id for o in offers], f"{today:%Y-%m}")
        self._offers = [
            offer
            for offer in offers
            if (Who.UNIT, offer.supply.unit_id) not in but
            and booked.get(offer.supply.id, 0) < offer.supply.monthly
        ]
        self._kinds = org.kinds_of(turn.db, path)

    def candidates(self) -> list[Candidate]:
        people = self._records(Who.PERSON, [s.service.person_id for s in self._serving])
        units = self._records(Who.UNIT, [o.supply.unit_id for o in self._offers])
        known = self._turn.policy.skills
        return [
            *(
                Candidate(
                    *(Who.PERSON, s.service.person_id, codes_of(s.service.skills, known)),
                    *(self._common(s.path), people.get(s.service.person_id, Record())),
                )
                for s in self._serving
            ),
            *(
                Candidate(
                    *(Who.UNIT, o.supply.unit_id, codes_of(o.supply.skills, known)),
                    *(self._common(o.path), units.get(o.supply.unit_id, Record()), o.supply.id),
                )
                for o in self._offers
            ),
        ]

    def _common(self, path: Sequence[int]) -> AreaKind | None:
        return common_area(path, self._path, self._kinds)

    def _records(self, who: Who, ids: Sequence[int]) -> dict[int, Record]:
        found: dict[int, Record] = {}
        if not ids:
            return found
        since = month_start(self._turn)
        for source in _SOURCES:
            for one, record in source(self._turn.db, who, ids, since).items():
                found[one] = found.get(one, Record()) + record
        return found

    def proposal(self, match: Match) -> Proposal:
        candidate, turn = match.candidate, self._turn
        reasons = tuple(reason_words(turn, match, reason.criterion) for reason in match.reasons)
        if candidate.who is Who.PERSON:
            serving = next(s for s in self._serving if s.service.person_id == candidate.id)
            free = _("free {hours}", hours=hour_words(serving.service.hours))
            return Proposal(match, serving.name, reasons, free)
        offer = next(o for o in self._offers if o.supply.id == candidate.item)
        return Proposal(match, offer.unit, reasons, _("has “{what}”", what=offer.supply.what))


def row(n: int, proposal: Proposal) -> Text:
    """One line of a list: who, and why."""
    return _(
        "{n}) {name}: {reasons}",
        n=n,
        name=proposal.name,
        reasons=line(listed(*proposal.reasons), proposal.extra, separator="; "),
    )


def month_start(turn: Turn) -> datetime:
    """The first moment of this month, as local clocks have it."""
    first = turn.policy.local_date(turn.now).replace(day=1)
    return datetime.combine(first, time(), turn.policy.zone).astimezone(UTC)


def reason_words(turn: Turn, match: Match, criterion: Criterion) -> Text:
    """One reason as people say it: "同一社区", "会家电维修", "这个月只接过1件"."""
    return _REASONS[criterion](turn, match)


def _can(turn: Turn, match: Match) -> Text:
    return _("can do {skills}", skills=skill_words(turn, match.skills))


def _near(_turn: Turn, match: Match) -> Text:
    common = match.candidate.common
    return NEARNESS.get(common, _SAME_GRID) if common else ""


def _load(_turn: Turn, match: Match) -> Text:
    taken = match.candidate.record.taken
    if not taken:
        return _("nothing taken on this month yet")
    if taken <= FEW:
        return ngettext(
            "only {count} thing taken on this month",
            "only {count} things taken on this month",
            taken,
        )
    return ngettext(
        "{count} thing taken on this month", "{count} things taken on this month", taken
    )


def _kept(_turn: Turn, match: Match) -> Text:
    record = match.candidate.record
    if record.broken:
        return _("kept {kept} promises, broke {broken}", kept=record.kept, broken=record.broken)
    if not record.kept:
        return _("no promise broken")
    return ngettext("kept {count} promise", "kept all {count} promises", record.kept)


_REASONS: dict[Criterion, Callable[[Turn, Match], Text]] = {
    Criterion.SKILL: _can,
    Criterion.NEAR: _near,
    Criterion.LOAD: _load,
    Criterion.KEPT: _kept,
}
