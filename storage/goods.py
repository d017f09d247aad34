"""Shops, their goods, what changed about them, and who ordered what."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Session

from governance.goods import Good, GoodAct, Order, OrderState, Shop
from storage.moments import earliest, not_failed
from storage.people import people
from storage.schema import Id, Utc, codes, mapper, metadata
from storage.secrets import fingerprint

DIGITS = 8

shops = Table(
    "shops",
    metadata,
    Column("area_id", Id, ForeignKey("areas.id"), primary_key=True, autoincrement=False),
    Column("hours", String(60), nullable=False),
    Column("place", String(60), nullable=False),
)

goods = Table(
    "goods",
    metadata,
    Column("id", Id, primary_key=True),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False, index=True),
    Column("name", String(40), nullable=False),
    Column("price", Integer, nullable=False),
    Column("stock", Integer, nullable=False),
    Column("photo", String(80), nullable=False),
    Column("closed_at", Utc, nullable=True),
    Column("version", Integer, nullable=False),
    CheckConstraint("stock >= 0", name="stock_is_there"),
)

goods_changes = Table(
    "goods_changes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("good_id", Id, ForeignKey("goods.id"), nullable=False, index=True),
    Column("act", codes(GoodAct), nullable=False),
    Column("amount", Integer, nullable=False),
    Column("by_id", Id, ForeignKey("people.id"), nullable=True),
    Column("at", Utc, nullable=False),
)

orders = Table(
    "orders",
    metadata,
    Column("id", Id, primary_key=True),
    Column("good_id", Id, ForeignKey("goods.id"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False, index=True),
    Column("price", Integer, nullable=False),
    Column("at", Utc, nullable=False),
    Column("until", Utc, nullable=False),
    Column("digest", String(32), nullable=True, unique=True),
    Column("state", codes(OrderState), nullable=False),
    Column("ended_at", Utc, nullable=True),
    Column("ended_by", Id, ForeignKey("people.id"), nullable=True),
    Column("version", Integer, nullable=False),
    Index("ix_orders_state_until", "state", "until"),
)

mapper.map_imperatively(Shop, shops)
mapper.map_imperatively(Good, goods, version_id_col=goods.c.version)
mapper.map_imperatively(Order, orders, version_id_col=orders.c.version)

_OFFERED = (
    select(Good)
    .where(goods.c.area_id == bindparam("area"), goods.c.closed_at.is_(None))
    .order_by(goods.c.price, goods.c.id)
)
_ALL = select(Good).where(goods.c.area_id == bindparam("area")).order_by(goods.c.id)
_OPEN_OF = (
    select(Order)
    .where(orders.c.person_id == bindparam("person"), orders.c.state == OrderState.OPEN)
    .order_by(orders.c.id)
)
_BY_DIGEST = select(Order).where(orders.c.digest == bindparam("digest"))
_DUE = (
    select(orders.c.id)
    .where(
        orders.c.state == OrderState.OPEN,
        orders.c.until <= bindparam("now"),
        not_failed(orders.c.id),
    )
    .order_by(orders.c.until, orders.c.id)
    .limit(100)
)
NEXT_DUE = earliest(orders.c.until).where(orders.c.state == OrderState.OPEN)
_CHANGE = insert(goods_changes)
_clerk = people.alias("clerk")
_STOCK = (
    select(
        goods.c.id,
        goods.c.name,
        goods.c.price,
        goods.c.stock,
        goods.c.closed_at,
        select(func.count())
        .where(orders.c.good_id == goods.c.id, orders.c.state == OrderState.OPEN)
        .scalar_subquery()
        .label("waiting"),
        select(func.count())
        .where(orders.c.good_id == goods.c.id, orders.c.state == OrderState.HANDED)
        .scalar_subquery()
        .label("handed"),
    )
    .where(goods.c.area_id == bindparam("area"))
    .order_by(goods.c.id)
)
_ORDERS = (
    select(
        orders.c.id,
        orders.c.at,
        orders.c.state,
        orders.c.price,
        orders.c.until,
        orders.c.ended_at,
        goods.c.name.label("good"),
        people.c.name.label("person"),
        _clerk.c.name.label("clerk"),
    )
    .join(goods, goods.c.id == orders.c.good_id)
    .join(people, people.c.id == orders.c.person_id)
    .outerjoin(_clerk, _clerk.c.id == orders.c.ended_by)
    .where(orders.c.area_id == bindparam("area"))
    .order_by(orders.c.id)
)
_CHANGES = (
    select(
        goods_changes.c.at,
        goods_changes.c.act,
        goods_changes.c.amount,
        goods.c.name.label("good"),
        people.c.name.label("by"),
    )
    .join(goods, goods.c.id == goods_changes.c.good_id)
    .outerjoin(people, people.c.id == goods_changes.c.by_id)
    .where(goods.c.area_id == bindparam("area"))
    .order_by(goods_changes.c.id)
)


def offered(db: Session, area_id: int) -> Sequence[Good]:
    """What can be had in a community now, the cheapest first."""
    return db.scalars(_OFFERED, {"area": area_id}).all()


def everything(db: Session, area_id: int) -> Sequence[Good]:
    """Every good a community has or had."""
    return db.scalars(_ALL, {"area": area_id}).all()


def lock(db: Session, good_id: int) -> Good | None:
    """The good as it is now, ours alone until the transaction ends; None if there is none."""
    return db.get(Good, good_id, with_for_update=True, populate_existing=True)


def lock_order(db: Session, order_id: int) -> Order | None:
    return db.get(Order, order_id, with_for_update=True, populate_existing=True)


def open_orders(db: Session, person_id: int) -> Sequence[Order]:
    """What a person has ordered and not fetched."""
    return db.scalars(_OPEN_OF, {"person": person_id}).all()


def fresh_code(db: Session) -> tuple[str, str]:
    """A code that opens no other order, and its digest, which is all that is kept of it."""
    while True:
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        if by_code(db, code) is None:
            return code, digest(code)


def digest(code: str) -> str:
    """A short code is kept under our key, or eight digits could be tried out one by one."""
    return fingerprint(f"order/{code}")


def by_code(db: Session, code: str) -> Order | None:
    """The open order that a code belongs to."""
    return db.scalars(_BY_DIGEST, {"digest": digest(code)}).first()


def changed(
    db: Session, good: Good, act: GoodAct, amount: int, by: int | None, at: datetime
) -> None:
    """What was changed about a good is on record."""
    db.flush()
    row: dict[str, Any] = {"good_id": good.id, "act": act, "amount": amount, "by_id": by, "at": at}
    db.connection().execute(_CHANGE, row)


def due(db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
    """Orders nobody has fetched in time."""
    return db.scalars(_DUE, {"now": now, "failed": list(failed)}).all()


def stock_rows(conn: Connection, area_id: int) -> Sequence[Any]:
    """Every good with what is there, what waits to be fetched, and what was handed over."""
    return conn.execute(_STOCK, {"area": area_id}).all()


def order_rows(conn: Connection, area_id: int) -> Sequence[Any]:
    """Every order with who ordered it and who handed it over, the oldest first."""
    return conn.execute(_ORDERS, {"area": area_id}).all()


def change_rows(conn: Connection, area_id: int) -> Sequence[Any]:
    """Every change of price and stock, the oldest first."""
    return conn.execute(_CHANGES, {"area": area_id}).all()
