"""The shop of a community (积分兑换点): goods for points, ordered, fetched with a code, or returned.

    open ─→ handed over        what was ordered lies ready, and its points are held
      ├──→ cancelled           stock and points are back
      └──→ expired             the same, when nobody came for it

Handing over takes two: whoever ordered shows a code, and a clerk, somebody else, gives it out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from governance.policy import Policy
from governance.refused import Refused

MOST_PRICE, MOST_STOCK = 10_000, 10_000


class OrderState(StrEnum):
    OPEN = "open"  # 待领
    HANDED = "handed"  # 已领
    CANCELLED = "cancelled"  # 已取消
    EXPIRED = "expired"  # 过期退回


class GoodAct(StrEnum):
    """What was changed about goods."""

    ADDED = "added"  # 上架
    PRICE = "price"  # 改价
    STOCK = "stock"  # 进出货
    CLOSED = "closed"  # 下架
    OPENED = "opened"  # 重新上架


@dataclass(eq=False)
class Shop:
    """A community's shop. `hours` as its head puts it ("周一到周五 9:00-17:00")."""

    area_id: int
    hours: str = ""
    place: str = ""


@dataclass(eq=False)
class Good:
    """Something to be had for points. `stock` counts what nobody has ordered yet."""

    area_id: int
    name: str
    price: int
    stock: int
    photo: str = ""
    closed_at: datetime | None = None
    id: int = field(init=False)

    @property
    def on_offer(self) -> bool:
        return self.closed_at is None

    def take(self) -> None:
        """One piece is set aside for an order."""
        if not self.on_offer:
            raise Refused("goods_closed")
        if self.stock < 1:
            raise Refused("goods_sold_out")
        self.stock -= 1

    def bring(self, pieces: int) -> None:
        """So many pieces came in, or went out with a minus."""
        if pieces == 0 or not 0 <= self.stock + pieces <= MOST_STOCK:
            raise Refused("goods_stock", most=MOST_STOCK)
        self.stock += pieces

    def give_back(self) -> None:
        """A piece that was set aside is there again, also when the limit is reached meanwhile."""
        self.stock += 1

    def set_price(self, price: int) -> None:
        """From the next order on; what is ordered keeps its price."""
        require_price(price)
        self.price = price


def require_price(price: int) -> None:
    if not 1 <= price <= MOST_PRICE:
        raise Refused("goods_price", most=MOST_PRICE)


@dataclass(eq=False)
class Order:
    """One piece for one person. `digest` finds it by its code while it is open; None later."""

    good_id: int
    person_id: int
    area_id: int
    price: int
    at: datetime
    until: datetime
    digest: str | None
    state: OrderState = OrderState.OPEN
    ended_at: datetime | None = None
    ended_by: int | None = None
    id: int = field(init=False)

    def hand_over(self, by: int, now: datetime) -> None:
        """The clerk has given it to whoever ordered it."""
        self._require_open()
        if by == self.person_id:
            raise Refused("order_own")
        if self.until <= now:
            raise Refused("order_over")
        self._end(OrderState.HANDED, by, now)

    def cancel(self, by: int, now: datetime) -> None:
        """Whoever ordered it does not want it any more."""
        if by != self.person_id:
            raise Refused("no_such_order")
        self._require_open()
        self._end(OrderState.CANCELLED, by, now)

    def expire(self, now: datetime) -> bool:
        """True when it has just run out."""
        if self.state is not OrderState.OPEN or self.until > now:
            return False
        self._end(OrderState.EXPIRED, None, now)
        return True

    def renew(self, by: int, digest: str) -> None:
        """Only the new code counts from now on."""
        if by != self.person_id:
            raise Refused("no_such_order")
        self._require_open()
        self.digest = digest

    def _require_open(self) -> None:
        if self.state is not OrderState.OPEN:
            raise Refused("order_over")

    def _end(self, state: OrderState, by: int | None, now: datetime) -> None:
        self.state, self.ended_by, self.ended_at, self.digest = state, by, now, None


def require_affordable(price: int, balance: int) -> None:
    """Raises `Refused` where the points do not suffice."""
    if balance < price:
        raise Refused("goods_too_dear", most=balance)


def order_until(policy: Policy, now: datetime) -> datetime:
    """The end of a working day by which it has to be fetched."""
    return policy.work.by_the_end_of(now + timedelta(days=policy.points.order_days))
