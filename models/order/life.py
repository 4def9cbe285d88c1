"""The life of a work order: somebody is called, sees it, answers, leaves, arrives; it is closed.

::

    called → seen → answered → left → arrived → closed
      └───────┴────────┴─────────┴───────┴────→ closed, withdrawn

A step may pass over the ones that did not happen or were not told: a team that leaves has seen the
order, whoever answers "it burns" may have left already. No step goes back.
"""

from enum import StrEnum
from typing import Final

from models.errors import Conflict

__all__ = [
    "OPEN_ORDER_STATES",
    "Answer",
    "ClosesAt",
    "OrderState",
    "check_open",
    "farther",
]


class OrderState(StrEnum):
    """Where an order stands."""

    CALLED = "called"  # somebody is told; nobody has said that they have it
    SEEN = "seen"
    ANSWERED = "answered"
    LEFT = "left"  # a team is on its way
    ARRIVED = "arrived"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"  # it was not needed


OPEN_ORDER_STATES: Final = frozenset(set(OrderState) - {OrderState.CLOSED, OrderState.WITHDRAWN})


class Answer(StrEnum):
    """What somebody on the ground says."""

    REAL = "real"  # it burns: 是火情
    FALSE = "false"  # it does not: 不是火
    HANDLED = "handled"  # a small thing, put right on the spot: 已就地处置
    UNSURE = "unsure"  # cannot be seen or reached from here: 看不清, 到不了

    @property
    def settles(self) -> bool:
        """Whether nobody has to leave any more."""
        return self in {Answer.FALSE, Answer.HANDLED}


class ClosesAt(StrEnum):
    """Who may close an order: a general hazard does not leave the grid (一般隐患不出网格)."""

    VILLAGE = "village"  # whoever answers it on the ground
    DISTRICT = "district"  # monitors


def check_open(state: OrderState) -> None:
    """Refuse to go on with what is over.

    Raises:
        Conflict: it is closed or withdrawn; code ``order_over``.
    """
    if state not in OPEN_ORDER_STATES:
        raise Conflict(
            f"This order is {state}.",
            remedy="Look at its history; a new order can be opened.",
            code="order_over",
        )


def farther(current: OrderState, told: OrderState) -> OrderState:
    """Where an order stands once something was told, as steps never go back."""
    order = tuple(OrderState)
    return max(current, told, key=order.index)
