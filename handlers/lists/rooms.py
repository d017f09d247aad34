"""Everything in the lists that answers to something."""

from handlers.lists import (
    booking_cards,
    bookings,
    claims,
    clock,
    digests,
    files,
    finding,
    menu,
    need_cards,
    needs,
    services,
    supply,
)

ROOMS = (
    claims,
    clock,
    digests,
    files,
    finding,
    menu,
    need_cards,
    needs,
    booking_cards,
    bookings,
    services,
    supply,
)
"""Importing these has filled the registry."""
