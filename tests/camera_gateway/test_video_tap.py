"""Whoever listens to a camera's video hears whole connections, and harms nobody."""

from datetime import UTC, datetime
from fractions import Fraction

from camera_gateway.sources.stream_time import Captured
from camera_gateway.video.tap import CodedPicture, TapBook, VideoForm, VideoTap
from models.frame import TimeSource

FORM = VideoForm("h264", b"sps", Fraction(1, 90_000), 1920, 1080)
MADE = Captured(datetime(2026, 11, 26, tzinfo=UTC), TimeSource.RECEIPT, 1.0)


def picture(pts: int) -> CodedPicture:
    return CodedPicture(b"\0\0\1e", is_key=pts == 0, pts=pts, dts=pts, at_s=0.0, captured=MADE)


class Heard:
    def __init__(self, *, fails: bool = False) -> None:
        self.calls: list[object] = []
        self._fails = fails

    def begin(self, form: VideoForm) -> None:
        self.calls.append(form)

    def take(self, picture: CodedPicture) -> None:
        if self._fails:
            raise ValueError
        self.calls.append(picture.pts)

    def end(self) -> None:
        self.calls.append("end")


def test_a_listener_that_comes_late_is_told_what_plays() -> None:
    tap, first, late = VideoTap(), Heard(), Heard()
    assert not tap.is_heard
    tap.add(first)
    assert tap.is_heard
    assert tap.form is None
    tap.begin(FORM)
    tap.take(picture(0))
    tap.add(late)
    assert tap.form == FORM
    tap.take(picture(1))
    tap.end()
    tap.end()  # a connection that never played ends silently
    assert first.calls == [FORM, 0, 1, "end"]
    assert late.calls == [FORM, 1, "end"]
    tap.remove(first)
    tap.remove(first)
    tap.begin(FORM)
    assert first.calls[-1] == "end"
    assert late.calls[-1] == FORM


def test_one_that_fails_is_let_go_of_alone() -> None:
    tap, good, bad = VideoTap(), Heard(), Heard(fails=True)
    tap.add(bad)
    tap.add(good)
    tap.begin(FORM)
    for pts in range(3):
        tap.take(picture(pts))
    assert good.calls == [FORM, 0, 1, 2]
    assert bad.calls == [FORM]
    tap.remove(good)
    assert not tap.is_heard


def test_a_tap_outlives_the_gateways_of_its_camera() -> None:
    taps = TapBook()
    tap = taps.of("t1")
    assert taps.of("t1") is tap
    assert taps.of("t2") is not tap
    taps.forget("t1")
    taps.forget("t1")
    assert taps.of("t1") is not tap


def test_a_closed_tap_is_silent_whatever_plays_and_begins_anew_when_it_is_opened() -> None:
    tap, listener, late = VideoTap(), Heard(), Heard()
    tap.add(listener)
    tap.begin(FORM)
    tap.take(picture(0))
    tap.close()
    tap.close()
    assert not tap.is_open
    assert not tap.is_heard
    assert tap.form is None
    assert listener.calls == [FORM, 0, "end"]
    tap.add(late)
    tap.take(picture(1))
    tap.end()
    tap.begin(FORM)
    tap.take(picture(2))
    assert listener.calls == [FORM, 0, "end"]
    assert late.calls == []
    tap.open()
    tap.open()
    assert tap.form == FORM
    tap.take(picture(3))
    assert listener.calls == [FORM, 0, "end", FORM, 3]
    assert late.calls == [FORM, 3]
    tap.close()
    tap.end()
    tap.open()
    assert tap.form is None
    assert listener.calls[-1] == "end"


def test_a_tap_that_was_closed_before_anything_played_is_heard_from_its_opening_on() -> None:
    tap, listener = VideoTap(), Heard()
    tap.close()
    tap.add(listener)
    tap.open()
    assert listener.calls == []
    tap.begin(FORM)
    tap.take(picture(0))
    assert listener.calls == [FORM, 0]


def test_the_taps_of_cameras_with_something_private_are_closed_before_anything_plays() -> None:
    private = {"t2"}
    book = TapBook(private.__contains__)
    assert book.of("t1").is_open
    assert not book.of("t2").is_open
    private.add("t1")
    private.discard("t2")
    book.look_again()
    assert not book.of("t1").is_open
    assert book.of("t2").is_open
