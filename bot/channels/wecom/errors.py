"""What WeCom's error codes mean to the sender.

https://developer.work.weixin.qq.com/document/path/90313
What is not listed is a message that WeCom will not take as it is.
"""

from __future__ import annotations

from bot.channels.base import Gone, SendError, Unsent
from bot.channels.tencent import errors

_MEANINGS: dict[int, type[SendError]] = {
    -1: Unsent,  # the platform is busy
    40003: Gone,  # not a userid
    50002: Gone,  # a member whom this app may not see
    60011: Gone,
    60111: Gone,  # no such userid
    81013: Gone,  # none of those it was for can see this app
    40050: Gone,  # no such group
    86001: Gone,
    86003: Gone,
    86004: Gone,
    93000: Gone,  # the group's robot is not there any more
    93004: Gone,
    93008: Gone,
    # Nothing was sent, and it is as good as before once the operator has put this right.
    40001: Unsent,
    40013: Unsent,
    40014: Unsent,
    40056: Unsent,
    40091: Unsent,
    41001: Unsent,
    42001: Unsent,
    48002: Unsent,
    60020: Unsent,
    301002: Unsent,
}
_WAITS: dict[int, float] = {45009: 60.0, 45033: 5.0}
REMEDIES: dict[int, str] = {
    40001: "secret is not this app's",
    40013: "corp_id is not this company's",
    40056: "agent_id is not an app of this company",
    40091: "secret is not this app's",
    48002: "the app has no permission for this interface",
    60020: "the address of this server is not among the app's trusted IPs",
    81013: "outside the app's visible range",
    301002: "secret and agent_id belong to different apps",
}


def meaning(code: int, words: str) -> SendError:
    """The error for a code that is not 0."""
    return errors.meaning(code, words, _MEANINGS, _WAITS, REMEDIES)
