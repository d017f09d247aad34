"""How many a bulletin reaches, how many it does not and why, and how long that takes."""

from __future__ import annotations

from collections.abc import Mapping

from governance.bulletins import Gap
from handlers.words import Text, lines, listed, ngettext


def gaps_of(gaps: Mapping[str, int], later: int, *, ordinary: bool) -> Text:
    """Who gets no copy of their own, by the reason, and who only once they write."""
    no_account, blocked = gaps.get(Gap.NO_ACCOUNT, 0), gaps.get(Gap.BLOCKED, 0)
    cannot = [
        ngettext("{count} has never written here", "{count} have never written here", no_account)
        if no_account
        else "",
        ngettext("{count} has blocked me", "{count} have blocked me", blocked) if blocked else "",
    ]
    count = no_account + blocked
    refused = gaps.get(Gap.NOT_AGREED, 0)
    return lines(
        ngettext(
            "Cannot be reached: {count} person ({why})",
            "Cannot be reached: {count} people ({why})",
            count,
            why=listed(*(text for text in cannot if text)),
        )
        if count
        else "",
        ngettext(
            "{count} person has not agreed to news, so nothing is sent to them; an emergency is.",
            "{count} people have not agreed to news, so nothing is sent to them; an emergency is.",
            refused,
        )
        if refused and ordinary
        else "",
        ngettext(
            "{count} of them reads it only after writing here again",
            "{count} of them read it only after writing here again",
            later,
        )
        if later
        else "",
    )


def lasting(seconds: float) -> Text:
    """How long the platform's own pace makes it last; "" for a moment."""
    if seconds < 60:
        return ""
    minutes = round(seconds / 60)
    if minutes < 90:
        return ngettext(
            "The messenger’s limit makes that take about {count} minute.",
            "The messenger’s limit makes that take about {count} minutes.",
            minutes,
        )
    return ngettext(
        "The messenger’s limit makes that take about {count} hour.",
        "The messenger’s limit makes that take about {count} hours.",
        round(minutes / 60),
    )
