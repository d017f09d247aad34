"""People and their accounts on each channel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Integer,
    ScalarSelect,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    cast,
    event,
    false,
    func,
    insert,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from governance.people import Member, Person, Speaker
from storage.lanes import lanes
from storage.schema import Id, Json, Utc, codes, mapper, metadata
from storage.secrets import Secret, fingerprint

people = Table(
    "people",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("home_id", Id, ForeignKey("areas.id"), nullable=True, index=True),
    Column("phone", Secret, nullable=False, default=""),
    Column("phone_print", String(32), nullable=False, default="", server_default="", index=True),
    Column("address", Secret, nullable=False, default="", server_default=""),
    Column("code", String(32), nullable=True, unique=True),
    Column("member", codes(Member), nullable=True),
    Column("unit_id", Id, ForeignKey("units.id"), nullable=True, index=True),
    Column("skills", Json, nullable=False, default=list, server_default="[]"),
    # When they said that they are under 14; loaded with every event, so it stands here.
    Column("minor_at", Utc, nullable=True),
    # What they read is laid out for old people.
    Column("elder", Boolean, nullable=False, default=False, server_default=false()),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("bot", String(64), nullable=False),
    Column("external", String(64), nullable=False),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("lane", String(160), nullable=False, index=True),
    Column("language", String(8), nullable=False),
    Column("noticed", Boolean, nullable=False, default=False),
    # The name the messenger shows, whoever the account is bound to.
    Column("shown", String(64), nullable=False, default="", server_default=""),
    # Grows each time somebody speaks from another account of theirs than before.
    Column("used", Integer, nullable=False, default=0, server_default="0"),
    # Alerts come here too, wherever its person spoke last.
    Column("alerts", Boolean, nullable=False, default=False, server_default=false()),
    UniqueConstraint("channel", "bot", "external"),
)

mapper.map_imperatively(Person, people, properties={"_phone_print": people.c.phone_print})


@event.listens_for(Person, "before_insert")
@event.listens_for(Person, "before_update")
def _findable(_mapper: object, _conn: object, person: Person) -> None:
    """A number that is stored can be found again, and no other way."""
    person._phone_print = fingerprint(person.phone)  # type: ignore[attr-defined]  # noqa: SLF001


AccountKey: TypeAlias = tuple[str, str, str]
"""Channel, bot account, and the person's id there."""

_SPEAKER = select(
    accounts.c.channel,
    accounts.c.bot,
    accounts.c.external,
    accounts.c.id,
    accounts.c.person_id,
    people.c.name,
    accounts.c.language,
    accounts.c.lane,
    people.c.home_id,
    accounts.c.noticed,
    people.c.minor_at.is_not(None),
    people.c.elder,
).join(people, people.c.id == accounts.c.person_id)
_BY_KEY = _SPEAKER.where(
    tuple_(accounts.c.channel, accounts.c.bot, accounts.c.external).in_(
        bindparam("keys", expanding=True)
    )
)
_other = accounts.alias("other")
_USED_LATER = (
    select(_other.c.id)
    .where(
        _other.c.person_id == accounts.c.person_id,
        (_other.c.used > accounts.c.used)
        | ((_other.c.used == accounts.c.used) & (_other.c.id > accounts.c.id)),
    )
    .exists()
)
_SPEAKING = _BY_KEY.add_columns(_USED_LATER.label("another_was_last"))
_SPEAKS_NOW = (
    update(accounts)
    .where(accounts.c.id == bindparam("account"))
    .values(
        used=select(func.max(_other.c.used) + 1)
        .where(_other.c.person_id == accounts.c.person_id)
        .scalar_subquery()
    )
)
# An account that blocked us comes last, whenever it was used.
_BY_PERSON = (
    _SPEAKER.outerjoin(lanes, lanes.c.key == accounts.c.lane)
    .where(accounts.c.person_id.in_(bindparam("people", expanding=True)))
    .order_by(func.coalesce(lanes.c.disabled, "") == "", accounts.c.used, accounts.c.id)
)
_MARKED = (
    _SPEAKER.join(lanes, lanes.c.key == accounts.c.lane)
    .where(
        accounts.c.person_id.in_(bindparam("people", expanding=True)),
        accounts.c.alerts,
        lanes.c.disabled == "",
    )
    .order_by(accounts.c.id)
)
_MARK = update(accounts).where(accounts.c.id == bindparam("account")).values(alerts=bindparam("on"))
_LISTED = (
    select(
        accounts.c.id,
        accounts.c.channel,
        accounts.c.shown,
        accounts.c.lane,
        accounts.c.language,
        accounts.c.alerts,
    )
    .where(accounts.c.person_id == bindparam("person"))
    .order_by(accounts.c.id)
)
_ACCOUNT = select(accounts).where(accounts.c.id == bindparam("account"))
_NAMELESS = (
    update(people)
    .where(people.c.id == bindparam("person"))
    .values(name="", phone="", phone_print="", address="", home_id=None, minor_at=None, elder=False)
)
FORGOTTEN = "forgotten-"
# The account keeps its row, so that what was sent stays explainable, but nobody can be found
# by it any more.
_UNBOUND = (
    update(accounts)
    .where(accounts.c.person_id == bindparam("person"))
    .values(
        external=literal(FORGOTTEN) + cast(accounts.c.id, String),
        noticed=False,
        shown="",
        alerts=False,
    )
)
_NEW_PERSON = insert(people).returning(people.c.id)
_NEW_ACCOUNT = insert(accounts)
_WITH_CODE = select(people.c.id).where(people.c.code == bindparam("code"), people.c.name != "")
_NOTICED = update(accounts).where(accounts.c.id == bindparam("account")).values(noticed=True)
_LANGUAGE = (
    update(accounts)
    .where(accounts.c.person_id == bindparam("person"))
    .values(language=bindparam("to"))
)


def load_speakers(conn: Connection, keys: Iterable[AccountKey]) -> dict[AccountKey, Speaker]:
    """The known ones among these accounts, who speak now: what is for them goes there next."""
    rows = conn.execute(_SPEAKING, {"keys": list(keys)}).all()
    for row in sorted(row.id for row in rows if row.another_was_last):
        conn.execute(_SPEAKS_NOW, {"account": row})
    return {(row[0], row[1], row[2]): Speaker(*tuple(row)[3:-1]) for row in rows}


def accounts_of(conn: Connection, person_ids: Iterable[int]) -> dict[int, Speaker]:
    """For each person the account that messages go to.

    That is the one they spoke from last; one that cannot be written to only if there is no
    other.
    """
    rows = conn.execute(_BY_PERSON, {"people": list(person_ids)})
    return {row.person_id: Speaker(*tuple(row)[3:]) for row in rows}


def marked_for_alerts(conn: Connection, person_ids: Iterable[int]) -> dict[int, list[Speaker]]:
    """For each person the accounts that alerts go to besides, as far as they can be written to."""
    found: dict[int, list[Speaker]] = {}
    for row in conn.execute(_MARKED, {"people": list(person_ids)}):
        found.setdefault(row.person_id, []).append(Speaker(*tuple(row)[3:]))
    return found


def account_at(conn: Connection, person_id: int, lane: str) -> Speaker | None:
    """The person as they are in this chat, or else where messages go to; None without account."""
    rows = [Speaker(*tuple(row)[3:]) for row in conn.execute(_BY_PERSON, {"people": [person_id]})]
    return next((one for one in rows if one.lane == lane), rows[-1] if rows else None)


def elder_at(lane: ColumnElement[str]) -> ScalarSelect[bool]:
    """Whether what is sent to this private chat is laid out for an old person; null of a chat
    that is nobody's."""
    return (
        select(people.c.elder)
        .join(accounts, accounts.c.person_id == people.c.id)
        .where(accounts.c.lane == lane)
        .order_by(accounts.c.id)
        .limit(1)
        .scalar_subquery()
    )


def register(
    conn: Connection,
    key: AccountKey,
    name: str,
    language: str,
    lane: str,
    person_id: int | None = None,
) -> Speaker:
    """This account, of a person nobody knew yet or of this one."""
    if person_id is None:
        person_id = new_person(conn, name)
    bind_account(conn, key, person_id, language, lane, name)
    return load_speakers(conn, [key])[key]


def with_code(conn: Connection, code: str) -> int | None:
    """Whose code in the roster this is, unless they are forgotten."""
    return conn.scalar(_WITH_CODE, {"code": code})


def new_person(conn: Connection, name: str) -> int:
    """Somebody the district knows nothing of but this name."""
    return int(conn.execute(_NEW_PERSON, {"name": name, "phone": ""}).scalar_one())


def bind_account(
    conn: Connection, key: AccountKey, person_id: int, language: str, lane: str, shown: str = ""
) -> None:
    """This account belongs to this person from now on."""
    channel, bot, external = key
    conn.execute(
        _NEW_ACCOUNT,
        {
            "channel": channel,
            "bot": bot,
            "external": external,
            "person_id": person_id,
            "language": language,
            "lane": lane,
            "noticed": False,
            "shown": shown,
        },
    )


def account(db: Session, account_id: int) -> Any | None:
    """The row of an account, or None."""
    return db.execute(_ACCOUNT, {"account": account_id}).first()


def speaks_now(db: Session, account_id: int) -> None:
    """What is for the account's person goes there from now on."""
    db.connection().execute(_SPEAKS_NOW, {"account": account_id})


def listed(db: Session, person_id: int) -> Sequence[Any]:
    """A person's accounts (id, channel, shown, lane, language, alerts), the first one first."""
    return db.execute(_LISTED, {"person": person_id}).all()


def mark_for_alerts(db: Session, account_id: int, *, on: bool) -> None:
    """Alerts go to this account too, or only where its person spoke last."""
    db.connection().execute(_MARK, {"account": account_id, "on": on})


def notice_shown(db: Session, account_id: int) -> None:
    """The privacy notice was part of a message to this account."""
    db.connection().execute(_NOTICED, {"account": account_id})


def set_language(db: Session, person_id: int, language: str) -> None:
    """Every account of the person reads this language from now on."""
    db.connection().execute(_LANGUAGE, {"person": person_id, "to": language})


def forget(db: Session, person_id: int) -> None:
    """No name, home or telephone, and no account leads here any more."""
    conn = db.connection()
    conn.execute(_NAMELESS, {"person": person_id})
    conn.execute(_UNBOUND, {"person": person_id})


def set_everybodys_language(conn: Connection, language: str) -> None:
    """Every account reads this language from now on (the demo's switch)."""
    conn.execute(update(accounts).values(language=language))
