"""A moment from outside has a zone and a date in every zone, wherever it comes in."""

import pytest
from api_rig import ApiRig
from pydantic import TypeAdapter, ValidationError

from api.moments import Moment, SiteMoment
from models.user import Role

FAR = ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00", "1999-12-31T23:59:59Z"]


@pytest.mark.parametrize("text", FAR)
@pytest.mark.parametrize("kind", [Moment, SiteMoment])
def test_a_moment_beyond_the_century_is_refused(kind: object, text: str) -> None:
    with pytest.raises(ValidationError, match="2000 to 2199"):
        TypeAdapter(kind).validate_json(f'"{text}"')


def test_a_moment_becomes_utc_and_needs_its_zone() -> None:
    moments = TypeAdapter(Moment)
    assert moments.validate_json('"2026-11-25T08:00:00+08:00"').isoformat() == (
        "2026-11-25T00:00:00+00:00"
    )
    with pytest.raises(ValidationError, match="timezone"):
        moments.validate_json('"2026-11-25T08:00:00"')
    TypeAdapter(SiteMoment).validate_json('"2026-11-25T08:00:00"')


@pytest.mark.parametrize("text", FAR)
@pytest.mark.parametrize(
    "path",
    [
        "/api/coverage/at?lon=106.6&lat=28.9&at={}",
        "/api/evidence/cameras/t3-drill.zip?from_at={0}&until_at={0}",
    ],
)
def test_no_route_stumbles_over_one(api: ApiRig, path: str, text: str) -> None:
    answer = api.client(Role.ADMIN).get(path.format(text.replace("+", "%2B")))
    assert answer.status_code == 422
    assert answer.json()["code"] == "input_refused"
