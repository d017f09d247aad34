"""How much of what comes in is looked at: of one person, of one group, and of all together.

Nobody's flood is anybody else's loss. What is too much of one person or one group is put aside;
what is too much for this process is left with the platform, which brings it again. A room that
fills leaves each sender less and less of it, so whoever floods is refused long before the others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from time import monotonic

from prometheus_client import Counter as Metric

from bot.channels.base import Unavailable
from governance.policy import Policy
from handlers.message import Event, Joined, Left, MovedTo, Said, SentDocument, SentPhoto, SentVoice

MOST = 5000
"""Events under way in this process; their texts take some ten megabytes."""
SHARE = 10
"""One sender's part of the room that is left: a tenth."""
FEWEST = 2
"""What a sender may have under way also in a room that is nearly full."""
MINUTE, DAY = 60, 86_400
FILES = SentPhoto | SentVoice | SentDocument
SPEECH = Said | FILES

LEFT_OUTSIDE = Metric(
    "shaodao_events_left_with_platform_total",
    "Events that were not taken just then, by whether all or one sender had too many under way",
    ["why"],
)


class Throttle:
    """So many messages in a minute, or a day, from one person or in one group."""

    def __init__(
        self, most: int, clock: Callable[[], float] = monotonic, seconds: int = MINUTE
    ) -> None:
        self._most = most
        self._clock = clock
        self._seconds = seconds
        self._counts: dict[Hashable, int] = defaultdict(int)
        self._now = 0

    def allows(self, who: Hashable) -> bool | str:
        """True, "busy" once, then False until the time is over."""
        now = int(self._clock() // self._seconds)
        if now != self._now:
            self._now = now
            self._counts.clear()
        self._counts[who] += 1
        count = self._counts[who]
        if count <= self._most:
            return True
        return "busy" if count == self._most + 1 else False


class Throttles:
    """Of everybody who speaks, and of every group in which they do."""

    def __init__(self, policy: Policy) -> None:
        self._people = Throttle(policy.busy_per_minute)
        self._groups = Throttle(policy.group_per_minute)
        self._files = Throttle(policy.files_a_day, seconds=DAY)

    def allows(self, event: Event, who: Hashable) -> bool | str:
        """As `Throttle.allows`, or "files" for one that is too much today. What a group says too
        much is passed over without a word; what its members press, and that the bot came or went,
        counts for nobody but them."""
        if isinstance(event.body, Joined | Left | MovedTo):
            return True
        allowed = self._people.allows(who)
        in_group = event.chat.kind == "group"
        if (
            in_group
            and isinstance(event.body, SPEECH)
            and self._groups.allows(_chat(event)) is not True
        ):
            return False
        file = allowed is True and isinstance(event.body, FILES)
        if file and self._files.allows(who) is not True:
            return False if in_group else "files"
        return allowed


class Entrance:
    """Lets events in while there is room for them."""

    def __init__(self, policy: Policy, most: int = MOST) -> None:
        self._most = most
        self._inside: Counter[Hashable] = Counter()
        self._all = 0
        self._throttles = Throttles(policy)

    @contextmanager
    def passing(self, event: Event) -> Iterator[bool]:
        """Inside, the event counts as being under way. Yields whether it comes from somebody who
        floods, and is not worth being read closely. Raises `Unavailable`."""
        sender = (event.channel, event.account, event.sender)
        if self._all >= self._most:
            self._refuse("all")
        if self._inside[sender] >= max(FEWEST, (self._most - self._all) // SHARE):
            self._refuse("sender")
        self._all += 1
        self._inside[sender] += 1
        try:
            yield self._throttles.allows(event, sender) is not True
        finally:
            self._all -= 1
            self._inside[sender] -= 1
            if not self._inside[sender]:
                del self._inside[sender]

    @property
    def inside(self) -> int:
        """How many are under way."""
        return self._all

    def _refuse(self, why: str) -> None:
        LEFT_OUTSIDE.labels(why).inc()
        raise Unavailable(f"too many under way ({why})")


def _chat(event: Event) -> Hashable:
    return event.channel, event.account, event.chat.id
