"""双报到: units and members report in at communities, near, needed, and in balance.

就近就便、需求相符、总体平衡: whoever lives or works close by, can do what is asked for there,
and where help is still thin. The proposal is computed; an officer decides.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from governance.org import metres
from governance.sheets import Change

Point = tuple[float, float]  # latitude, longitude in degrees

NEAR = 1_500.0  # metres at which nearness counts half
ROOM = 1.25  # how far above its share a community may be filled before it counts as full


class Ground(StrEnum):
    """Why a community was proposed, or that a person chose it."""

    NEAR = "near"  # 就近就便
    NEEDED = "needed"  # 需求相符
    BALANCED = "balanced"  # 总体平衡
    CHOSEN = "chosen"  # an officer decided otherwise


@dataclass(eq=False)
class ReportIn:
    """A unit or a member is registered at a community since `confirmed_at`.

    Exactly one of `unit_id` and `person_id` is given. `told_at` is when the member was told.
    """

    area_id: int
    ground: Ground
    confirmed_by: int
    confirmed_at: datetime
    unit_id: int | None = None
    person_id: int | None = None
    id: int = field(init=False)


@dataclass(frozen=True, slots=True)
class Seeker:
    """A unit or member not registered anywhere yet.

    `community_id` is where they live or sit, `point` where that is; `skills` what they can do.
    """

    key: str
    name: str
    skills: frozenset[str] = frozenset()
    community_id: int | None = None
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Community:
    """`needs` is what is asked for there; `there` how many are registered already."""

    id: int
    households: int = 0
    point: Point | None = None
    needs: frozenset[str] = frozenset()
    there: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where a seeker might register, and why. `metres` is None where nobody knows."""

    key: str
    community_id: int
    ground: Ground
    metres: float | None
    matches: tuple[str, ...]


def propose(seekers: Iterable[Seeker], communities: Sequence[Community]) -> list[Proposal]:
    """One proposal for each seeker, in their order; none when there is no community.

    The same input always gives the same proposal. Nobody is sent to a full community while
    another has room: a community is full when it has a quarter more than its share, which
    follows from its households (equal shares where nobody counted them).
    """
    waiting = list(seekers)
    if not communities:
        return []
    share = _shares(len(waiting), communities)
    load = {c.id: c.there for c in communities}
    found: dict[str, Proposal] = {}
    # Whoever has fewest good choices chooses first: those with a place and a skill asked for.
    for seeker in sorted(waiting, key=lambda s: (s.community_id is None, not s.skills, s.key)):
        open_ = [c for c in communities if load[c.id] < share[c.id] * ROOM] or list(communities)
        best = max(open_, key=lambda c: (_score(seeker, c, load[c.id], share[c.id]), -c.id))
        load[best.id] += 1
        found[seeker.key] = _why(seeker, best)
    return [found[seeker.key] for seeker in waiting]


def _shares(count: int, communities: Sequence[Community]) -> Mapping[int, float]:
    everybody = count + sum(c.there for c in communities)
    counted = sum(c.households for c in communities)
    if not counted:
        return {c.id: max(everybody / len(communities), 1) for c in communities}
    return {c.id: max(everybody * c.households / counted, 1) for c in communities}


def _score(seeker: Seeker, community: Community, load: int, share: float) -> float:
    """Nearness and need count up to 1 each; being full counts against, ever more."""
    return (
        _nearness(seeker, community)
        + min(len(seeker.skills & community.needs), 2) / 2
        - (load / share) ** 2 / 2
    )


def _nearness(seeker: Seeker, community: Community) -> float:
    if seeker.community_id == community.id:
        return 1.0
    away = _metres(seeker, community)
    return 0.0 if away is None else math.exp2(-away / NEAR) * 0.95


def _metres(seeker: Seeker, community: Community) -> float | None:
    if seeker.point is None or community.point is None:
        return None
    return metres(seeker.point, community.point)


def _why(seeker: Seeker, community: Community) -> Proposal:
    matches = tuple(sorted(seeker.skills & community.needs))
    if seeker.community_id == community.id or _nearness(seeker, community) >= 0.5:
        ground = Ground.NEAR
    else:
        ground = Ground.NEEDED if matches else Ground.BALANCED
    return Proposal(seeker.key, community.id, ground, _metres(seeker, community), matches)


# ── what an officer made of it ───────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the proposal as it came back: who (`key`, `name`), the community decided on
    ("" for none yet) and the one that was proposed, with its ground."""

    number: int
    key: str
    name: str
    community: str
    proposed: str = ""
    ground: Ground | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A line with what becomes of it; `why` is a code when it is refused.

    Unchanged is also where nothing was decided; changed, who was registered elsewhere.
    """

    line: Line
    change: Change
    why: str = ""
    ground: Ground = Ground.CHOSEN


def judge(
    lines: Iterable[Line],
    names: Mapping[str, str],
    registered: Mapping[str, str],
    communities: Iterable[str],
) -> list[Judged]:
    """What becomes of each line, in their order.

    `names` are those on whom the officer decides, by key; `registered` says at which community
    some of them are; `communities` are the codes the officer decides between.
    """
    known = frozenset(communities)
    seen: set[str] = set()
    found: list[Judged] = []
    for line in lines:
        why = _fault(line, names, known, seen)
        seen.add(line.key)
        if why:
            found.append(Judged(line, Change.REFUSED, why))
        else:
            found.append(_decided(line, registered.get(line.key, "")))
    return found


def _fault(
    line: Line, names: Mapping[str, str], communities: frozenset[str], seen: set[str]
) -> str:
    if line.key not in names:
        return "unknown_registrant"
    if line.key in seen:
        return "twice"
    if line.name and line.name != names[line.key]:
        return "other_name"  # a column was sorted without the others
    if line.community and line.community not in communities:
        return "unknown_community"
    return ""


def _decided(line: Line, now_at: str) -> Judged:
    if not line.community or line.community == now_at:
        return Judged(line, Change.UNCHANGED)
    as_proposed = line.ground is not None and line.community == line.proposed
    ground = line.ground if as_proposed and line.ground else Ground.CHOSEN
    return Judged(line, Change.CHANGED if now_at else Change.ADDED, "", ground)
