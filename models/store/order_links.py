"""One-time links: each opens one order, for one call, on the one phone that used it first.

What stands in a link is reckoned from its number and a key that is not here. A phone is known by
the SHA-256 of a secret that only it has.
"""

import re
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, select, update

from models.audit import SYSTEM
from models.errors import Conflict, NotFound
from models.order import OPEN_ORDER_STATES, OrderLink
from models.store import audit
from models.store.order_base import OrderBase
from models.store.order_rows import LARGEST, change_order, one_order
from models.store.tables import order_link

__all__ = ["OrderLinks", "links_of"]

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class OrderLinks(OrderBase):
    """The part of the orders' repository that keeps links."""

    def link(self, link_id: int) -> OrderLink:
        """One link.

        Raises:
            NotFound: no such link.
        """
        with self._database.read() as connection:
            return _one(connection, link_id)

    def link_of_call(self, entry_id: int) -> OrderLink | None:
        """The link of a call; None when the number is of no call."""
        number = entry_id if 0 < entry_id <= LARGEST else 0
        with self._database.read() as connection:
            return _first(links_of(connection, order_link.c.entry_id == number))

    def link_of_device(self, device_sha256: str) -> OrderLink | None:
        """The newest link that a phone used, also of an order that is over; None for a stranger."""
        if _SHA256.fullmatch(device_sha256) is None:  # among them the empty one of unused links
            return None
        with self._database.read() as connection:
            return _first(links_of(connection, order_link.c.device_sha256 == device_sha256))

    def use_link(self, link_id: int, device_sha256: str) -> OrderLink:
        """Open an order with its link; from then on the link is that phone's alone.

        Args:
            link_id: of the link.
            device_sha256: 64 hexadecimal digits, of the phone's secret.

        Raises:
            NotFound: no such link.
            Conflict: the order is over (``link_over``), another phone has it (``link_used``), or
                it waited for too long (``link_expired``; who has used it in time may go on).
            ValueError: no such digest.
        """
        if _SHA256.fullmatch(device_sha256) is None:
            msg = "a phone is known by 64 hexadecimal digits"
            raise ValueError(msg)
        with self._changing() as (connection, now_s):
            found = _one(connection, link_id)
            order = one_order(connection, found.order_id)
            if found.revoked_at is not None or order.state not in OPEN_ORDER_STATES:
                raise Conflict(
                    f"Order {found.order_id} is over.",
                    remedy="Ask the duty room what is to be done.",
                    code="link_over",
                )
            if found.device_sha256 == device_sha256:
                return found
            if found.device_sha256:
                raise Conflict(
                    f"The link {link_id} was used on another phone.",
                    remedy="Ask the duty room for a call of your own.",
                    code="link_used",
                )
            if now_s > found.expires_tick_s:
                raise Conflict(
                    f"The link {link_id} can be used no more.",
                    remedy="Ask the duty room to call again.",
                    code="link_expired",
                )
            connection.execute(
                update(order_link)
                .where(order_link.c.link_id == link_id)
                .values(opened_at=self._clock.now(), device_sha256=device_sha256)
            )
            audit.append(
                connection,
                self._clock,
                actor=SYSTEM if found.person_id is None else f"duty:{found.person_id}",
                action="link.opened",
                subject=str(link_id),
                details={"order": found.order_id, "person": found.person_id},
            )
            change_order(connection, self._clock, found.order_id)
            return _one(connection, link_id)

    def refused_link(self, link_id: int | None, *, why: str, address: str) -> None:
        """Write down that a link was refused.

        Args:
            link_id: of the link; None when what was handed in is none of ours.
            why: code of the refusal.
            address: network address of who handed it in.
        """
        with self._database.write() as connection:
            audit.append(
                connection,
                self._clock,
                actor=SYSTEM,
                action="link.refused",
                subject="" if link_id is None else str(link_id),
                details={"why": why, "address": address},
            )


def links_of(connection: Connection, *wanted: ColumnElement[bool]) -> list[OrderLink]:
    """The links that meet every condition, newest first."""
    query = select(order_link).where(*wanted).order_by(order_link.c.link_id.desc())
    return [_link(row) for row in connection.execute(query)]


def _one(connection: Connection, link_id: int) -> OrderLink:
    number = link_id if 0 < link_id <= LARGEST else 0
    found = links_of(connection, order_link.c.link_id == number)
    if not found:
        raise NotFound(f"There is no link {link_id}.")
    return found[0]


def _first(found: list[OrderLink]) -> OrderLink | None:
    return found[0] if found else None


def _link(row: Row[Any]) -> OrderLink:
    return OrderLink(
        link_id=row.link_id,
        order_id=row.order_id,
        entry_id=row.entry_id,
        person_id=row.person_id,
        made_at=row.made_at,
        expires_tick_s=row.expires_tick_s,
        opened_at=row.opened_at,
        device_sha256=row.device_sha256,
        revoked_at=row.revoked_at,
    )
