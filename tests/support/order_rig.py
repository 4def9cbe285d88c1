"""Fires, people on duty and orders of the drill district, for tests of work orders."""

from datetime import datetime, timedelta

from api_rig import ApiRig
from starlette.testclient import TestClient

from models.crossing import Bearing, Report
from models.duty import PersonDraft, Post, ShiftDraft
from models.incident import IncidentState
from models.notice import (
    ChannelDraft,
    ChannelKind,
    ChannelOptions,
    Occasion,
    Payload,
    Rules,
    Secrets,
)
from models.observation import ObservationDraft, ObservationSource
from models.site import HeightDatum, Position
from models.user import Role, User

RIDGE, BESIDE, FAR = "999001006", "999001004", "999001001"
"""The township of the drill's red ridge, one beside it, and one far away."""

PHONE = "13800001234"
AT_RIDGE = "999001006202"
"""A village of the ridge's township."""


def on_duty(
    api: ApiRig,
    name: str,
    post: Post = Post.TEAM,
    township: str = RIDGE,
    *,
    village: str = "",
    deputy: int = 0,
    days: int = 6,
) -> int:
    """Somebody who is on from an hour ago on; their number."""
    duty, now = api.context.store.duty, api.clock.now()
    draft = PersonDraft(name, PHONE, post, township, village)
    number = duty.add_person(draft, author="t").person_id
    from_at = now - timedelta(hours=1)
    shift = ShiftDraft(number, from_at, from_at + timedelta(days=days), deputy)
    duty.add_shifts([shift], author="t")
    return number


def village_place(api: ApiRig, code: str = AT_RIDGE) -> Position:
    """Where a village of the land lies."""
    features = api.context.land_book.features
    at = next(one for one in features if one.code == code).geometry.centroid
    return Position(at.x, at.y, 0.0, HeightDatum.GROUND)


def border(api: ApiRig, first: str = RIDGE, second: str = BESIDE) -> Position:
    """A place on the border of two townships."""
    shapes = {one.code: one.geometry for one in api.context.land_book.features}
    common = shapes[first].intersection(shapes[second])
    at = common.interpolate(0.5, normalized=True) if common.length else common.centroid
    return Position(at.x, at.y, 0.0, HeightDatum.GROUND)


def report(api: ApiRig, at: Position, *, sigma_m: float = 50.0, key: str = "told-0001") -> int:
    """Somebody tells of a fire at a place; its number."""
    return _told(api, Report(at, sigma_m), key)


def direction(api: ApiRig, at: Position, key: str = "told-0001") -> int:
    """Somebody tells of smoke in a direction and nothing more; the number of the fire."""
    return _told(api, Bearing(at, 0.0, 2.0), key)


def _told(api: ApiRig, witness: Report | Bearing, key: str) -> int:
    source = ObservationSource.CALL
    draft = ObservationDraft(source, witness, api.clock.now(), "there", "smoke")
    told = api.context.store.observations.add(draft, author="monitor", key=key)[0]
    assert told.incident_id is not None
    return told.incident_id


def step(api: ApiRig, incident_id: int, to_state: IncidentState, **more: object) -> None:
    """A monitor's verdict."""
    store = api.context.store
    before = store.incidents.get(incident_id).state
    store.verdicts.step(
        incident_id,
        expected=before,
        to_state=to_state,
        author="monitor",
        **more,  # type: ignore[arg-type]
    )


def confirm(api: ApiRig, incident_id: int) -> None:
    """A monitor says that it burns."""
    step(api, incident_id, IncidentState.CONFIRMED)


def calls_channel(api: ApiRig, name: str = "calls", **rules: object) -> int:
    """A webhook that takes calls; its number."""
    draft = ChannelDraft(
        name,
        ChannelKind.WEBHOOK,
        ChannelOptions(address="https://bureau.example/hook", payload=Payload.JSON),
        Rules(**{"occasions": (Occasion.CALLED,), **rules}),  # type: ignore[arg-type]
    )
    secrets = Secrets({"signing_key": "k" * 40})
    return api.context.store.channels.add(draft, secrets, actor="t").channel_id


def limited(api: ApiRig, *townships: str, role: Role = Role.MONITOR) -> TestClient:
    """Somebody of some townships, signed in."""
    name = f"{role}-of-{'-'.join(townships)}"
    known = api.context.store.users.get(role.value)
    assert known is not None
    user = User(name, role, known.password_hash, must_change_password=False, townships=townships)
    api.context.store.users.add(user, actor="t")
    client = api.client()
    body = {"name": name, "password": f"{role}-{role}"}
    assert client.post("/api/session", json=body).status_code == 200
    return client


def moment(text: str) -> datetime:
    """As the API writes it."""
    return datetime.fromisoformat(text)


__all__ = [
    "AT_RIDGE",
    "BESIDE",
    "FAR",
    "PHONE",
    "RIDGE",
    "border",
    "calls_channel",
    "confirm",
    "direction",
    "limited",
    "moment",
    "on_duty",
    "report",
    "step",
    "village_place",
]
