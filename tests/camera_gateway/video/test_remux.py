"""Pieces of a camera's video: FFmpeg reads them, a walk of our own agrees, times never go back."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from coded_video import coded, level_of
from hypothesis import given, settings
from hypothesis import strategies as st
from mp4_rig import FORM, MADE, decoded, pictures_of, walk

from camera_gateway.video.fmp4 import TIMESCALE, note
from camera_gateway.video.remux import Piece, Remuxer, VideoState
from camera_gateway.video.tap import CodedPicture
from camera_gateway.video.timeline import Timeline


def film(pieces: list[Piece]) -> bytes:
    """As a player gets it: a head wherever it changes."""
    out, head = b"", None
    for piece in pieces:
        if piece.head is not head:
            head = piece.head
            out += head.data
        out += piece.data
    return out


def remuxed(pictures: list[CodedPicture], at_once: int = 1) -> list[Piece]:
    remuxer = Remuxer(0.0)
    remuxer.begin(FORM)
    out = []
    for at in range(0, len(pictures), at_once):
        out += remuxer.take(pictures[at : at + at_once])
    return out + remuxer.end()


@pytest.mark.parametrize("at_once", [1, 5, 7, 50])
@pytest.mark.parametrize(
    "options", [{}, {"slices": 4}, {"reorders": True}, {"delimiters": True}, {"size": (322, 182)}]
)
def test_every_picture_comes_out_as_it_went_in(options: dict, at_once: int) -> None:
    units = coded("h264", 50, 10, **options)
    pieces = remuxed(pictures_of(units), at_once)
    seen, frames = walk(film(pieces)), decoded(film(pieces))
    assert len(frames) == 50
    assert sum(map(len, seen.samples)) == 50
    if "reorders" not in options:
        levels = [float(frame.to_ndarray(format="gray")[:40].mean()) for frame in frames]
        assert levels == pytest.approx([level_of(number) for number in range(50)], abs=1.9)
    assert (frames[0].width, frames[0].height) == options.get("size", (160, 96))
    # A fragment that holds a key frame begins with it.
    for runs in seen.samples:
        assert not any(flags == 0x02000000 for _, _, flags, _ in runs[1:])
    assert [piece.is_key for piece in pieces].count(True) == 5
    assert [piece.number for piece in pieces] == list(range(1, len(pieces) + 1))


def test_lengths_meet_the_next_picture_exactly() -> None:
    pictures = pictures_of()
    late = [
        replace(each, pts=each.pts + 9000 * (n > 20), dts=each.dts + 9000 * (n > 20))
        for n, each in enumerate(pictures)
    ]
    seen = walk(film(remuxed(late, 3)))
    ends = [
        b + sum(run[0] for run in runs) for b, runs in zip(seen.begins, seen.samples, strict=True)
    ]
    assert ends[:-1] == seen.begins[1:]
    assert max(run[0] for runs in seen.samples for run in runs) == 3600 + 9000


def test_each_piece_tells_when_its_first_picture_was_made() -> None:
    pieces = remuxed(pictures_of(), 5)
    seen = walk(film(pieces))
    told = [(made - MADE).total_seconds() for made in seen.made]
    assert told == pytest.approx([piece.at_s for piece in pieces], abs=1e-6)


def test_nothing_comes_before_the_first_key_frame_or_of_another_codec() -> None:
    remuxer = Remuxer(0.0)
    assert remuxer.state is VideoState.NO_CAMERA
    assert remuxer.take(pictures_of()) == []
    remuxer.begin(replace(FORM, codec="hevc"))
    assert remuxer.state is VideoState.OTHER_CODEC
    assert remuxer.take(pictures_of()) == []
    remuxer.begin(FORM)
    assert remuxer.state is VideoState.WAITING_KEY
    assert remuxer.take(pictures_of()[3:10]) == []
    assert remuxer.take(pictures_of()[10:13])[0].is_key
    assert remuxer.state is VideoState.PLAYING
    assert remuxer.end() != []
    assert remuxer.state is VideoState.NO_CAMERA
    assert remuxer.end() == []


def test_parameters_may_come_with_the_description_alone_or_be_of_no_use() -> None:
    units = coded("h264", 20, 10)
    bare = pictures_of(units)
    at = units[0].index(b"\0\0\1\x65")
    bare[0] = replace(bare[0], data=units[0][at:])
    remuxer = Remuxer(0.0)
    remuxer.begin(replace(FORM, parameters=units[0][:at]))
    assert len(decoded(film(remuxer.take(bare) + remuxer.end()))) == 20
    remuxer = Remuxer(0.0)
    remuxer.begin(FORM)
    assert remuxer.take(bare[:5]) == []
    assert remuxer.state is VideoState.WAITING_KEY
    spoilt = replace(bare[0], data=b"\0\0\1\x67\0\0\1\x68\0\0\1\x65abc")
    assert remuxer.take([spoilt]) == []


def test_what_was_lost_is_waited_for_until_the_next_key_frame() -> None:
    remuxer, pictures = Remuxer(0.0), pictures_of()
    remuxer.lose()
    assert remuxer.state is VideoState.NO_CAMERA
    remuxer.begin(FORM)
    before = remuxer.take(pictures[:15])
    remuxer.lose()
    assert remuxer.state is VideoState.WAITING_KEY
    after = remuxer.take(pictures[18:40]) + remuxer.end()
    assert after[0].is_key
    assert after[0].head is not before[-1].head
    assert len(decoded(film(after))) == 20


def test_another_connection_another_size_and_a_clock_set_back_never_go_back() -> None:
    remuxer, pieces = Remuxer(0.0), []
    small, large = coded("h264", 20, 10), coded("h264", 20, 10, size=(322, 182))
    for number, units in enumerate((small, large, small)):
        pieces += remuxer.begin(replace(FORM, time_base=Fraction(1, 90_000)))
        # Each connection's times begin at nought; the second comes 3 s after the first.
        pieces += remuxer.take(pictures_of(units, begins_s=4.0 * number))
    pieces += remuxer.end()
    seen = walk(film(pieces))
    assert all(b > a for a, b in pairwise(seen.begins))
    assert seen.kinds.count(b"moov") == 3
    heads = {id(piece.head): piece.head for piece in pieces}
    assert [
        len(decoded(film([p for p in pieces if p.head is head]))) for head in heads.values()
    ] == [20] * 3


def test_new_parameters_within_a_connection_begin_with_a_head_of_their_own() -> None:
    remuxer = Remuxer(0.0)
    remuxer.begin(FORM)
    pieces = remuxer.take(pictures_of(coded("h264", 20, 10)))
    other = pictures_of(coded("h264", 20, 10, size=(322, 182)), first=20)
    pieces += remuxer.take(other) + remuxer.end()
    assert len({piece.head for piece in pieces}) == 2
    assert [piece.head is pieces[-1].head for piece in pieces].count(True) == 3
    seen = walk(film(pieces))
    assert all(b > a for a, b in pairwise(seen.begins))


STEPS = st.tuples(
    st.one_of(st.none(), st.integers(-(2**40), 2**40), st.integers(-9000, 9000)),
    st.one_of(st.none(), st.integers(-9000, 9000)),
    st.floats(0.0, 30.0),
    st.booleans(),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(STEPS, min_size=1, max_size=40))
def test_whatever_a_cameras_times_say_pictures_follow_each_other(steps: list[tuple]) -> None:
    """Times missing, jumping, repeating, connections begun anew: a player sees one line."""
    units = coded("h264", 50, 10)
    remuxer, pieces, at_s, pts = Remuxer(0.0), [], 0.0, 0
    pieces += remuxer.begin(FORM)
    line = Timeline(0.0)
    line.begin(Fraction(1, 90_000))
    last = -1
    for number, (step, apart, gap_s, anew) in enumerate(steps):
        at_s += gap_s
        pts += step or 0
        model = pictures_of(units)[number % 50 if not anew else 0]
        dts = None if apart is None else pts + apart
        picture = replace(model, pts=None if step is None else pts, dts=dts, at_s=at_s)
        if anew:
            pieces += remuxer.begin(FORM)
            line.begin(Fraction(1, 90_000))
        pieces += remuxer.take([picture])
        place, _shown = line.place(picture)
        assert place > last
        last = place
    pieces += remuxer.end()
    seen = walk(film(pieces))
    ends = [
        b + sum(run[0] for run in runs) for b, runs in zip(seen.begins, seen.samples, strict=True)
    ]
    assert all(end <= begin for end, begin in zip(ends, seen.begins[1:], strict=False))


def test_a_line_keeps_the_cameras_distances_and_follows_the_clock_where_it_must() -> None:
    line, pictures = Timeline(0.0), pictures_of()
    line.begin(Fraction(1, 90_000))
    first, shown = line.place(pictures[0])
    assert first == shown
    assert line.place(pictures[1])[0] == first + 3600
    set_back = replace(pictures[2], pts=0, dts=0)
    assert line.place(set_back)[0] - first == pytest.approx(2 * 3600, abs=3600)
    # Ten seconds of silence in which the camera's own clock stood still.
    stood = replace(pictures[3], pts=3600, dts=3600, at_s=12.0)
    assert line.place(stood)[0] - first == pytest.approx(12 * TIMESCALE, rel=0.01)


def test_words_to_the_reader_are_a_box_that_players_pass_over() -> None:
    pieces = remuxed(pictures_of())
    data = note({"state": "playing", "now": 1}) + film(pieces) + note({"state": "no_camera"})
    assert walk(data).kinds[0] == b"free"
    assert len(decoded(data)) == 50
