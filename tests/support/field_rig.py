"""Orders that phones open by their links."""

from api_rig import ApiRig
from order_rig import RIDGE, on_duty, report, village_place

from models.order import ClosesAt, OrderDraft, OrderLink

__all__ = ["LINK_S", "Phone", "audited", "called", "order_at"]

LINK_S = 12 * 3600.0


def order_at(
    api: ApiRig, *, township: str = RIDGE, key: str = "told-0001", incident_id: int | None = None
) -> int:
    """An order of a township, for a fire that somebody tells of; its number."""
    fire = incident_id if incident_id is not None else report(api, village_place(api), key=key)
    draft = OrderDraft(fire, township, (), 0.9, ClosesAt.DISTRICT, f"hand:{key}", "快去看看")
    (order,) = api.context.store.orders.open([draft], author="monitor")
    return order.order_id


def called(
    api: ApiRig, order_id: int, person_id: int | None, channels: tuple[int, ...] = ()
) -> OrderLink:
    """Call somebody; the link of it."""
    orders = api.context.store.orders
    order = orders.call(
        order_id,
        person_id,
        expected_calls=len(orders.get(order_id).calls),
        clock=None,
        round_=0,
        author="monitor",
        link_s=LINK_S,
        channels=channels,
    )
    link = orders.link_of_call(order.calls[-1].entry_id)
    assert link is not None
    return link


class Phone:
    """Somebody of the ridge's township who was called, with a phone that has opened nothing yet.

    Attributes:
        client: the browser of the phone.
        link: of the call.
        token: that stands in it.
    """

    def __init__(self, api: ApiRig, name: str = "王网格", *, order_id: int | None = None) -> None:
        self.person_id = on_duty(api, name)
        self.order_id = order_at(api) if order_id is None else order_id
        self.link = called(api, self.order_id, self.person_id)
        self.token = api.context.links.token(self.link)
        self.client = api.client()

    def open(self) -> dict[str, object]:
        """Use the link."""
        answer = self.client.post("/api/field/open", json={"token": self.token})
        assert answer.status_code == 200, answer.text
        found: dict[str, object] = answer.json()
        return found


def audited(api: ApiRig, action: str = "link.refused") -> list[tuple[str, dict[str, object]]]:
    """Subjects and details of such deeds, oldest first."""
    entries = reversed(api.context.store.audit.entries(500))
    return [(one.subject, dict(one.details)) for one in entries if one.action == action]
