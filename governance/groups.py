"""Groups of people and what they are bound to; and what nobody should post in one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class GroupKind(StrEnum):
    """Whose group it is."""

    AREA = "area"  # everybody who lives in an area
    UNIT = "unit"  # the people of a unit
    TEAM = "team"  # a team of members in an area


class GroupAct(StrEnum):
    """What became of a binding."""

    BOUND = "bound"
    UNBOUND = "unbound"
    GONE = "gone"  # the bot was removed, so the binding rests
    RESTORED = "restored"  # the bot is back and somebody has confirmed the binding


@dataclass(frozen=True, slots=True)
class Binding:
    """Whose a group is: an area, a unit, or a team (its name, "" for the members) in an area."""

    kind: GroupKind
    area_id: int | None = None
    unit_id: int | None = None
    team: str = ""


@dataclass(frozen=True, slots=True)
class GroupEvent:
    """One line of a group's history: who did what, and the binding it was about."""

    act: GroupAct
    binding: Binding
    by_id: int
    at: datetime


@dataclass(eq=False)
class Group:
    """A chat of many people that the bot was added to, bound when `kind` is set.

    From `gone_at` on the bot is out of the group; its binding rests until it is back and
    somebody confirms. `hinted_at` is when personal data was last warned about.
    """

    lane: str
    area_id: int | None
    language: str
    kind: GroupKind | None = GroupKind.AREA
    unit_id: int | None = None
    team: str = ""
    title: str = ""
    bound_by: int | None = None
    bound_at: datetime | None = None
    gone_at: datetime | None = None
    hinted_at: datetime | None = None
    id: int = field(init=False)

    @property
    def binding(self) -> Binding | None:
        """What the group is bound to, also while that rests."""
        if self.kind is None:
            return None
        return Binding(self.kind, self.area_id, self.unit_id, self.team)

    def bind(self, to: Binding, by_id: int, now: datetime) -> GroupEvent:
        """The group belongs to this from now on, instead of whatever it was bound to."""
        self._set(to)
        self.bound_by, self.bound_at, self.gone_at = by_id, now, None
        return GroupEvent(GroupAct.BOUND, to, by_id, now)

    def unbind(self, by_id: int, now: datetime) -> GroupEvent | None:
        """The group belongs to nothing; None if it did not before."""
        before = self.binding
        if before is None:
            return None
        self._set(None)
        self.bound_by, self.bound_at = by_id, now
        return GroupEvent(GroupAct.UNBOUND, before, by_id, now)

    def leave(self, by_id: int, now: datetime) -> GroupEvent | None:
        """The bot was removed; None if that is nothing to record."""
        if self.gone_at is not None:
            return None
        self.gone_at = now
        return GroupEvent(GroupAct.GONE, self.binding, by_id, now) if self.binding else None

    def come_back(self) -> Binding | None:
        """The bot is in the group again. Returns the binding that rests until it is confirmed."""
        if self.binding is None:
            self.gone_at = None
        return self.binding

    def restore(self, by_id: int, now: datetime) -> GroupEvent | None:
        """The binding counts again; None if none rests."""
        if self.binding is None or self.gone_at is None:
            return None
        self.gone_at = None
        return GroupEvent(GroupAct.RESTORED, self.binding, by_id, now)

    def _set(self, to: Binding | None) -> None:
        self.kind = to.kind if to else None
        self.area_id = to.area_id if to else None
        self.unit_id = to.unit_id if to else None
        self.team = to.team if to else ""


# ── what does not belong in a group ──────────────────────────────────────────


class Leak(StrEnum):
    """Personal data in a message."""

    FULL = "full"  # a mobile or identity number that anybody can read
    MASKED = "masked"  # one with parts of it covered


_PHONE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![0-9A-Za-z])")
_MASKED_PHONE = re.compile(r"(?<![0-9A-Za-z])1[3-9][\dXx*]{9}(?![0-9A-Za-z*])")
_PROVINCE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_DAY = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_IDENTITY = re.compile(rf"(?<![0-9A-Za-z]){_PROVINCE}\d{{4}}{_DAY}\d{{3}}[\dXx](?![0-9A-Za-z])")
_MASKED_IDENTITY = re.compile(rf"(?<![0-9A-Za-z]){_PROVINCE}[\dXx*]{{16}}(?![0-9A-Za-z*])")
# A number of a parcel or an order may look like a telephone number, and is nobody's secret.
_OF_A_THING = re.compile(
    r"(?:单号?|订单|编号|流水号?|票号|卡券|验证码|no\.?)[是为:： #]*$", re.IGNORECASE
)


def leak_in(text: str) -> Leak | None:
    """The worst that a message gives away about somebody, or None."""
    plain = unicodedata.normalize("NFKC", text)
    if _IDENTITY.search(plain) or _names_a_phone(_PHONE, plain):
        return Leak.FULL
    masked = (m[0] for p in (_MASKED_PHONE, _MASKED_IDENTITY) for m in p.finditer(plain))
    return Leak.MASKED if any(not found.isdecimal() for found in masked) else None


def _names_a_phone(pattern: re.Pattern[str], text: str) -> bool:
    return any(not _OF_A_THING.search(text[: m.start()]) for m in pattern.finditer(text))


NUMBERS = (_PHONE, _IDENTITY, _MASKED_PHONE, _MASKED_IDENTITY)
"""What gives somebody's number away, for whoever covers it instead."""
