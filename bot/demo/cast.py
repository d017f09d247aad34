"""The people of the district with their phones and its clock; where the bot runs is left open."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot import sample
from bot.channels.local import LocalMessenger
from bot.channels.phones import Phone
from bot.clock import Clock
from governance.policy import Policy
from handlers.message import Capabilities, Pace
from handlers.words import Reader, Text, render


class Cast(ABC):
    """Everybody of the sample is on the local messenger, and the members have their group.

    What is abstract here is asked of the bot.
    """

    def __init__(
        self, capabilities: Capabilities, policy: Policy, clock: Clock, language: str
    ) -> None:
        self.language = language
        self.policy = policy
        self.clock = clock
        # Nothing outside limits how fast phones in this process are written to.
        unhurried = replace(capabilities, pace=Pace())
        self.messenger = LocalMessenger(unhurried, now=self.clock.now)
        self.phones: Mapping[str, Phone] = {
            s.key: self.messenger.phone(s.key, s.name) for s in sample.EVERYBODY
        }
        self._guests: Sequence[Phone] = ()
        self._gather()

    @property
    def capabilities(self) -> Capabilities:
        return self.messenger.capabilities

    def _gather(self) -> None:
        """The members' group exists, where the messenger has groups, named in their language."""
        if self.messenger.capabilities.groups:
            members = [*(self.phones[s.key] for s in sample.IN_GROUP), *self._guests]
            self.messenger.group(sample.GROUP, sample.GROUP_NAMES[self.language], members)

    def admit(self, guests: Sequence[Phone]) -> None:
        """These phones are in the members' group, too."""
        self._guests = guests
        self._gather()

    def label(self, text: Text) -> str:
        """A choice as it is labelled on the phones now."""
        return render(text, Reader(self.language, self.clock.now(), self.policy.zone))

    async def advance(self, by: timedelta) -> None:
        """The clock goes on, and stops at everything that falls due on the way."""
        target = self.clock.now() + by
        await self.settle()
        due = await self._next_due()
        while due is not None and due <= target:
            await self._show_time(max(due, self.clock.now()))
            await self.settle()
            done, due = due, await self._next_due()
            if due == done:
                break  # what is due cannot be done now; the clock does not wait for it
        await self._show_time(target)
        await self.settle()

    async def set_language(self, language: str) -> None:
        """Everybody reads this language from now on."""
        self.language = language
        self._gather()
        await self._speak(language)

    @abstractmethod
    async def settle(self) -> None:
        """Everything has been said that is to be said now."""

    @abstractmethod
    async def _next_due(self) -> datetime | None:
        """The next moment at which the clock will have something to do."""

    @abstractmethod
    async def _show_time(self, at: datetime) -> None:
        """All clocks show this moment."""

    @abstractmethod
    async def _speak(self, language: str) -> None:
        """The bot writes to everybody in this language."""
