"""What WeChat's error codes mean to the sender.

https://developers.weixin.qq.com/doc/offiaccount/Getting_Started/Global_Return_Code.html
What is not listed is a message that WeChat will not take as it is.
"""

from __future__ import annotations

from bot.channels.base import Closed, Gone, SendError, Unsent
from bot.channels.tencent import errors

QUOTA_SECONDS = 1800.0
"""A day's quota ends at midnight, and the platform does not say when that is here."""

_MEANINGS: dict[int, type[SendError]] = {
    -1: Unsent,  # the platform is busy
    45015: Closed,  # the person has not written for too long
    45047: Closed,  # as many messages as may follow one of theirs
    40003: Gone,  # not somebody who follows this account
    43004: Gone,  # does not follow it any more
    43019: Gone,  # was put on the account's black list
    50005: Gone,  # does not follow it
    # Nothing was sent, and it is as good as before once the operator has put this right.
    40001: Unsent,
    40014: Unsent,
    42001: Unsent,
    41001: Unsent,
    40013: Unsent,
    40125: Unsent,
    40164: Unsent,
    40243: Unsent,
    61004: Unsent,
    50002: Unsent,
}
_WAITS: dict[int, float] = {45009: QUOTA_SECONDS, 45011: 60.0}
REMEDIES: dict[int, str] = {
    40013: "app_id is not this account's",
    40001: "app_secret is not this account's",
    40125: "app_secret is not this account's",
    40164: "the address of this server is not on the IP white list",
    61004: "the address of this server is not on the IP white list",
    40243: "app_secret is frozen at the platform",
    45009: "today's quota is used up",
    48001: "the account has no permission for this interface; it has to be verified",
    50002: "the account is restricted",
}


def meaning(code: int, words: str) -> SendError:
    """The error for a code that is not 0."""
    return errors.meaning(code, words, _MEANINGS, _WAITS, REMEDIES)
