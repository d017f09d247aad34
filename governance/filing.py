"""代报: a report that comes from somebody else than the resident it is about.

Whoever serves in a post files what they found on their round, what neighbours said in a group,
or what an old person asks them to (帮办). Members who are on the road all day (couriers, taxi
drivers) file what they pass. How it came changes nobody's rights over the case: it says who has
to hear of it, and whose word counts at the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

PROBES = frozenset({"流动探头", "mobile probe"})
"""What stands among a member's skills in the roster where they may file what they pass."""


def is_probe(skills: Iterable[str]) -> bool:
    """Whether the roster knows somebody with these skills as a mobile probe."""
    return any(skill.strip().lower() in PROBES for skill in skills)


class Via(StrEnum):
    """How a report came."""

    OWN = "own"  # whoever it is about said it
    PATROL = "patrol"  # 巡查: found by somebody in a post
    PROBE = "probe"  # 流动探头: found by a member on the road
    GROUP = "group"  # 群里反映: what neighbours said in a group, passed on by somebody in a post
    BEHALF = "behalf"  # 帮办: for an old person who agreed


class Consent(StrEnum):
    """How an old person agreed that something is sent for them."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    FAMILY = "family"


@dataclass(frozen=True, slots=True)
class Filing:
    """How one report came. `by_id` and `name` are whoever filed it, where that is not its reporter
    in the ordinary way; `consent` how the reporter agreed."""

    via: Via = Via.OWN
    by_id: int | None = None
    name: str = ""
    consent: Consent | None = None

    @property
    def data(self) -> dict[str, str]:
        """What the first line of the history keeps of it: codes only."""
        if self.via is Via.OWN:
            return {}
        return {"via": self.via, **({"consent": self.consent} if self.consent else {})}


PLAIN = Filing()
