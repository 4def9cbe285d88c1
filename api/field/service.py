"""From an order to what its phone is shown, and from what the phone tells to the order."""

from datetime import timedelta
from typing import Final

import cv2
import numpy as np

from api.context import Context
from api.field.devices import Device
from api.field.schemas import (
    FieldBearing,
    FieldEntry,
    FieldOrder,
    FieldPhoto,
    FieldPlace,
    Point,
    TellRequest,
    UploadAnswer,
    UploadedPhoto,
)
from api.field.uploads import Finished, Uploaded
from api.incidents.photos import PhotoDesk
from api.orders.schemas import OrderClockAnswer, OrderPlaceAnswer
from camera_gateway.pictures import decode_jpeg, encode_jpeg
from detector.incidents.placing import IncidentPlace
from geo.crs import Gcj02, Wgs84, from_wgs84
from models.errors import FrameCorrupt, InputRefused, NotFound
from models.incident import DismissReason, Incident, Photo
from models.order import Answer, ClockState, OrderEntry, OrderEntryKind, Told, readings

__all__ = ["finished", "order_of", "picture_of", "told", "uploaded"]

REASONS: Final = (
    *(DismissReason.KITCHEN_SMOKE, DismissReason.FIELD_BURN, DismissReason.REGISTERED_BURN),
    *(DismissReason.OFFERING, DismissReason.FIREWORKS, DismissReason.CHIMNEY, DismissReason.STEAM),
    *(DismissReason.DUST, DismissReason.VEHICLE, DismissReason.MACHINE, DismissReason.LIGHT),
    *(DismissReason.FOG, DismissReason.LOW_CLOUD, DismissReason.DRILL, DismissReason.OTHER),
)
"""What somebody who stands there can tell, the usual first."""

MOST_PICTURE_BYTES: Final = 200_000
WIDEST_PX: Final = 1280
_SMALLER: Final = 0.75
_QUALITIES: Final = (80, 65, 50)
_RUNS: Final = frozenset({ClockState.RUNNING, ClockState.OVERDUE})
_DIGITS: Final = 6  # of degrees: a decimetre


def order_of(context: Context, device: Device) -> FieldOrder:
    """What a phone is shown of its order."""
    order, draft = device.order, device.order.draft
    finder = context.notices.writer.finder
    incident = context.store.incidents.get(draft.incident_id) if device.sees else None
    fire = None if incident is None else finder.of(incident, ())
    return FieldOrder(
        order_id=order.order_id,
        state=order.state,
        is_drill=order.is_drill,
        township_name=finder.names().get(draft.township, draft.township),
        note=draft.note if device.sees else "",
        opened_at=order.opened_at,
        clocks=_clocks(context, device),
        place=None if fire is None else _place(fire.place),
        bearing=None if fire is None else _bearing(fire.place, fire.seen_by),
        picture=incident is not None and _best_frame(incident) is not None,
        answers=tuple(Answer) if device.sees else (),
        reasons=REASONS if device.sees else (),
        entries=tuple(_entry(one, device) for one in order.entries if one.author == device.author),
        server_at=context.clock.now(),
    )


def told(context: Context, device: Device, body: TellRequest) -> Device:
    """Write down what a phone tells; what comes again changes nothing.

    Returns:
        The phone with its order as it is now.

    Raises:
        Conflict: it is over, and what is told is neither an answer nor a note; code ``order_over``.
        InputRefused: it cannot be told (see :func:`models.order.check_told`), or its photo was not
            sent (``photo_unknown``).
    """
    link = device.link
    said = Told(
        kind=body.kind,
        answer=body.answer,
        reason=body.reason,
        note=body.note,
        photo=None if body.photo is None else _photo(context, device, body.photo),
        place=None if body.place is None else body.place.place(),
        told_at=body.told_at,
        key=_key(device, body.key),
    )
    order = context.store.orders.tell(
        link.order_id, said, author=device.author, person_id=link.person_id
    )
    return Device(link, order, sees=device.sees and order.closed_at is None)


def finished(context: Context, device: Device, data: bytes) -> Finished:
    """Take a photo that is there whole.

    Raises:
        InputRefused: see :meth:`api.incidents.photos.PhotoDesk.take`.
        StorageFull: the disk takes no more.
    """
    incident_id = device.order.draft.incident_id
    name, _ = _desk(context).take(incident_id, data)
    return Finished(name, incident_id)


def uploaded(context: Context, state: Uploaded) -> UploadAnswer:
    """How an upload stands, with what its photo says of itself."""
    done = state.finished
    if done is None:
        return UploadAnswer(received=state.received, photo=None)
    photo = _said(_desk(context).named(done.incident_id, done.name))
    return UploadAnswer(
        received=state.received, photo=UploadedPhoto(photo=done.name, **photo.model_dump())
    )


def picture_of(context: Context, device: Device) -> bytes:
    """The best picture of the fire as a JPEG of at most :data:`MOST_PICTURE_BYTES`.

    Raises:
        NotFound: there is none, or the phone may see it no longer.
    """
    incident = context.store.incidents.get(device.order.draft.incident_id) if device.sees else None
    key = None if incident is None else _best_frame(incident)
    if key is None:
        raise NotFound("There is no picture of this fire.")
    try:
        return _small(context.vault.get(key), key)
    except FrameCorrupt as error:
        raise NotFound("The picture of this fire is damaged.") from error


def _small(data: bytes, key: str) -> bytes:
    image = decode_jpeg(data, key)
    scale = min(1.0, WIDEST_PX / image.shape[1])
    while True:
        size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
        shown = image
        if scale < 1.0:
            shown = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
        for quality in _QUALITIES:
            coded = encode_jpeg(shown, quality)
            if len(coded) <= MOST_PICTURE_BYTES:
                return coded
        scale *= _SMALLER


def _best_frame(incident: Incident) -> str | None:
    """Key of the last picture of the alert that is surest; None without any."""
    seen = [one for one in incident.alerts if one.evidence]
    if not seen:
        return None
    best = max(seen, key=lambda one: (one.draft.score, one.alert_id))
    marked = [one for one in best.evidence if one.boxes]
    return (marked or list(best.evidence))[-1].key


def _clocks(context: Context, device: Device) -> tuple[OrderClockAnswer, ...]:
    order, at, tick_s = device.order, context.clock.now(), context.store.steady.tick_s()
    found = readings(order.opened_tick_s, order.stops, context.orders.limits, tick_s)
    return tuple(
        OrderClockAnswer(
            kind=one.kind,
            limit_s=one.limit_s,
            elapsed_s=one.elapsed_s,
            state=one.state,
            due_at=at + timedelta(seconds=one.limit_s - one.elapsed_s)
            if one.state in _RUNS
            else order.opened_at + timedelta(seconds=one.limit_s),
        )
        for one in found
    )


def _place(place: IncidentPlace) -> FieldPlace | None:
    best = place.best
    if best is None:
        return None
    wgs84 = _point(best.lon_deg, best.lat_deg)
    return FieldPlace(
        lon_deg=wgs84.lon_deg,
        lat_deg=wgs84.lat_deg,
        radius_m=round(best.r90_m, 1),
        wgs84=wgs84,
        gcj02=_gcj02(best.lon_deg, best.lat_deg),
    )


def _gcj02(lon_deg: float, lat_deg: float) -> Point | None:
    try:
        return _point(*from_wgs84(Wgs84.at(lon_deg, lat_deg), Gcj02).pair)
    except InputRefused:  # outside China there is no such system
        return None


def _point(lon_deg: float, lat_deg: float) -> Point:
    return Point(lon_deg=round(lon_deg, _DIGITS), lat_deg=round(lat_deg, _DIGITS))


def _bearing(place: IncidentPlace, seen_by: tuple[str, ...]) -> FieldBearing | None:
    observer, bearing_deg = place.observer, place.bearing_deg
    if place.best is not None or observer is None or bearing_deg is None:
        return None
    return FieldBearing(
        from_name=seen_by[0] if len(seen_by) == 1 else "",
        from_lon_deg=round(observer.lon_deg, _DIGITS),
        from_lat_deg=round(observer.lat_deg, _DIGITS),
        bearing_deg=round(bearing_deg, 1),
    )


def _entry(entry: OrderEntry, device: Device) -> FieldEntry:
    said = entry.told or Told(OrderEntryKind.NOTED)
    place, own = said.place, _key(device, "")
    return FieldEntry(
        entry_id=entry.entry_id,
        kind=entry.kind,
        at=entry.at,
        answer=said.answer,
        reason=said.reason,
        note=said.note,
        photo=None if said.photo is None else _said(said.photo),
        place=None
        if place is None
        else OrderPlaceAnswer(
            lon_deg=place.lon_deg, lat_deg=place.lat_deg, accuracy_m=place.accuracy_m
        ),
        told_at=said.told_at,
        key=said.key.removeprefix(own) if said.key.startswith(own) else "",
    )


def _key(device: Device, key: str) -> str:
    """Under a prefix of the phone: no phone's mark is another one's, nor a monitor's.

    Not of the link: somebody who is called again for the order may still send what a lost receipt
    left in the queue of the first call.
    """
    return f"phone{device.link.device_sha256[:16]}:{key}"


def _said(photo: Photo) -> FieldPhoto:
    at = photo.position
    return FieldPhoto(
        taken_at=photo.taken_at,
        lon_deg=None if at is None else at.lon_deg,
        lat_deg=None if at is None else at.lat_deg,
    )


def _photo(context: Context, device: Device, name: str) -> Photo:
    # The fire may have been merged since the photo was sent: it lies where it was sent to. What
    # was sent is known here for a day, and of this fire whenever it is named.
    done = context.phones.uploads.finished(device.link.link_id, name)
    incident_id = device.order.draft.incident_id if done is None else done.incident_id
    return _desk(context).named(incident_id, name)


def _desk(context: Context) -> PhotoDesk:
    return PhotoDesk(context.vault, context.settings.time_zone)
