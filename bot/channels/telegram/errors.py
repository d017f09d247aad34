"""What Telegram's refusals mean to the sender.

Telegram tells its 400s apart only in words, so the words are kept here in one table:
they are those of telegram-bot-api's own source, and both drivers pass them on.
"""

from __future__ import annotations

from bot.channels.base import Gone, NotFound, Rejected, SendError, TooLarge, Uncertain, Unsent


class NotModified(Rejected):
    """The message already says exactly this."""


_BAD_REQUESTS: tuple[tuple[str, type[SendError] | type[TooLarge]], ...] = (
    ("message is not modified", NotModified),
    ("message to edit not found", NotFound),
    ("message can't be edited", NotFound),
    ("message_id_invalid", NotFound),
    ("there is no text in the message to edit", NotFound),
    ("chat not found", Gone),
    ("file is too big", TooLarge),
)


def refused(status: int, description: str) -> SendError | TooLarge:
    """The error for an HTTP status of 400 and more that carries no parameters.

    401, 404 and 409 (wrong token, second poller) are the operator's to put right: nothing
    was sent, and the message is as good as before once they are.
    """
    if status in {401, 404, 409}:
        return Unsent(description)
    if status == 403:
        return Gone(description)
    if status == 400:
        words = description.lower()
        kind = next((kind for text, kind in _BAD_REQUESTS if text in words), Rejected)
        return kind(description)
    if status == 413:
        return Rejected(description)
    return Uncertain(description)
