"""Many cameras' pictures in one answer: only what is new, and only to who may see it."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from api_rig import ApiRig
from coded_video import coded
from mp4_rig import FORM, MADE, pictures_of

from api.cameras.thumbs import ThumbWidth
from api.live_view.bundle import MOST_CAMERAS, Wanted, bundle_of, wanted_of
from camera_gateway.pictures import picture_size
from camera_gateway.status import GatewayState, GatewayStatus
from models.errors import InputRefused
from models.frame import FrameMode, Provenance
from models.user import Role

TAKEN = datetime(2026, 11, 25, 2, 59, 58, tzinfo=UTC)
TAKEN_MS = round(TAKEN.timestamp() * 1000)


def jpeg_of(width_px: int, height_px: int) -> bytes:
    return bytes(cv2.imencode(".jpg", np.full((height_px, width_px, 3), 90, np.uint8))[1].tobytes())


def gateway(  # as much of one as a wall asks
    still: bytes | None, at: datetime | None = TAKEN, camera_id: str = "t1-red"
) -> Any:  # noqa: ANN401
    status = GatewayStatus(
        camera_id=camera_id,
        state=GatewayState.LIVE,
        mode=FrameMode.VISIBLE,
        provenance=Provenance.LIVE,
        captured_at=at,
        received_at=None if at is None else at + timedelta(seconds=1),
        frames_received=1,
        frames_published=1,
        frames_dropped={},
        reconnects=0,
        trouble="",
        still=still,
    )
    return SimpleNamespace(status=lambda: status)


def taken_apart(data: bytes) -> list[tuple[dict[str, Any], bytes]]:
    size = int.from_bytes(data[:4], "big")
    listed = json.loads(data[4 : 4 + size])["pictures"]
    at, found = 4 + size, []
    for each in listed:
        found.append((each, data[at : at + each["size"]]))
        at += each["size"]
    assert at == len(data)
    return found


def test_each_camera_comes_with_its_times_and_only_when_it_is_new(api: ApiRig) -> None:
    api.context.gateways["t1-red"] = gateway(jpeg_of(1280, 720))
    api.context.gateways["t2-fog"] = gateway(jpeg_of(200, 100), camera_id="t2-fog")
    api.context.gateways["t3-new"] = gateway(None, None)
    viewer = api.client(Role.VIEWER)
    answer = viewer.get("/api/wall?cameras=t1-red:0,t2-fog:0,t3-new:0,t9-gone:0")
    assert answer.headers["cache-control"] == "no-store"
    (red, small), (fog, whole) = taken_apart(answer.content)
    assert picture_size(small) == (320, 180)
    assert picture_size(whole) == (200, 100)
    assert red["camera_id"] == "t1-red"
    assert (red["captured_at"], red["received_at"]) == (TAKEN_MS, TAKEN_MS + 1000)
    assert fog["camera_id"] == "t2-fog"
    again = viewer.get(f"/api/wall?cameras=t1-red:{TAKEN_MS},t2-fog:{TAKEN_MS - 1}&width=960")
    ((fog, _),) = taken_apart(again.content)
    assert fog["camera_id"] == "t2-fog"
    assert taken_apart(viewer.get("/api/wall?cameras=").content) == []


@pytest.mark.parametrize(
    "asked",
    ["t1-red", "t1-red:", "t1-red:x", "T1:0", "a:0,,b:0", ":0", ",".join(["a:0"] * 65), "a:0;b:0"],
)
def test_a_request_that_cannot_be_read_is_refused(api: ApiRig, asked: str) -> None:
    answer = api.client(Role.VIEWER).get("/api/wall", params={"cameras": asked})
    assert (answer.status_code, answer.json()["code"]) == (422, "wall_request")
    with pytest.raises(InputRefused):
        wanted_of(asked)


def test_a_wall_as_large_as_may_be_fits_into_a_request(api: ApiRig) -> None:
    asked = ",".join(f"{number:040d}:1795660798000" for number in range(MOST_CAMERAS))
    assert len(wanted_of(asked)) == MOST_CAMERAS
    assert api.client(Role.VIEWER).get(f"/api/wall?cameras={asked}").status_code == 200
    assert api.client().get("/api/wall?cameras=a:0").status_code == 401
    assert api.client(Role.VIEWER).get("/api/wall?cameras=a:0&width=321").status_code == 422


def test_a_picture_that_does_not_decode_costs_the_others_nothing(api: ApiRig) -> None:
    api.context.gateways["t1-red"] = gateway(jpeg_of(1280, 720)[:-60])
    api.context.gateways["t2-fog"] = gateway(jpeg_of(200, 100), camera_id="t2-fog")
    answer = api.client(Role.VIEWER).get("/api/wall?cameras=t1-red:0,t2-fog:0")
    assert [each["camera_id"] for each, _ in taken_apart(answer.content)] == ["t2-fog"]


def test_a_stream_that_is_looked_at_gives_newer_pictures_than_the_analysis_takes(
    api: ApiRig,
) -> None:
    api.context.gateways["t1-red"] = gateway(jpeg_of(1280, 720), MADE - timedelta(seconds=4))
    tap = api.context.taps.of("t1-red")
    tap.begin(FORM)
    key = pictures_of(coded("h264", 10, 10, size=(640, 360)))[0]

    async def look() -> None:
        async def asked(seen_ms: int, width: ThumbWidth = ThumbWidth.LIST) -> list[Any]:
            data = await bundle_of(api.context, [Wanted("t1-red", seen_ms)], width)
            return taken_apart(data)

        ((first, _),) = await asked(0)
        tap.take(key)
        found: list[Any] = []
        for _ in range(500):
            found = found or await asked(first["captured_at"])
            await asyncio.sleep(0.0 if found else 0.01)
        ((newer, jpeg),) = found
        assert newer["captured_at"] == round(MADE.timestamp() * 1000)
        assert picture_size(jpeg) == (320, 180)
        assert await asked(newer["captured_at"]) == []
        # Larger ones are made from the next key frame on; until then there is the gateway's.
        ((large, _),) = await asked(0, ThumbWidth.CLOSE)
        assert large["captured_at"] == first["captured_at"]
        # What became private is not shown by what was made before.
        tap.close()
        ((before, _),) = await asked(0)
        assert before["captured_at"] == first["captured_at"]

    asyncio.run(look())
