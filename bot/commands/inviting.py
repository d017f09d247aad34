"""`shaodao invite`: a one-time code for somebody in the roster, made without the bot.

This is how the first administrator gets in; everybody else is invited by an officer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from bot.channels.base import SendError
from bot.channels.telegram import telegram
from bot.commands import beginning
from bot.settings import Settings
from governance.org import Post, PostKind
from storage import invitations, org, tokens
from storage.tokens import Purpose


class CannotInvite(Exception):
    """Nobody can be invited by this code of the roster; the text says why, and the remedy."""


async def invite(chosen: Settings, code: str) -> list[str]:
    """What to print: for whom and what, the code, and the link that opens the bot with it."""
    told, payload = _make(chosen, code)
    link = await _link(chosen)
    told.append(f"send this to the bot: {payload}")
    if link:
        told.append(f"or open: {link.format(payload)}")
    return [*told, "it works once; whoever uses it holds the post, so give it to nobody else"]


def _make(chosen: Settings, code: str) -> tuple[list[str], str]:
    now = datetime.now(UTC)
    with beginning.opened(chosen) as engine, Session(engine) as db, db.begin():
        name, post = _whose(db, code, now)
        until = now + timedelta(days=chosen.limits.invitation_days)
        _token, secret = tokens.make(
            db,
            Purpose.POST,
            now=now,
            expires_at=until,
            maker_id=None,
            subject_id=post.id,
        )
        place = invitations.place(db, post.area_id, post.unit_id).name
        kind = str(post.kind).replace("_", " ")
        told = f"{name}: {kind} at {place}, until {until:%Y-%m-%d}"
    return [told], f"i-{secret}"


def _whose(db: Session, code: str, now: datetime) -> tuple[str, Post]:
    """The person of this code and the post to invite to, an administrator's before others."""
    person = invitations.by_code(db, code)
    if person is None:
        raise CannotInvite(f"{code}: nobody in the roster has this code; see shaodao export")
    person_id, name = person
    if invitations.has_account(db, person_id):
        raise CannotInvite(f"{code}: {name} has an account; to add another, send /link to the bot")
    served: Sequence[Post] = org.serving(db, person_id, now.date())
    if not served:
        raise CannotInvite(
            f"{code}: {name} holds no post; an officer invites members with /invite in the chat"
        )
    return name, min(served, key=lambda post: post.kind is not PostKind.ADMINISTRATOR)


async def _link(chosen: Settings) -> str:
    """What opens the bot with a payload; "" where no messenger is configured or reached."""
    if not chosen.telegram.token:
        return ""
    channel = telegram(**chosen.telegram.model_dump())
    try:
        await channel.open()
    except SendError:
        return ""
    finally:
        await channel.close()
    return channel.capabilities.start_link
