"""Everything about projects and pledges that answers to something."""

from handlers.pledges import cards, clock, giving, ledger, progress, projects, receiving

ROOMS = (cards, clock, giving, ledger, progress, projects, receiving)
"""Importing these has filled the registry."""
