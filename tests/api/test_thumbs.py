"""Small pictures of cameras: made once for all who look, and told with their own time."""

import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from api_rig import ApiRig

from api.cameras import thumbs as module
from api.cameras.thumbs import Thumbs, ThumbWidth
from camera_gateway.pictures import decode_jpeg, picture_size
from camera_gateway.status import GatewayState, GatewayStatus
from models.errors import FrameCorrupt
from models.frame import FrameMode, Provenance
from models.user import Role

TAKEN = datetime(2026, 11, 25, 2, 59, 58, tzinfo=UTC)


def jpeg_of(width_px: int, height_px: int, level: int = 90) -> bytes:
    image = np.full((height_px, width_px, 3), level, np.uint8)
    image[: height_px // 2] = 200
    return bytes(cv2.imencode(".jpg", image)[1].tobytes())


def status_of(still: bytes | None, camera_id: str = "t1-red", later_s: float = 0.0) -> Any:  # noqa: ANN401
    at = TAKEN + timedelta(seconds=later_s)
    return GatewayStatus(
        camera_id=camera_id,
        state=GatewayState.LIVE,
        mode=FrameMode.VISIBLE,
        provenance=Provenance.LIVE,
        captured_at=at,
        received_at=at + timedelta(seconds=1),
        frames_received=1,
        frames_published=1,
        frames_dropped={},
        reconnects=0,
        trouble="",
        still=still,
    )


class Watch:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.mark.parametrize("size", [(640, 360), (1920, 1080), (3840, 2160), (321, 200), (2000, 3)])
@pytest.mark.parametrize("width", list(ThumbWidth))
def test_a_picture_is_made_no_wider_than_asked_and_never_larger(
    size: tuple[int, int], width: ThumbWidth
) -> None:
    still = jpeg_of(*size)
    small = Thumbs().of(status_of(still), width)
    assert small is not None
    width_px, height_px = picture_size(small.jpeg)
    assert width_px == min(width, size[0])
    assert height_px == max(1, round(size[1] * width_px / size[0]))
    if height_px > 20:
        image = decode_jpeg(small.jpeg, "t")
        assert abs(float(image[2].mean()) - 200) < 4, "what is above stays above"
        assert abs(float(image[-3].mean()) - 90) < 4


def test_a_camera_is_made_small_once_a_second_whoever_looks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []
    plain = module._small

    def counting(jpeg: bytes, name: str, width_px: int) -> bytes:
        made.append(name)
        return plain(jpeg, name, width_px)

    monkeypatch.setattr(module, "_small", counting)
    watch = Watch()
    thumbs = Thumbs(watch)
    first = status_of(jpeg_of(640, 360))
    seen = [thumbs.of(first, ThumbWidth.LIST) for _ in range(5)]
    assert len(made) == 1
    assert all(each is seen[0] for each in seen)
    newer = status_of(jpeg_of(640, 360, 10), later_s=5.0)
    watch.now_s += 0.9
    assert thumbs.of(newer, ThumbWidth.LIST) is seen[0], "with the time of the picture that it is"
    watch.now_s += 0.2
    now = thumbs.of(newer, ThumbWidth.LIST)
    assert now is not None
    assert now.captured_at == TAKEN + timedelta(seconds=5)
    watch.now_s += 3600.0
    assert thumbs.of(newer, ThumbWidth.LIST) is now, "the same picture is not made again"
    assert len(made) == 2
    assert thumbs.of(status_of(None), ThumbWidth.LIST) is None
    thumbs.of(newer, ThumbWidth.CLOSE)
    thumbs.of(status_of(jpeg_of(640, 360), "t2"), ThumbWidth.LIST)
    assert len(thumbs) == 3
    thumbs.forget_but({"t2"})
    assert len(thumbs) == 1


def test_what_was_kept_of_a_camera_can_be_let_go_of_at_once() -> None:
    watch = Watch()
    kept = Thumbs(watch)
    open_still, masked_still = jpeg_of(640, 360), jpeg_of(640, 360, level=10)
    kept.of(status_of(open_still), ThumbWidth.LIST)
    kept.of(status_of(open_still, "t2-fog"), ThumbWidth.LIST)
    kept.forget("t1-red")
    small = kept.of(status_of(masked_still), ThumbWidth.LIST)
    assert small is not None
    assert decode_jpeg(small.jpeg, "t")[-1, 0, 0] < 30
    assert len(kept) == 2


def test_many_who_look_at_the_same_moment_share_one(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    started = threading.Event()

    def slow(_jpeg: bytes, name: str, _width_px: int) -> bytes:
        made.append(name)
        started.wait(5)
        return b"small"

    monkeypatch.setattr(module, "_small", slow)
    monkeypatch.setattr(module, "AT_ONCE", 1)
    thumbs, status = Thumbs(), status_of(b"still")
    thumbs._busy = threading.Semaphore(1)
    threads = [threading.Thread(target=thumbs.of, args=(status, ThumbWidth.LIST)) for _ in "abcdef"]
    for thread in threads:
        thread.start()
    started.set()
    for thread in threads:
        thread.join(10)
    assert made == ["t1-red"]


def test_a_picture_that_does_not_decode_is_said() -> None:
    with pytest.raises(FrameCorrupt):
        Thumbs().of(status_of(jpeg_of(640, 360)[:-40]), ThumbWidth.LIST)


def test_the_newest_picture_comes_with_its_own_time(api: ApiRig) -> None:
    still = jpeg_of(1280, 720)
    gateway: Any = SimpleNamespace(status=lambda: status_of(still))
    api.context.gateways["t1-red"] = gateway
    viewer = api.client(Role.VIEWER)
    whole = viewer.get("/api/cameras/t1-red/still.jpg")
    assert whole.content == still
    assert whole.headers["x-captured-at"] == "2026-11-25T02:59:58Z"
    small = viewer.get("/api/cameras/t1-red/still.jpg?width=320&t=anything")
    assert picture_size(small.content) == (320, 180)
    assert small.headers["x-captured-at"] == "2026-11-25T02:59:58Z"
    assert small.headers["x-received-at"] == "2026-11-25T02:59:59Z"
    assert small.headers["cache-control"] == "no-store"
    assert small.headers["content-type"] == "image/jpeg"
    for width in ("321", "0", "-1", "abc", "1e9", ""):
        refused = viewer.get(f"/api/cameras/t1-red/still.jpg?width={width}")
        assert (refused.status_code, refused.json()["code"]) == (422, "input_refused")
    assert api.client().get("/api/cameras/t1-red/still.jpg?width=320").status_code == 401
    assert viewer.get("/api/cameras/t2-none/still.jpg?width=320").json()["code"] == "no_still"
