"""A call that is to be sent now, with everything that its sender needs."""

from dataclasses import dataclass

from models.duty import DutyPerson
from models.notice import Channel, Secrets
from models.order.link import OrderLink, Push
from models.order.order import Order

__all__ = ["PushJob"]


@dataclass(frozen=True, slots=True)
class PushJob:
    """A push that was claimed.

    Attributes:
        push: as it is sent: its mark is the same whenever it is sent again.
        order: of the call.
        person: who is called; None for the duty room. Who was removed has no telephone any more.
        channel: through which.
        secrets: of the channel.
        link: of the call.
    """

    push: Push
    order: Order
    person: DutyPerson | None
    channel: Channel
    secrets: Secrets
    link: OrderLink
