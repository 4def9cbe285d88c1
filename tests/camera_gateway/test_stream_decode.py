"""What is decoded and handed on, picture by picture, with the real decoder and a clock by hand."""

import av
import pytest
from av.error import InvalidDataError
from coded_video import coded, level_of
from tests_time import START

from camera_gateway.pictures import decode_jpeg
from camera_gateway.sources import stream_decode
from camera_gateway.sources.stream_choice import PictureChooser
from camera_gateway.sources.stream_coded import Coded
from camera_gateway.sources.stream_decode import Damaged, Picture, StreamDecoder
from camera_gateway.sources.stream_facts import StreamGauge
from camera_gateway.sources.stream_time import CaptureClock
from models.camera_link import Decoding
from models.clock import ManualClock
from models.frame import TimeSource


class Rig:
    """A decoder fed by hand; a key frame each 10 pictures, 10 pictures a second."""

    def __init__(self, every_s: float, decoding: Decoding, *, gop: int = 10) -> None:
        self.units = coded(gop=gop)
        self.gop = gop
        self.clock = ManualClock(START)
        self.gauge = StreamGauge()
        self.got: list[Picture | Damaged] = []
        self.decoder = StreamDecoder(
            av.CodecContext.create("h264", "r"),
            PictureChooser(every_s, decoding),
            every_s=every_s,
            clock=self.clock,
            times=CaptureClock(),
            gauge=self.gauge,
            put=self.got.append,
            began_s=0.0,
        )

    def feed(self, number: int, *, late_s: float = 0.0, unit: bytes | None = None) -> None:
        self.clock.advance(0.1)
        packet = av.Packet(self.units[number % 50] if unit is None else unit)
        packet.pts = packet.dts = number
        at_s = self.clock.monotonic_s()
        is_key = number % self.gop == 0
        self.decoder.take(Coded(packet, is_key, at_s, number / 10, late_s, None))

    def levels(self) -> list[int]:
        """Brightness of what was handed on."""
        pictures = [one for one in self.got if isinstance(one, Picture)]
        return [round(float(decode_jpeg(one.jpeg, "test")[:40].mean())) for one in pictures]


def near(numbers: list[int]) -> list[object]:
    return [pytest.approx(level_of(number), abs=3) for number in numbers]


def test_a_late_picture_is_passed_over_while_a_newer_one_is_near() -> None:
    rig = Rig(1.0, Decoding.KEY_FRAMES)
    for number in range(21):
        rig.feed(number, late_s=5.0 if number == 10 else 0.0)
    assert rig.levels() == near([0, 20])
    assert rig.gauge.late == 1


def test_late_for_ever_is_still_better_than_nothing() -> None:
    rig = Rig(1.0, Decoding.KEY_FRAMES)
    for number in range(41):
        rig.feed(number, late_s=5.0)
    assert rig.levels() == near([0, 20, 40])


def test_a_late_picture_is_decoded_all_the_same_where_others_build_on_it() -> None:
    rig = Rig(1.0, Decoding.ALL)
    for number in range(25):
        rig.feed(number, late_s=5.0 if number == 10 else 0.0)
    assert rig.levels() == near([0, 11, 20])
    assert rig.gauge.decoded == 25


def test_what_was_kept_is_decoded_when_key_frames_stay_away() -> None:
    rig = Rig(0.55, Decoding.AUTO, gop=50)
    for number in range(10):
        rig.feed(number)
    assert rig.levels() == near([0, 9])
    assert rig.gauge.decoded == 1 + 10  # the key frame again, and what builds on it
    assert rig.gauge.every_frame_decoded


def test_a_group_too_long_to_be_kept_waits_for_its_next_key_frame(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream_decode, "MOST_KEPT", 4)
    rig = Rig(0.5, Decoding.AUTO, gop=25)
    for number in range(26):
        rig.feed(number)
    assert rig.levels() == near([0, 25])
    assert isinstance(rig.got[1], Damaged)


def test_a_damaged_key_frame_is_told_and_what_follows_waits() -> None:
    rig = Rig(0.5, Decoding.ALL)
    for number in range(21):
        cut = rig.units[10][: len(rig.units[10]) // 3] if number == 10 else None
        rig.feed(number, unit=cut)
    assert rig.levels() == near([0, 5, 20])
    # At once, and again after twice the cadence.
    assert [isinstance(one, Damaged) for one in rig.got] == [False, False, True, False]
    assert rig.gauge.after_damage == 9


def test_what_the_decoder_refuses_is_counted() -> None:
    class Refusing:
        def decode(self, _packet: object) -> list[object]:
            raise InvalidDataError(1, "a text with a password")

        def flush_buffers(self) -> None:
            pass

    rig = Rig(0.5, Decoding.ALL)
    rig.decoder._codec = Refusing()  # type: ignore[assignment]
    rig.feed(0)
    assert rig.gauge.packet_errors == 1
    assert rig.got == [Damaged("The picture came in damaged.")]
    assert rig.gauge.facts().corrupt_share == 1.0


def test_a_frame_that_makes_no_jpeg_is_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_frame: object) -> bytes:
        raise ValueError

    monkeypatch.setattr(stream_decode, "jpeg_of", refuse)
    rig = Rig(0.5, Decoding.KEY_FRAMES)
    rig.feed(0)
    assert rig.got == [Damaged("The picture came in damaged.")]


def test_capture_times_are_those_of_the_pictures_own_arrival() -> None:
    rig = Rig(1.0, Decoding.KEY_FRAMES)
    rig.feed(0)
    (one,) = rig.got
    assert isinstance(one, Picture)
    assert one.captured.source is TimeSource.RECEIPT
    assert (one.captured.at - START).total_seconds() == pytest.approx(0.1)
    assert rig.gauge.first_picture_s == pytest.approx(0.1)
