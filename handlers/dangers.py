"""TEMP until the helper writes it."""

from dataclasses import dataclass
from handlers.words import Text, _


@dataclass(frozen=True)
class Danger:
    kind: str
    advice: Text
    opens_case: bool
    category: str
    private: bool
    calls: str


DANGERS = {"fire": Danger("fire", _("Fire"), True, "0602", False, "119")}
