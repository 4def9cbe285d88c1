"""Nothing of what a mask hides can be found in what leaves: two worlds under it, one result."""

import struct
from collections.abc import Sequence
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest
from exif_rig import exif, with_exif
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely import box, intersects
from shapely.geometry import Polygon

from camera_gateway.jpeg_structure import scan_jpeg
from camera_gateway.masks import painted
from camera_gateway.masks.paint import PAINT_BGR, PAINT_SPREAD, SLACK_PX
from camera_gateway.pictures import decode_jpeg, encode_jpeg
from models.errors import FrameCorrupt, InputRefused
from models.mask import MaskKind, MaskPoint, ViewMask

NOW = datetime(2026, 11, 26, tzinfo=UTC)
SAMPLINGS = {
    "411": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_411,
    "420": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    "422": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
    "440": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_440,
    "444": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
}
STORED_FROM_UPRIGHT = {
    1: lambda image: image,
    2: np.fliplr,
    3: lambda image: np.rot90(image, 2),
    4: np.flipud,
    5: lambda image: np.swapaxes(image, 0, 1),
    6: np.rot90,
    7: lambda image: np.rot90(np.swapaxes(image, 0, 1), 2),
    8: lambda image: np.rot90(image, -1),
}
Image = NDArray[np.uint8]


def mask(polygon: Sequence[MaskPoint]) -> ViewMask:
    return ViewMask("t1", 0, MaskKind.PRIVACY, tuple(polygon), "wang", NOW)


def coded(
    upright: Image,
    *,
    sampling: str = "420",
    progressive: bool = False,
    restarts: int = 0,
    quality: int = 90,
    orientation: int = 1,
    grey: bool = False,
) -> bytes:
    """The picture as a camera would send it that holds its sensor as the orientation says."""
    stored = np.ascontiguousarray(STORED_FROM_UPRIGHT[orientation](upright))
    if grey:
        stored = stored[:, :, 1]
    options = {
        cv2.IMWRITE_JPEG_QUALITY: quality,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR: SAMPLINGS[sampling],
        cv2.IMWRITE_JPEG_PROGRESSIVE: int(progressive),
        cv2.IMWRITE_JPEG_RST_INTERVAL: restarts,
    }
    _done, data = cv2.imencode(".jpg", stored, [each for pair in options.items() for each in pair])
    tiff = b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    segment = b"Exif\x00\x00" + tiff
    return with_exif(data.tobytes(), b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment)


def touched(polygon: Sequence[MaskPoint], width: int, height: int) -> NDArray[np.bool_]:
    """Pixels of which any part lies in the drawn region, by an independent geometry."""
    region = Polygon([(x * width, y * height) for x, y in polygon])
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    found: NDArray[np.bool_] = intersects(region, box(x, y, x + 1, y + 1))
    return found


@st.composite
def polygons(draw: st.DrawFn) -> tuple[MaskPoint, ...]:
    """Any that a person can draw: triangles, slivers, hooks, whole pictures, at any edge."""
    share = st.one_of(st.sampled_from([0.0, 1.0, 0.5]), st.floats(0.0, 1.0))
    corners = draw(st.lists(st.tuples(share, share), min_size=3, max_size=7))
    try:
        return mask(corners).polygon
    except InputRefused:  # crosses itself: its hull does not
        hull = Polygon(corners).convex_hull.buffer(0.001).intersection(box(0, 0, 1, 1))
        return mask(list(hull.exterior.coords)[:-1]).polygon


@st.composite
def kinds(draw: st.DrawFn) -> dict[str, object]:
    return {
        "sampling": draw(st.sampled_from(sorted(SAMPLINGS))),
        "progressive": draw(st.booleans()),
        "restarts": draw(st.sampled_from([0, 1, 3])),
        "quality": draw(st.sampled_from([5, 60, 90, 100])),
        "orientation": draw(st.sampled_from(sorted(STORED_FROM_UPRIGHT))),
        "grey": draw(st.booleans()),
    }


@settings(max_examples=300)
@given(
    size=st.tuples(st.integers(1, 150), st.integers(1, 150)),
    drawn=st.lists(polygons(), min_size=1, max_size=3),
    kind=kinds(),
    seed=st.integers(0, 2**32 - 1),
)
def test_two_worlds_under_a_mask_leave_as_one(
    size: tuple[int, int], drawn: list[tuple[MaskPoint, ...]], kind: dict[str, object], seed: int
) -> None:
    width, height = size
    chance = np.random.default_rng(seed)
    world = chance.integers(0, 256, (height, width, 3), np.uint8)
    other = world.copy()
    hidden = np.zeros((height, width), np.bool_)
    for polygon in drawn:
        hidden |= touched(polygon, width, height)
    other[hidden] = chance.choice([0, 255], (int(hidden.sum()), 3))
    masks = [mask(polygon) for polygon in drawn]
    first = painted(coded(world, **kind), masks, "t1")  # type: ignore[arg-type]  # kinds' own
    assert first == painted(coded(other, **kind), masks, "t1")  # type: ignore[arg-type]
    assert scan_jpeg(first).upright_size_px == size


def smooth(width: int, height: int) -> Image:
    y, x = np.mgrid[0:height, 0:width]
    rows = np.stack([120 + 60 * np.sin(x / 40), 120 + 60 * np.cos(y / 35), 0.2 * (x + y)], axis=-1)
    return np.clip(rows, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("orientation", sorted(STORED_FROM_UPRIGHT))
def test_the_rest_of_the_picture_stays_what_it_was(orientation: int) -> None:
    width, height = 640, 360
    square = ((0.25, 0.25), (0.5, 0.25), (0.5, 0.75), (0.25, 0.75))
    jpeg = coded(smooth(width, height), orientation=orientation)
    before, after = decode_jpeg(jpeg, "t1"), decode_jpeg(painted(jpeg, [mask(square)], "t1"), "t1")
    difference = np.abs(before.astype(int) - after.astype(int)).max(axis=2)
    reach = 16 + SLACK_PX + 16  # what is painted more, and the new file's own unit
    far = np.ones((height, width), np.bool_)
    far[90 - reach : 270 + reach, 160 - reach : 320 + reach] = False
    assert difference[far].max() <= 8
    inside = np.abs(after[90:270, 160:320].astype(int) - PAINT_BGR)
    assert inside.max() <= PAINT_SPREAD + 12


def test_the_paint_is_the_same_over_everything_and_dull() -> None:
    chance = np.random.default_rng(3)
    square = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
    shown = []
    for world in (chance.integers(0, 256, (360, 640, 3), np.uint8), np.full((360, 640, 3), 255)):
        jpeg = coded(world.astype(np.uint8))
        shown.append(decode_jpeg(painted(jpeg, [mask(square)], "t1"), "t1")[80:280, 144:496])
    assert (shown[0] == shown[1]).all()
    assert 5.0 < shown[0].std() < PAINT_SPREAD
    assert shown[0].max() <= max(PAINT_BGR) + PAINT_SPREAD + 12


def test_nothing_but_pixels_leaves_the_file() -> None:
    secret = b"the homes of yesterday"
    small = encode_jpeg(np.full((40, 60, 3), 200, np.uint8))
    thumbnail = exif()[:-4] + secret + small
    length = struct.pack(">H", len(thumbnail) - 2)
    jpeg = with_exif(encode_jpeg(smooth(640, 360)), thumbnail[:2] + length + thumbnail[4:])
    comment = b"\xff\xfe" + struct.pack(">H", len(secret) + 2) + secret
    jpeg = jpeg[:2] + comment + jpeg[2:] + secret + small
    assert jpeg.count(secret) == 3
    after = painted(jpeg, [mask(((0.0, 0.0), (0.1, 0.0), (0.0, 0.1)))], "t1")
    assert secret not in after
    assert b"Exif" not in after
    assert after.count(b"\xff\xd8\xff") == 1
    assert scan_jpeg(after).end == len(after)


def test_a_picture_that_cannot_be_read_is_never_painted_in_part() -> None:
    whole = coded(smooth(320, 200))
    for damaged in (b"", b"no picture", whole[: len(whole) // 2], whole[:-2]):
        with pytest.raises(FrameCorrupt):
            painted(damaged, [mask(((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)))], "t1")


def test_the_units_of_every_kind_are_read_from_its_header() -> None:
    flat = smooth(64, 64)
    units = {name: scan_jpeg(coded(flat, sampling=name)).unit_px for name in SAMPLINGS}
    assert units == {
        "411": (32, 8),
        "420": (16, 16),
        "422": (16, 8),
        "440": (8, 16),
        "444": (8, 8),
    }
    assert scan_jpeg(coded(flat, grey=True)).unit_px == (8, 8)
    assert scan_jpeg(coded(flat, progressive=True)).progressive
    assert not scan_jpeg(coded(flat)).progressive


@pytest.mark.parametrize("size", [(320, 180), (1280, 720), (1920, 1080), (1920, 1440)])
def test_a_mask_lies_in_the_same_place_at_every_resolution(size: tuple[int, int]) -> None:
    width, height = size
    white = np.full((height, width, 3), 255, np.uint8)
    square = ((0.25, 0.5), (0.5, 0.5), (0.5, 0.75), (0.25, 0.75))
    after = decode_jpeg(painted(encode_jpeg(white), [mask(square)], "t1"), "t1")
    dark = after.max(axis=2) < 128
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    more_px = 16 + SLACK_PX
    assert columns[0] == pytest.approx(0.25 * width - more_px, abs=2)
    assert columns[-1] == pytest.approx(0.5 * width + more_px, abs=2)
    assert rows[0] == pytest.approx(0.5 * height - more_px, abs=2)
    assert rows[-1] == pytest.approx(0.75 * height + more_px, abs=2)
