"""Every kind of untruth is recognised, and no picture that might show a fire is refused."""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camera_gateway.pictures import decode_jpeg, read_picture
from camera_gateway.source import RawFrame
from camera_gateway.truth import Fault, Judgement, ViewJudge
from models.condition import Condition
from models.errors import FrameCorrupt, InputRefused
from models.frame import FrameMode, Provenance, TimeSource
from models.light import Light
from models.units import ImageBGR

START = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
RANDOM = np.random.default_rng(5)


def scenery(seed: int = 0) -> ImageBGR:
    """640 x 360 of sky over rough, coloured ground."""
    random = np.random.default_rng(seed)
    ground = np.zeros((360, 640), np.float64)
    for cells in (6, 18, 60):
        rough = random.uniform(-1.0, 1.0, (cells, cells * 2)).astype(np.float32)
        ground += 30.0 * cv2.resize(rough, (640, 360), interpolation=cv2.INTER_CUBIC)
    ground += 110.0
    ground[:90] = np.linspace(200.0, 180.0, 90)[:, None]
    # Colour that differs from place to place, as sky, forest and road do.
    tint = np.linspace(-25.0, 25.0, 640)[None, :]
    image = np.stack([ground + tint, ground + 6.0, ground - tint], axis=2)
    return np.clip(image, 0, 255).astype(np.uint8)


def noisy(image: ImageBGR, sigma: float = 3.0) -> ImageBGR:
    return np.clip(image + RANDOM.normal(0.0, sigma, image.shape), 0, 255).astype(np.uint8)


def jpeg(image: ImageBGR, quality: int = 90) -> bytes:
    return cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, quality))[1].tobytes()


class Watcher:
    """A judge with a clock of its own."""

    def __init__(self, every_s: float = 5.0, **more: object) -> None:
        self.judge = ViewJudge("north", every_s=every_s, **more)  # type: ignore[arg-type]
        self.every_s = every_s
        self.now_s = 0.0
        self.last: Judgement | None = None

    def see(
        self,
        data: bytes | ImageBGR,
        *,
        captured_s: float | None = None,
        source: TimeSource = TimeSource.RECEIPT,
        provenance: Provenance = Provenance.LIVE,
        after_s: float | None = None,
        **more: object,
    ) -> Judgement:
        self.now_s += self.every_s if after_s is None else after_s
        received = START + timedelta(seconds=self.now_s)
        captured = received if captured_s is None else START + timedelta(seconds=captured_s)
        content = data if isinstance(data, bytes) else jpeg(data)
        raw = RawFrame(content, captured, source, FrameMode.VISIBLE, provenance, **more)  # type: ignore[arg-type]
        self.last = asyncio.run(self.judge.look(raw, received, self.now_s))
        return self.last

    def usual(self, count: int = 12, image: ImageBGR | None = None) -> "Watcher":
        view = scenery() if image is None else image
        for _ in range(count):
            judged = self.see(noisy(view))
            assert judged.fault is None
            assert judged.conditions == frozenset()
        return self


def test_an_ordinary_day_is_believed() -> None:
    judged = Watcher().usual(20).last
    assert judged is not None
    assert (judged.light, judged.mode, judged.trouble) == (Light.DAY, FrameMode.VISIBLE, "")


@pytest.mark.parametrize(
    ("image", "fault"),
    [
        (np.zeros((360, 640, 3), np.uint8), Fault.BLACK),
        (np.full((360, 640, 3), 16, np.uint8), Fault.BLACK),
        (noisy(np.full((360, 640, 3), 10, np.uint8), 4.0), Fault.BLACK),
        (np.full((360, 640, 3), 255, np.uint8), Fault.WHITE),
        (np.full((360, 640, 3), 128, np.uint8), Fault.BLANK),
        (np.full((360, 640, 3), (0, 135, 0), np.uint8), Fault.BLANK),
        (np.full((360, 640, 3), (200, 60, 10), np.uint8), Fault.BLANK),
    ],
)
def test_a_picture_of_nothing_is_refused(image: ImageBGR, fault: Fault) -> None:
    watcher = Watcher().usual(3)
    judged = watcher.see(image)
    assert judged.fault is fault
    assert judged.trouble
    assert watcher.see(noisy(scenery())).fault is None


@settings(max_examples=30)
@given(
    x=st.integers(0, 636),
    y=st.integers(0, 356),
    side=st.integers(3, 4),
    night=st.integers(0, 20),
)
def test_a_flame_in_the_blackest_night_is_scored(x: int, y: int, side: int, night: int) -> None:
    image = np.full((360, 640, 3), night, np.uint8)
    image[y : y + side, x : x + side] = 255
    assert Watcher().see(image).fault is None


def test_a_flame_before_a_covered_lens_is_scored() -> None:
    watcher = Watcher().usual()
    dark = noisy(np.full((360, 640, 3), 18, np.uint8), 4.0)
    dark[200:300] += 12
    assert watcher.see(dark).fault is Fault.COVERED
    flame = noisy(dark)
    flame[100:112, 300:312] = 255
    assert watcher.see(flame).fault is None
    assert watcher.see(noisy(scenery())).fault is None


def test_dusk_covers_no_lens() -> None:
    watcher = Watcher().usual()
    for level in np.linspace(1.0, 0.1, 30):
        image = noisy((scenery() * level).astype(np.uint8), 1.0)
        assert watcher.see(image, after_s=60.0).fault is None
    thermal = Watcher(known_mode=FrameMode.THERMAL)
    thermal.see(noisy(scenery()))
    assert thermal.see(noisy((scenery() * 0.08).astype(np.uint8), 1.0)).fault is None


@pytest.mark.parametrize("how", ["grey", "drawn down", "green"])
def test_what_a_decoder_painted_is_refused(how: str) -> None:
    watcher = Watcher().usual()

    def damaged() -> ImageBGR:
        image = noisy(scenery())
        if how == "grey":
            image[200:] = 128
        elif how == "drawn down":
            image[200:] = cv2.blur(image, (1, 9))[200]
        else:
            image[:150] = (0, 135, 0)
        return image

    assert watcher.see(jpeg(damaged(), 97)).fault is Fault.SMEARED
    assert watcher.see(noisy(scenery())).fault is None
    # A camera that has become so shows half the world still: it is scored again, and told.
    for _ in range(14):
        judged = watcher.see(jpeg(damaged(), 97), after_s=150.0)
    assert judged.fault is None
    assert Condition.PARTLY_HIDDEN in judged.conditions


def test_a_mask_of_the_camera_itself_is_no_damage() -> None:
    watcher = Watcher()
    for number in range(8):
        image = noisy(scenery())
        image[260:] = 128
        judged = watcher.see(jpeg(image, 97))
        assert (judged.fault is None) == (number >= 3)
    bar = noisy(scenery())
    bar[280:] = 0
    assert Watcher().see(bar).fault is None


def test_the_same_bytes_say_nothing_new_and_at_last_that_it_is_frozen() -> None:
    watcher = Watcher().usual()
    once = jpeg(noisy(scenery()))
    faults = [watcher.see(once).fault for _ in range(9)]
    assert faults[:2] == [None, Fault.DUPLICATE]
    assert set(faults[2:6]) == {Fault.DUPLICATE}
    assert faults[-1] is Fault.FROZEN
    assert Fault.DUPLICATE.is_harmless
    assert not Fault.FROZEN.is_harmless


def test_a_frozen_sensor_behind_a_living_encoder() -> None:
    watcher = Watcher().usual()
    still = noisy(scenery())
    faults = [watcher.see(jpeg(still, 90 + number % 2)).fault for number in range(20)]
    assert faults[-1] is Fault.FROZEN
    assert faults[:5] == [None] * 5
    # Smoke of ten pixels by six, three to four grey levels brighter, is news.
    smoke = still.astype(np.int16)
    smoke[150:158, 320:336] += 5
    assert watcher.see(np.clip(smoke, 0, 255).astype(np.uint8)).fault is None


def test_a_frozen_picture_with_a_running_clock_is_told_and_scored() -> None:
    watcher = Watcher(every_s=60.0).usual()
    still = noisy(scenery())
    for minute in range(16):
        stamped = still.copy()
        cv2.putText(
            stamped, f"04:{minute:02d}", (10, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255,) * 3
        )
        judged = watcher.see(jpeg(stamped, 95))
    assert judged.fault is None
    assert Condition.STILL in judged.conditions


def test_fog_is_a_word_and_never_a_fault() -> None:
    watcher = Watcher().usual(15)
    for veil in np.linspace(0.1, 1.0, 19):
        fog = noisy((scenery() * (1.0 - veil) + 190.0 * veil).astype(np.uint8), 1.5)
        judged = watcher.see(fog)
        assert judged.fault is None
    assert Condition.FOGGED in judged.conditions
    assert not judged.shows_land
    assert Condition.BLURRED not in judged.conditions
    assert Condition.MOVED not in judged.conditions
    judged = watcher.see(noisy(scenery()))
    assert judged.conditions == frozenset()


def test_a_blurred_lens_is_told_and_scored() -> None:
    watcher = Watcher().usual(15)
    for _ in range(4):
        judged = watcher.see(noisy(cv2.GaussianBlur(scenery(), (0, 0), 12.0), 1.0))
        assert judged.fault is None
    assert judged.conditions == {Condition.BLURRED}


def test_glare_is_told_and_scored() -> None:
    image = scenery()
    image[:250] = 255
    judged = Watcher().see(noisy(image, 1.0))
    assert judged.fault is None
    assert Condition.OVEREXPOSED in judged.conditions


def test_a_camera_that_was_turned_is_told() -> None:
    watcher = Watcher().usual(15)
    shaken = np.roll(scenery(), 5, axis=1)
    for _ in range(5):
        assert Condition.MOVED not in watcher.see(noisy(shaken)).conditions
    turned = np.roll(scenery(), 90, axis=1)
    found = [Condition.MOVED in watcher.see(noisy(turned)).conditions for _ in range(4)]
    assert found == [False, False, True, True]
    assert Condition.MOVED not in watcher.see(noisy(scenery())).conditions


def test_light_changes_after_three_pictures_and_decides_the_mode() -> None:
    watcher = Watcher().usual()
    grey = cv2.cvtColor(cv2.cvtColor(scenery(), cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    seen = []
    for _ in range(4):
        image = np.repeat(noisy(grey)[..., :1], 3, axis=2)
        judged = watcher.see(image)
        seen.append((judged.light, judged.mode))
        watcher.see(noisy(scenery())) if len(seen) == 1 else None  # one picture decides nothing
    assert seen == [
        (Light.DAY, FrameMode.VISIBLE),
        (Light.DAY, FrameMode.VISIBLE),
        (Light.DAY, FrameMode.VISIBLE),
        (Light.INFRARED, FrameMode.INFRARED),
    ]


@pytest.mark.parametrize(
    ("mode", "shows"),
    [
        (None, False),
        (FrameMode.VISIBLE, False),
        (FrameMode.INFRARED, True),
        (FrameMode.THERMAL, True),
    ],
)
def test_smoke_shows_by_day_and_to_a_sensor_that_needs_no_colours(
    mode: FrameMode | None,
    shows: bool,  # noqa: FBT001
) -> None:
    watcher = Watcher(known_mode=mode)
    grey = cv2.cvtColor(cv2.cvtColor(scenery(), cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    judged = [watcher.see(np.repeat(noisy(grey)[..., :1], 3, axis=2)) for _ in range(4)][-1]
    assert judged.light is Light.INFRARED
    assert judged.shows_land is shows
    day = Watcher(known_mode=mode)
    assert [day.see(noisy(scenery())) for _ in range(4)][-1].shows_land


@pytest.mark.parametrize(("mode", "shows"), [(None, False), (FrameMode.THERMAL, True)])
def test_the_dark_shows_no_smoke_and_heat_shows_in_it(
    mode: FrameMode | None,
    shows: bool,  # noqa: FBT001
) -> None:
    watcher = Watcher(known_mode=mode)
    dark = (scenery() * 0.12).astype(np.uint8)
    judged = [watcher.see(noisy(dark)) for _ in range(5)][-1]
    assert judged.light is Light.NIGHT
    assert judged.shows_land is shows


@pytest.mark.parametrize("pool", [False, True])
def test_damage_and_tiny_pictures(pool: bool) -> None:  # noqa: FBT001
    with ThreadPoolExecutor(1) as threads:
        watcher = Watcher(pool=threads if pool else None)
        with pytest.raises(FrameCorrupt, match="north"):
            watcher.see(jpeg(scenery())[:-500])
        assert watcher.see(jpeg(np.zeros((40, 40, 3), np.uint8))).fault is None
        small = decode_jpeg(jpeg(scenery()), "x", reduction=8)
        assert watcher.see(b"a source has proved it", small=small).fault is None


def test_real_pictures_are_never_refused(footage: Path) -> None:
    """Night, infrared, thermal, fog, smoke: each by itself, as the first of its camera."""
    wanted = ("infrared/nir_night", "infrared/flir_radiometric", "infrared/drone_thermal_nofire")
    folders = [footage / name for name in wanted]
    folders += [*(footage / "sequences_nofire").iterdir(), *(footage / "sequences_1min").iterdir()]
    negatives = footage.parent / "detection" / "images"
    folders += [negatives / name for name in ("sfu_night", "nl_fog_cams", "seth_trailcam_ir")]
    judged = 0
    for folder in filter(Path.is_dir, folders):
        for image in _pictures(sorted(folder.iterdir())[::12]):
            assert Watcher().see(jpeg(image)).fault is None, folder
            judged += 1
    assert judged > 30


test_real_pictures_are_never_refused = pytest.mark.footage(test_real_pictures_are_never_refused)


def _pictures(paths: Iterable[Path]) -> Iterable[ImageBGR]:
    for path in paths:
        try:
            image = read_picture(path)
        except InputRefused:
            continue
        width = min(960, image.shape[1])
        height = round(image.shape[0] * width / image.shape[1])
        yield cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)


def test_a_wrong_clock_is_replaced_by_receipt_and_said() -> None:
    watcher = Watcher()
    for _ in range(3):
        image = noisy(scenery())
        judged = watcher.see(image, captured_s=watcher.now_s + 5.0, source=TimeSource.SENDER)
        assert (judged.time_source, judged.fault) == (TimeSource.SENDER, None)
    judged = watcher.see(noisy(scenery()), captured_s=-3600.0, source=TimeSource.SENDER)
    assert judged.captured_at == judged.received_at
    assert (judged.time_source, judged.captured_doubt_s) == (TimeSource.RECEIPT, None)
    assert judged.fault is None
    assert judged.conditions == {Condition.CLOCK_WRONG}


def test_a_backlog_is_refused_and_what_stays_late_is_scored_with_its_own_time() -> None:
    watcher = Watcher()
    for _ in range(3):
        watcher.see(noisy(scenery()), captured_s=watcher.now_s + 5.0, source=TimeSource.SENDER)
    made_s = watcher.now_s + 5.0
    first = watcher.see(
        noisy(scenery()), captured_s=made_s, source=TimeSource.SENDER, after_s=100.0
    )
    assert first.fault is Fault.BACKLOG
    late = watcher.see(noisy(scenery()), captured_s=made_s + 5.0, source=TimeSource.SENDER)
    assert late.fault is None
    assert late.conditions == {Condition.LATE}
    assert late.captured_at == START + timedelta(seconds=made_s + 5.0)


def test_the_time_of_a_recording_is_nobodys_clock() -> None:
    watcher = Watcher()
    for number in range(3):
        judged = watcher.see(
            noisy(scenery(number)),
            captured_s=-1e8 * (number + 1),
            source=TimeSource.EXIF,
            provenance=Provenance.RECORDED,
        )
        assert judged.fault is None
        assert judged.time_source is TimeSource.EXIF
