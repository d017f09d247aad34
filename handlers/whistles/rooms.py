"""Importing this has registered everything that whistles answer to."""

from __future__ import annotations

from handlers.whistles import (
    above_cards,
    answering,
    blowing,
    changing,
    concluding,
    files,
    judging,
    ladder,
    listing,
    reviewing,
    units_card,
    whistlers_card,
)

ROOMS = (
    *(above_cards, answering, blowing, changing, concluding),
    *(files, judging, ladder, listing, reviewing, units_card, whistlers_card),
)
