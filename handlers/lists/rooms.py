"""Everything in the lists that answers to something."""

from handlers.lists import (
    claims,
    clock,
    digests,
    files,
    finding,
    menu,
    need_cards,
    needs,
    order_cards,
    orders,
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
    order_cards,
    orders,
    services,
    supply,
)
"""Importing these has filled the registry."""
