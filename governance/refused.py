"""A rule says no."""

from __future__ import annotations


class Refused(Exception):
    """An act that the rules do not allow now.

    `code` names the rule and `data` what a reader needs to understand it; the words for each
    code stand in handlers/refusals.py, and nobody reads them from here.
    """

    def __init__(self, code: str, **data: object) -> None:
        super().__init__(code, data)
        self.code = code
        self.data = data
