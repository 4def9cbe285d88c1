"""Which phone asks, and for which order: by a secret that the phone was given when it used a link.

The cookie holds the secret (32 random bytes) and the number of the link that was opened last. A
phone that opens a second link keeps its secret, so that it may go on with both orders: what it asks
is about the last one, unless it names another one of its own as ``order``.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Cookie, Depends, Query, Request, Response

from api.context import Context, context_of
from api.errors import Gone, TooManyAttempts
from models.errors import Conflict, NotFound, NotPermitted, NotSignedIn
from models.order import OPEN_ORDER_STATES, Order, OrderEntryKind, OrderLink, Told

__all__ = ["COOKIE", "Device", "FieldDevice", "address_of", "is_of_device", "open_link", "remember"]

COOKIE: Final = "firewatch_field"
PATH: Final = "/api/field"
SECRET_BYTES: Final = 32
LATE_S: Final = 72 * 3600.0
"""So long after its link has expired the phone that used it in time may go on."""


@dataclass(frozen=True, slots=True)
class Device:
    """A phone, and what it works on.

    Attributes:
        link: that it used.
        order: of the link, as it stands.
        sees: the order is open: place and picture are shown. A phone that comes too late still
            brings what it has.
    """

    link: OrderLink
    order: Order
    sees: bool

    @property
    def author(self) -> str:
        """As whom it tells."""
        person_id = self.link.person_id
        return "duty:room" if person_id is None else f"duty:{person_id}"


def open_link(
    context: Context, token: str, cookie: str | None, *, address: str, proposed: str | None = None
) -> tuple[Device, str]:
    """Open an order with the token of a link; from then on the link is this phone's alone.

    To open it says that somebody has it.

    Args:
        context: of the application.
        token: as it stood in the link.
        cookie: that the phone has from before; None without one.
        address: network address of the phone.
        proposed: secret that the phone would like to have; None leaves it to us. One that it has
            from before stays.

    Returns:
        The phone, and the cookie that it is to keep.

    Raises:
        NotPermitted: the link is none of ours (``link_unknown``) or another phone has it
            (``link_used``).
        Gone: it came too late (``link_expired``), or the order is over (``link_over``).
        TooManyAttempts: too many were refused; code ``link_attempts``.
    """
    link = _link(context, context.links.number_of(token))
    if link is None or not context.links.opens(token, link):
        _refused(context, None, "link_unknown", address)
        raise _unknown()
    secret = _parts(cookie)[0] or proposed or secrets.token_urlsafe(SECRET_BYTES)
    if not _is_of(link, secret):
        try:
            link = context.store.orders.use_link(link.link_id, _sha256(secret))
        except Conflict as error:
            _refused(context, link.link_id, error.code, address)
            if error.code == "link_used":
                raise NotPermitted(error.message, remedy=error.remedy, code="link_used") from error
            raise Gone(error.message, remedy=error.remedy, code=error.code) from error
    device = _device(context, link, address)
    if device.sees:
        seen = Told(OrderEntryKind.SEEN, key=f"link{link.link_id}:seen")
        try:
            order = context.store.orders.tell(
                link.order_id, seen, author=device.author, person_id=link.person_id
            )
        except Conflict:  # it was closed in this instant
            order = context.store.orders.get(link.order_id)
        device = Device(link, order, sees=order.state in OPEN_ORDER_STATES)
    return device, f"{secret}.{link.link_id}"


def remember(response: Response, request: Request, context: Context, cookie: str) -> None:
    """Give the phone its cookie; scripts cannot read it, and no other site's page sends it."""
    life_s = context.settings.orders.link_hours * 3600.0 + LATE_S
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=int(life_s),
        path=PATH,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def address_of(request: Request) -> str:
    """The network address of who asks."""
    return request.client.host if request.client else "unknown"


def _opened(
    request: Request,
    context: Annotated[Context, Depends(context_of)],
    order: Annotated[
        int | None,
        Query(ge=1, le=2**62, description="another order that this phone opened; else the last"),
    ] = None,
    cookie: Annotated[str | None, Cookie(alias=COOKIE)] = None,
) -> Device:
    """The phone that asks.

    Raises:
        NotSignedIn: it has opened no link; code ``device_unknown``.
        NotPermitted: the order that it names is not its own; code ``link_unknown``.
        Gone: its link has expired long ago; code ``link_expired``.
    """
    address = address_of(request)
    secret, number = _parts(cookie)
    link = _link(context, number)
    if link is None or not _is_of(link, secret):
        if cookie is not None:
            _refused(context, None, "device_unknown", address)
        raise NotSignedIn(
            "This phone has opened no link.",
            remedy="Open the one that came in the message.",
            code="device_unknown",
        )
    if order is not None and order != link.order_id:
        other = _other_link(context, order, secret)
        if other is None:
            _refused(context, link.link_id, "link_unknown", address)
            raise _unknown()
        link = other
    return _device(context, link, address)


_opened.firewatch_device = True  # type: ignore[attr-defined]  # read by tests of default deny

FieldDevice = Annotated[Device, Depends(_opened)]


def is_of_device(dependant: Any) -> bool:  # noqa: ANN401  # FastAPI's own Dependant
    """Whether a route asks for a phone that has opened a link."""
    return any(
        getattr(one.call, "firewatch_device", False) or is_of_device(one)
        for one in dependant.dependencies
    )


def _device(context: Context, link: OrderLink, address: str) -> Device:
    tick_s = context.store.steady.tick_s()
    if tick_s > link.expires_tick_s + LATE_S:
        _refused(context, link.link_id, "link_expired", address)
        raise Gone(
            f"The link {link.link_id} has expired long ago.",
            remedy="Call the duty room.",
            code="link_expired",
        )
    order = context.store.orders.get(link.order_id)
    # Who has used it in time goes on: a fire may burn for longer than a link may wait.
    return Device(link, order, link.revoked_at is None and order.state in OPEN_ORDER_STATES)


def _other_link(context: Context, order_id: int, secret: str) -> OrderLink | None:
    orders = context.store.orders
    try:
        calls = orders.get(order_id).calls
    except NotFound:
        return None
    links = (orders.link_of_call(call.entry_id) for call in reversed(calls))
    return next((one for one in links if one is not None and _is_of(one, secret)), None)


def _link(context: Context, number: int | None) -> OrderLink | None:
    if number is None:
        return None
    try:
        return context.store.orders.link(number)
    except NotFound:
        return None


def _parts(cookie: str | None) -> tuple[str, int | None]:
    """The secret of a cookie, empty when it is none, and the number of a link."""
    secret, _, number = (cookie or "").partition(".")
    # A secret that is too short was not given by us, and nobody may choose one.
    if len(secret) != SECRET_LENGTH or not (number.isascii() and number.isdecimal()):
        return "", None
    return secret, int(number) if len(number) < MOST_DIGITS else None


SECRET_LENGTH: Final = len(secrets.token_urlsafe(SECRET_BYTES))
MOST_DIGITS: Final = 19


def _is_of(link: OrderLink, secret: str) -> bool:
    if not secret or not link.device_sha256:
        return False
    return hmac.compare_digest(link.device_sha256, _sha256(secret))


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _refused(context: Context, link_id: int | None, why: str, address: str) -> None:
    """Write a refusal down; whoever has had too many of them is told to wait instead.

    Raises:
        TooManyAttempts: code ``link_attempts``.
    """
    over = context.phones.refusals.count(address)
    if over < 2:  # the first that is too many is told, those behind it are not
        why = "link_attempts" if over else why
        context.store.orders.refused_link(link_id, why=why, address=address)
    if over:
        raise TooManyAttempts(
            "Too many links were refused.", remedy="Wait a minute.", code="link_attempts"
        )


def _unknown() -> NotPermitted:
    return NotPermitted(
        "This link is none of ours.",
        remedy="Check that it is whole, or call the duty room.",
        code="link_unknown",
    )
