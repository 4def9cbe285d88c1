import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from http_rig import Asked, Handler, HttpRig, answer, digest, stream
from hypothesis import given
from hypothesis import strategies as st

from camera_gateway.http_limits import HttpLimits
from camera_gateway.pictures import encode_jpeg
from camera_gateway.sources.isapi_alert import read_alert
from camera_gateway.sources.isapi_events import ALERT_STREAM, DeviceEvent, IsapiEvents
from camera_gateway.sources.isapi_facts import AlertKind, DevicePose, PoseCoding, pose_of
from camera_gateway.sources.isapi_framing import EventFramer, Message, Picture
from models.camera_link import Credential
from models.clock import ManualClock
from models.errors import SourceRefused, SourceUnavailable
from models.frame import TimeSource

WHOLE = encode_jpeg(np.random.default_rng(1).integers(0, 256, (32, 32, 3), np.uint8))
MakeJpeg = Callable[..., bytes]
OPEN_END = 30.0
AT = "2026-11-25T12:00:00+08:00"  # START of the manual clock, by a camera in China


def alert(
    event: str, *, state: str = "active", channel: int = 2, at: str = AT, inner: str = ""
) -> bytes:
    return (
        (
            '<EventNotificationAlert version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">\r\n'
            "<ipAddress>10.0.0.5</ipAddress>\r\n<portNo>80</portNo>\r\n<protocol>HTTP</protocol>\r\n"
            f"<dynChannelID>{channel}</dynChannelID>\r\n<channelID>{channel}</channelID>\r\n"
            f"<dateTime>{at}</dateTime>\r\n<activePostCount>1</activePostCount>\r\n"
            f"<eventType>{event}</eventType>\r\n<eventState>{state}</eventState>\r\n"
            f"<eventDescription>{event} alarm</eventDescription>\r\n{inner}"
            "<channelName>北山 R&D < 1</channelName>\r\n</EventNotificationAlert>\r\n"
        )
        .replace(" < 1", "")
        .encode()
    )


def region(kind: str, inner: str, pose: tuple[object, object, object] = (0, 0, 0)) -> str:
    elevation, azimuth, zoom = pose
    return (
        "<DetectionRegionEntry><regionID>1</regionID>"
        f"<{kind}>{inner}<AbsoluteHigh><elevation>{elevation}</elevation><azimuth>{azimuth}</azimuth>"
        f"<absoluteZoom>{zoom}</absoluteZoom></AbsoluteHigh></{kind}></DetectionRegionEntry>"
    )


HOT = (
    "<FireRegion><x>683</x><y>10</y><width>31</width><height>36</height></FireRegion>"
    "<temperatureUnit>celsius</temperatureUnit><fireMaxTemperature>368</fireMaxTemperature>"
    "<targetDistance>2400</targetDistance>"
)
UNKNOWN = (
    "<temperatureUnit>kelvin</temperatureUnit><fireMaxTemperature>373.15</fireMaxTemperature>"
    "<targetDistance>-1</targetDistance>"
)
FIRE = alert(
    "fireDetection",
    inner="<DetectionRegionList>"
    + region("FireDetection", HOT, (35_500, 12_345, 200))
    + region("FireDetection", UNKNOWN)
    + "</DetectionRegionList><detectionPicturesNumber>2</detectionPicturesNumber>",
)
PREALARM = {
    "ipAddress": "10.0.0.5",
    "channelID": 2,
    "dateTime": AT,
    "eventType": "TMPA",
    "eventState": "active",
    "eventDescription": 'Temperature "Precautionary" {Alarm}',
    "DetectionRegionList": {
        "DetectionRegionEntry": {
            "regionID": 2,
            "TMPA": {
                "thermometryUnit": "fahrenheit",
                "ruleTemperature": 9,
                "currTemperature": 135.5,
                "ruleType": "highest temp is higher than",
                "AbsoluteHigh": {"elevation": -3.5, "azimuth": 210.7, "absoluteZoom": 1.0},
                "presetNo": 0,
            },
        }
    },
}
BEAT = alert("videoloss", state="inactive", channel=1)


def xml(data: bytes) -> Message:
    return Message(data, is_json=False)


def test_a_fire_with_two_places() -> None:
    facts = read_alert(xml(FIRE))
    assert (facts.kind, facts.name, facts.active) == (AlertKind.FIRE, "fireDetection", True)
    assert (facts.channel, facts.pictures) == (2, 2)
    assert facts.told_at == datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
    first, second = facts.regions
    assert first.box == (683.0, 10.0, 31.0, 36.0)
    assert (first.temperature_c, first.distance_m, first.preset) == (368.0, 2400.0, None)
    assert first.pose == DevicePose(123.45, -5.0, 2.0, PoseCoding.SHIFTED)
    assert (second.box, second.distance_m, second.pose) == (None, None, None)
    assert second.temperature_c == pytest.approx(100.0)


def test_a_prealarm_is_no_alarm() -> None:
    for wrapped in (PREALARM, {"EventNotificationAlert": PREALARM}):
        facts = read_alert(Message(json.dumps(wrapped).encode(), is_json=True))
        assert facts.kind is AlertKind.TEMPERATURE_PREALARM
        (place,) = facts.regions
        assert place.temperature_c == pytest.approx(57.5)
        assert place.preset == 0
        assert place.pose == DevicePose(210.7, -3.5, 1.0, PoseCoding.DEGREES)
    inner = region(
        "TMA", "<thermometryUnit>what</thermometryUnit><currTemperature>48</currTemperature>"
    )
    facts = read_alert(
        xml(alert("TMA", inner=f"<DetectionRegionList>{inner}</DetectionRegionList>"))
    )
    assert facts.kind is AlertKind.TEMPERATURE_ALARM
    assert facts.regions[0].temperature_c is None


@pytest.mark.parametrize(
    ("message", "kind", "name"),
    [
        (BEAT, AlertKind.HEARTBEAT, "videoloss"),
        (alert("heartBeat"), AlertKind.HEARTBEAT, "heartBeat"),
        (alert("videoloss"), AlertKind.OTHER, "videoloss"),
        (alert("VMD"), AlertKind.MOTION, "VMD"),
        (alert("smokeDetection"), AlertKind.SMOKE, "smokeDetection"),
        (
            alert(
                "duration",
                inner="<DurationList><Duration><relationEvent>fireDetection</relationEvent></Duration>"
                "</DurationList>",
            ),
            AlertKind.FIRE,
            "fireDetection",
        ),
        (alert("duration"), AlertKind.OTHER, "duration"),
        (alert("fireDetection", state="inactive"), AlertKind.FIRE, "fireDetection"),
    ],
)
def test_kinds(message: bytes, kind: AlertKind, name: str) -> None:
    facts = read_alert(xml(message))
    assert (facts.kind, facts.name) == (kind, name)
    assert facts.active is (b"inactive" not in message)


@pytest.mark.parametrize(
    ("pose", "expected"),
    [
        ((36_000, 0, 100), DevicePose(0.0, 0.0, 1.0, PoseCoding.SHIFTED)),
        (("27000", "36000", ""), DevicePose(360.0, -90.0, None, PoseCoding.SHIFTED)),
        ((45_000, 100, None), DevicePose(1.0, 90.0, None, PoseCoding.SHIFTED)),
        ((-35, 1800, 10), DevicePose(180.0, -3.5, 1.0, PoseCoding.TENTHS)),
        ((0.5, 90, 2), DevicePose(90.0, 0.5, 2.0, PoseCoding.DEGREES)),
        ((0, 0, 1), None),
        ((None, 0, 0), None),
        ((1, None, 0), None),
        (("x", "y", "z"), None),
        ((True, True, True), None),
        ((float("nan"), 1, 1), None),
        ((901, 10, 1), None),
        ((0, 3601, 1), None),
        ((36_000, 36_001, 1), None),
        (("9" * 400, 1, 1), None),
    ],
)
def test_a_pose_out_of_its_coding(
    pose: tuple[object, object, object], expected: DevicePose | None
) -> None:
    assert pose_of(*pose) == expected


@given(
    st.floats(0.0, 360.0),
    st.floats(-90.0, 90.0).filter(lambda tilt: abs(tilt) > 0.01),
    st.floats(1.0, 60.0),
)
def test_what_a_camera_shifts_comes_back(pan: float, tilt: float, zoom: float) -> None:
    found = pose_of(round((tilt + 360.0) * 100), round(pan * 100), round(zoom * 100))
    assert found is not None
    assert (found.pan_deg, found.tilt_deg) == pytest.approx((pan, tilt), abs=0.0051)


@pytest.mark.parametrize(
    "message",
    [
        xml(b"<EventNotificationAlert>"),
        xml(b"<EventNotificationAlert></EventNotificationAlert>"),
        xml(b"<EventNotificationAlert><eventType/></EventNotificationAlert>"),
        xml(b'<!DOCTYPE x [<!ENTITY a "b">]><EventNotificationAlert>&a;</EventNotificationAlert>'),
        Message(b"[]", is_json=True),
        Message(b"{", is_json=True),
        Message(b'{"EventNotificationAlert": {"eventType": 7}}', is_json=True),
        Message(b'{"a":' * 5000 + b"1" + b"}" * 5000, is_json=True),
    ],
)
def test_what_is_no_event(message: Message) -> None:
    with pytest.raises(ValueError, match="it "):
        read_alert(message)


def test_a_time_without_its_zone_is_none() -> None:
    for at in ("2026-11-25T12:00:00", "", "yesterday", "0001-01-01T00:00:00+08:00"):
        assert read_alert(xml(alert("VMD", at=at))).told_at is None


NAMES = ["DetectionRegionEntry", "TMA", "AbsoluteHigh", "elevation", "azimuth", "eventType"]
anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(anything)
def test_any_json_is_read_or_refused(content: object) -> None:
    message = Message(
        json.dumps({"eventType": "TMA", "DetectionRegionList": content}).encode(), is_json=True
    )
    assert read_alert(message).kind is AlertKind.TEMPERATURE_ALARM


# The framing.


def part(content: bytes, kind: str = 'application/xml; charset="UTF-8"') -> bytes:
    return (
        f"--boundary\r\nContent-Type: {kind}\r\nContent-Length: 7\r\n\r\n".encode()
        + content
        + b"\r\n"
    )


def framed(data: bytes, sizes: list[int]) -> list[Message | Picture]:
    framer = EventFramer(10**6)
    found: list[Message | Picture] = []
    at = 0
    for size in [*sizes, len(data)]:
        found += framer.feed(data[at : at + size])
        at += size
    return found


@given(st.lists(st.integers(1, 700), max_size=30))
def test_any_cutting_gives_the_same_events(sizes: list[int]) -> None:
    jpeg = WHOLE
    text = json.dumps(PREALARM).encode()
    data = (
        part(BEAT)
        + part(FIRE)
        + part(jpeg, "image/pjpeg")
        + part(jpeg[:-100], "image/jpeg")  # breaks off: the next alarm must not drown in it
        + part(text, "application/json")
        + part(jpeg, "image/jpeg")
        + part(jpeg[:300], "image/jpeg")
        + part(FIRE)
    )
    assert framed(data, sizes) == [
        xml(BEAT.strip()), xml(FIRE.strip()), Picture(jpeg), Picture(None),
        Message(text, is_json=True), Picture(jpeg), Picture(None), xml(FIRE.strip()),
    ]  # fmt: skip


def test_a_message_without_end_is_passed_over() -> None:
    framer = EventFramer(10**6)
    assert framer.feed(b"<EventNotificationAlert>" + b" " * 1_000_001) == []
    assert framer.feed(part(BEAT)) == [xml(BEAT.strip())]
    for _number in range(2):
        assert framer.feed(b'Content-Type: application/json\r\n\r\n{"' + b" " * 100_000) == []
    assert framer.feed(b'"' + part(BEAT)) == [xml(BEAT.strip())]
    assert framer.feed(b"Content-Type: application/json\r\n\r\n{" + b" " * 1_000_001) == []
    assert framer.feed(part(BEAT)[:200] + part(FIRE)) == [xml(FIRE.strip())]
    assert framer.feed(b"Content-Type: application/json\r\n\r\n{" * 3000 + part(BEAT)) == [
        xml(BEAT.strip())
    ]
    text = b'{"a\\"}": "\\\\", "b": {}}'
    assert framer.feed(part(text, "application/json")) == [Message(text, is_json=True)]


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_rubbish_is_passed_over(pieces: list[bytes]) -> None:
    framer = EventFramer(2000)
    for piece in pieces:
        framer.feed(piece)
        assert len(framer._buffer) <= 1_000_000


# The source.

QUICK = HttpLimits(read_s=5.0, stall_s=0.6)


def with_events(
    handler: Handler,
    use: Callable[[IsapiEvents, HttpRig], Awaitable[None]],
    clock: ManualClock,
    *,
    credential: Credential | None = None,
    limits: HttpLimits | None = None,
    pictures_s: float = 5.0,
) -> None:
    async def run() -> None:
        async with HttpRig({ALERT_STREAM: handler}) as rig:
            events = IsapiEvents(
                rig.url("/"), credential, clock, limits=limits, pictures_s=pictures_s
            )
            try:
                await use(events, rig)
            finally:
                await events.close()
                await events.close()

    asyncio.run(run())


async def read_all(events: IsapiEvents, got: list[DeviceEvent]) -> None:
    while True:
        got.append(await events.read())


def taken(
    handler: Handler,
    clock: ManualClock,
    limits: HttpLimits | None = None,
    pictures_s: float = 5.0,
    ends_as: str = "camera_ended",
) -> list[DeviceEvent]:
    got: list[DeviceEvent] = []

    async def use(events: IsapiEvents, _rig: HttpRig) -> None:
        for _number in range(2):
            with pytest.raises(SourceUnavailable) as ended:
                await read_all(events, got)
            assert ended.value.code == ends_as

    with_events(handler, use, clock, limits=limits, pictures_s=pictures_s)
    return got


def test_events_come_with_their_pictures_and_times(clock: ManualClock, jpeg: MakeJpeg) -> None:
    late = alert("VMD", at="2026-11-25T13:00:00+08:00", channel=1)
    handler = stream(
        part(BEAT), part(FIRE), part(jpeg(1), "image/pjpeg"), part(jpeg(2), "image/jpeg"),
        part(jpeg(3), "image/jpeg"), part(b"<EventNotificationAlert></EventNotificationAlert>"),
        part(late), part(json.dumps(PREALARM).encode(), "application/json"),
        content_type="multipart/mixed; boundary=boundary",
    )  # fmt: skip
    fire, motion, prealarm = taken(handler, clock)
    assert fire.facts.kind is AlertKind.FIRE
    assert fire.pictures == (jpeg(1), jpeg(2))
    assert (fire.on_thermal, fire.broken_pictures) == (True, 0)
    assert fire.happened_at == clock.now()
    assert fire.time_source is TimeSource.CAMERA_CLOCK
    assert fire.doubt_s == pytest.approx(12**-0.5)
    assert (motion.facts.kind, motion.on_thermal) == (AlertKind.MOTION, False)
    assert (motion.time_source, motion.doubt_s) == (TimeSource.RECEIPT, None)
    assert motion.happened_at == motion.received_at == clock.now()
    assert motion.facts.told_at == clock.now() + timedelta(hours=1)
    assert prealarm.facts.kind is AlertKind.TEMPERATURE_PREALARM


def test_an_event_is_not_held_back_for_pictures_that_do_not_come(
    clock: ManualClock, jpeg: MakeJpeg
) -> None:
    broken = part(jpeg(1)[:-200], "image/jpeg")
    first, second, third = taken(stream(part(FIRE), broken, part(FIRE), part(FIRE)), clock)
    assert (first.pictures, first.broken_pictures) == ((), 1)
    assert (second.pictures, second.broken_pictures) == ((), 0)
    assert third.facts == first.facts
    grey = jpeg(4)[:-300] + jpeg(4)[-2:]
    (only,) = taken(
        stream(part(FIRE), part(grey, "image/jpeg"), part(jpeg(1), "image/jpeg")), clock
    )
    assert (only.pictures, only.broken_pictures) == ((jpeg(1),), 1)


def test_an_event_waits_for_its_pictures_for_a_while(clock: ManualClock) -> None:
    async def use(events: IsapiEvents, _rig: HttpRig) -> None:
        assert (await events.read()).pictures == ()

    with_events(stream(part(FIRE), OPEN_END), use, clock, pictures_s=0.1)


def test_heartbeats_keep_it_alive_and_silence_ends_it(clock: ManualClock) -> None:
    beats = [piece for _number in range(5) for piece in (part(BEAT), 0.15)]
    silent = "camera_stalled"
    (fire,) = taken(stream(*beats, part(FIRE), OPEN_END), clock, QUICK, 0.05, silent)
    assert fire.facts.kind is AlertKind.FIRE
    assert taken(stream(*[b"x", 0.05] * 200), clock, QUICK, ends_as=silent) == []


def test_no_event_is_lost_to_a_slow_reader(clock: ManualClock) -> None:
    async def use(events: IsapiEvents, _rig: HttpRig) -> None:
        assert (await events.read()).facts.channel == 0
        await asyncio.sleep(0.8)  # longer than the silence that is borne
        for number in range(1, 40):
            assert (await events.read()).facts.channel == number
        reading = asyncio.ensure_future(events.read())
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        with pytest.raises(SourceUnavailable):
            await events.read()

    numbered = [part(alert("VMD", channel=number)) for number in range(40)]
    with_events(stream(*numbered, OPEN_END), use, clock, limits=QUICK)


def test_a_login_is_answered_and_a_wrong_one_refused(clock: ManualClock) -> None:
    handler = digest(stream(part(alert("VMD"))), "admin", "p@ss")

    async def use(events: IsapiEvents, rig: HttpRig) -> None:
        assert (await events.read()).facts.kind is AlertKind.MOTION
        assert rig.asked[-1].path == ALERT_STREAM

    async def refused(events: IsapiEvents, _rig: HttpRig) -> None:
        with pytest.raises(SourceRefused):
            await events.read()

    with_events(handler, use, clock, credential=Credential("admin", "p@ss"))
    with_events(handler, refused, clock, credential=Credential("admin", "wrong"))
    with_events(answer(status=404), refused, clock)


def test_closing_ends_a_reader(clock: ManualClock) -> None:
    async def quiet(_asked: Asked, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(OPEN_END)

    async def use(events: IsapiEvents, rig: HttpRig) -> None:
        reading = asyncio.ensure_future(events.read())
        await rig.first_question.wait()
        await events.close()
        with pytest.raises(SourceUnavailable):
            await reading

    async def never(_events: IsapiEvents, rig: HttpRig) -> None:
        assert rig.connections == 0

    with_events(quiet, use, clock)
    with_events(quiet, never, clock)
