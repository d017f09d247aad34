"""How days and entries stand on cards."""

from __future__ import annotations

from datetime import date

from governance.guide import Entry
from handlers.words import Name, Text, _


def day_words(day: date) -> Name:
    """A day with its year: a card may be read long after."""
    return Name(f"{day.year}年{day.month}月{day.day}日", f"{day.day} {day:%B %Y}")


def ends(entry: Entry, today: date) -> Text:
    """How long an entry is shown, or since when it is not."""
    if entry.shown(today):
        return _("shown through {day}", day=day_words(entry.until))
    return _("ended on {day}, not shown any more", day=day_words(entry.until))
