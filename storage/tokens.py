"""One-time secrets: invitations, codes that link two accounts, links to a page.

Only a digest is kept. What was given out is found again by whoever brings it, and used by
one of them: of two who race, one wins and the other reads why.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, String, Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from governance.refused import Refused
from storage.schema import Id, Json, Utc, codes, mapper, metadata
from storage.secrets import fingerprint

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
LENGTH = 26  # of 31 characters: more than 128 random bits
DIGITS = 8
MOST_WRONG = 5
WRONG_FOR = timedelta(hours=1)
KEPT = timedelta(days=1)  # a short code that is over can still be told from a wrong one


class Purpose(StrEnum):
    """What a secret is good for."""

    POST = "post"
    ACCOUNT = "account"  # typed by hand, hence short, soon over and not to be guessed
    FAMILY = "family"  # whoever brings it may help its maker
    ROSTER = "roster"  # opens the roster desk on a computer
    DESK = "desk"  # the half hour after it was opened


tokens = Table(
    "tokens",
    metadata,
    Column("id", Id, primary_key=True),
    Column("purpose", codes(Purpose), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("maker_id", Id, ForeignKey("people.id"), nullable=True, index=True),
    Column("subject_id", Id, nullable=True),
    Column("data", Json, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False, index=True),
    Column("used_at", Utc, nullable=True),
    Column("used_by", Id, ForeignKey("accounts.id"), nullable=True),
    Column("revoked_at", Utc, nullable=True),
)

guesses = Table(
    "guesses",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True, autoincrement=False),
    Column("wrong", Integer, nullable=False),
    Column("until", Utc, nullable=False),
)


@dataclass(eq=False)
class Token:
    """A secret that was given out.

    `maker_id` is None when it was made at the console. `subject_id` is a post or an account,
    by purpose; `used_by` the account that used it.
    """

    purpose: Purpose
    digest: str
    maker_id: int | None
    subject_id: int | None
    data: dict[str, Any]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    used_by: int | None = None
    revoked_at: datetime | None = None
    id: int = field(init=False)

    def require_open(self, now: datetime) -> None:
        """Raises `Refused` with the reason why nobody can use it any more."""
        if self.revoked_at is not None:
            raise Refused("link_revoked")
        if self.used_at is not None:
            raise Refused("link_used")
        if self.expires_at <= now:
            raise Refused("link_expired")


mapper.map_imperatively(Token, tokens)

_BY_DIGEST = select(Token).where(
    tokens.c.purpose == bindparam("of"), tokens.c.digest == bindparam("digest")
)
_OPEN = (tokens.c.used_at.is_(None), tokens.c.revoked_at.is_(None))
_USE = (
    update(tokens)
    .where(tokens.c.id == bindparam("token"), *_OPEN, tokens.c.expires_at > bindparam("now"))
    .values(used_at=bindparam("now"), used_by=bindparam("account"))
    .returning(tokens.c.id)
    .execution_options(synchronize_session=False)
)
_REVOKE = (
    update(tokens)
    .where(tokens.c.id == bindparam("token"), *_OPEN)
    .values(revoked_at=bindparam("now"))
    .returning(tokens.c.id)
    .execution_options(synchronize_session=False)
)
_OPEN_OF = (
    select(Token)
    .where(
        tokens.c.maker_id == bindparam("maker"),
        tokens.c.purpose == bindparam("of"),
        *_OPEN,
        tokens.c.expires_at > bindparam("now"),
    )
    .order_by(tokens.c.id)
)
_REVOKE_ALL = (
    update(tokens)
    .where(tokens.c.maker_id == bindparam("maker"), *_OPEN)
    .values(revoked_at=bindparam("now"))
    .execution_options(synchronize_session=False)
)
# A short code is drawn again some day, so one that is over leaves nothing behind.
_OVER = (
    delete(tokens)
    .where(
        tokens.c.purpose == Purpose.ACCOUNT,
        tokens.c.expires_at <= bindparam("before"),
    )
    .execution_options(synchronize_session=False)
)
_CODES_OF = (
    delete(tokens)
    .where(tokens.c.purpose == Purpose.ACCOUNT, tokens.c.subject_id == bindparam("account"))
    .execution_options(synchronize_session=False)
)


def make(
    db: Session,
    purpose: Purpose,
    *,
    now: datetime,
    expires_at: datetime,
    maker_id: int | None,
    subject_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> tuple[Token, str]:
    """A new one-time secret, and its text, which is nowhere else."""
    secret = _draw(db, now) if purpose is Purpose.ACCOUNT else _long()
    token = Token(
        purpose, _digest(purpose, secret), maker_id, subject_id, data or {}, now, expires_at
    )
    db.add(token)
    db.flush()
    return token, secret


def find(db: Session, purpose: Purpose, secret: str) -> Token:
    """The token of this secret, in whatever state. Raises `Refused("link_unknown")`."""
    values = {"of": purpose, "digest": _digest(purpose, secret)}
    found = db.scalars(_BY_DIGEST, values).first()
    if found is None:
        raise Refused("link_unknown")
    return found


def use(db: Session, token: Token, now: datetime, account_id: int | None = None) -> None:
    """The token is used, by this account alone. Raises `Refused` with the reason if it cannot."""
    values = {"token": token.id, "now": now, "account": account_id}
    won = db.execute(_USE, values).first()
    db.refresh(token)
    if won is None:
        token.require_open(now)
        raise Refused("link_used")


def revoke(db: Session, token: Token, now: datetime) -> bool:
    """Nobody can use it from now on; False if somebody has, or it was revoked already."""
    done = db.execute(_REVOKE, {"token": token.id, "now": now}).first() is not None
    db.refresh(token)
    return done


def open_of(db: Session, maker_id: int, purpose: Purpose, now: datetime) -> Sequence[Token]:
    """What somebody has given out and nobody has used yet."""
    return db.scalars(_OPEN_OF, {"maker": maker_id, "of": purpose, "now": now}).all()


def revoke_all_of(db: Session, maker_id: int, now: datetime) -> None:
    """Nothing this person has given out can be used any more."""
    db.execute(_REVOKE_ALL, {"maker": maker_id, "now": now})


def _long() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def _draw(db: Session, now: datetime) -> str:
    """Digits that mean nothing else at this moment."""
    db.execute(_OVER, {"before": now - KEPT})
    while True:
        drawn = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        values = {"of": Purpose.ACCOUNT, "digest": _digest(Purpose.ACCOUNT, drawn)}
        if db.scalars(_BY_DIGEST, values).first() is None:
            return drawn


def forget_codes(db: Session, account_id: int) -> None:
    """The codes that this account was shown lead nowhere."""
    db.execute(_CODES_OF, {"account": account_id})


def _digest(purpose: Purpose, secret: str) -> str:
    """A short code is kept under our key, or eight digits could be tried out one by one."""
    if purpose is Purpose.ACCOUNT:
        return fingerprint(f"{purpose}/{secret}")
    return hashlib.sha256(f"{purpose}/{secret.lower()}".encode()).hexdigest()


# ── guesses ──────────────────────────────────────────────────────────────────

_GUESSES = select(guesses).where(guesses.c.account_id == bindparam("account"))
_FORGIVE = delete(guesses).where(guesses.c.until <= bindparam("now"))


def _wrong(module: Any) -> Any:
    statement = module.insert(guesses)
    return statement.on_conflict_do_update(
        index_elements=["account_id"],
        set_={"wrong": guesses.c.wrong + 1, "until": statement.excluded["until"]},
    )


_WRONG = {"sqlite": _wrong(sqlite), "postgresql": _wrong(postgresql)}


def barred_until(db: Session, account_id: int, now: datetime) -> datetime | None:
    """When the account may try a code again; None if it may now."""
    found = db.execute(_GUESSES, {"account": account_id}).first()
    if found is None or found.until <= now or found.wrong < MOST_WRONG:
        return None
    until: datetime = found.until
    return until


def guessed_wrong(db: Session, account_id: int, now: datetime) -> None:
    """One more wrong code from this account; an hour without one makes it good."""
    db.execute(_FORGIVE, {"now": now})
    values = {"account_id": account_id, "wrong": 1, "until": now + WRONG_FOR}
    db.execute(_WRONG[db.get_bind().dialect.name], values)
