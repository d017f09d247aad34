"""An error's number as what it means to the sender: one table for each platform."""

from __future__ import annotations

from collections.abc import Mapping

from bot.channels.base import Rejected, SendError, Throttled


def meaning(
    code: int,
    words: str,
    kinds: Mapping[int, type[SendError]],
    waits: Mapping[int, float],
    remedies: Mapping[int, str],
) -> SendError:
    """The error for a code that is not 0; what is not listed will never be taken as it is.

    `waits` are the seconds after which to try again.
    """
    remedy = remedies.get(code, "")
    text = f"{code} {words[:120]}" + (f" ({remedy})" if remedy else "")
    error = Throttled(waits[code]) if code in waits else kinds.get(code, Rejected)()
    error.args, error.code = (text,), code
    return error
