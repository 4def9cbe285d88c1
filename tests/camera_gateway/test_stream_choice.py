from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camera_gateway.sources.stream_choice import OVERDUE_GAP, PictureChooser, Step
from models.camera_link import Decoding

TAKES = {Step.KEY, Step.PICTURE, Step.CATCH_UP}


def play(
    chooser: PictureChooser, *, gop: int, seconds: float, rate_hz: float = 25.0, first: int = 0
) -> list[tuple[float, Step]]:
    """Each picture that was taken, from a steady stream joined at picture ``first`` of its GOP."""
    taken = []
    for number in range(round(seconds * rate_hz)):
        at_s = number / rate_hz
        step = chooser.step(at_s, is_key=(number + first) % gop == 0)
        if step in TAKES:
            chooser.taken(at_s)
            taken.append((at_s, step))
    return taken


def gaps(taken: list[tuple[float, Step]]) -> list[float]:
    return [after - before for (before, _), (after, _) in pairwise(taken)]


def test_key_frames_as_often_as_pictures_are_wanted_are_all_that_is_decoded() -> None:
    chooser = PictureChooser(2.0, Decoding.AUTO)
    taken = play(chooser, gop=50, seconds=60)
    assert {step for _, step in taken} == {Step.KEY}
    assert gaps(taken) == pytest.approx([2.0] * 29)
    assert not chooser.feeding


def test_key_frames_twice_as_often_are_decoded_half_the_time() -> None:
    taken = play(PictureChooser(5.0, Decoding.AUTO), gop=50, seconds=120)
    assert {round(gap, 6) for gap in gaps(taken)} == {4.0, 6.0}  # the nearest one each time
    assert len(taken) == pytest.approx(24, abs=1)


def test_a_long_interval_is_noticed_before_two_cadences_are_over() -> None:
    chooser = PictureChooser(2.0, Decoding.AUTO)
    taken = play(chooser, gop=500, seconds=60)
    assert [step for _, step in taken[:3]] == [Step.KEY, Step.CATCH_UP, Step.PICTURE]
    assert max(gaps(taken)) <= 2.0 * OVERDUE_GAP + 0.05
    assert chooser.feeding


def test_a_known_long_interval_is_fed_from_the_first_key_frame_on() -> None:
    taken = play(PictureChooser(2.0, Decoding.AUTO, 20.0), gop=500, seconds=30)
    assert max(gaps(taken)) == pytest.approx(2.0, abs=0.05)


def test_key_frames_alone_wait_for_key_frames() -> None:
    taken = play(PictureChooser(2.0, Decoding.KEY_FRAMES), gop=500, seconds=61)
    assert [at for at, _ in taken] == pytest.approx([0.0, 20.0, 40.0, 60.0])


def test_on_request_every_frame_is_decoded() -> None:
    chooser = PictureChooser(1.0, Decoding.ALL)
    steps = [chooser.step(n / 25, is_key=n % 50 == 0) for n in range(25)]
    assert steps[0] is Step.PICTURE  # and nothing was taken, so the next one is due as well
    assert set(steps) == {Step.PICTURE}
    assert max(gaps(play(PictureChooser(1.0, Decoding.ALL), gop=50, seconds=20))) <= 1.05


@pytest.mark.parametrize("decoding", list(Decoding))
def test_what_builds_on_pictures_before_the_connection_is_never_decoded(
    decoding: Decoding,
) -> None:
    chooser = PictureChooser(1.0, decoding)
    steps = [chooser.step(n / 25, is_key=n == 30) for n in range(31)]
    assert set(steps[:30]) == {Step.DROP}
    assert steps[30] in TAKES


def test_two_short_gaps_bring_key_frames_back() -> None:
    chooser = PictureChooser(2.0, Decoding.AUTO, 20.0)
    fed = []
    for at_s in (0.0, 20.0, 22.0, 24.0, 26.0):
        if chooser.step(at_s, is_key=True) in TAKES:
            chooser.taken(at_s)
        fed.append(chooser.feeding)
    assert fed == [True, True, True, False, False]


def test_key_frames_that_come_late_are_no_reason_to_decode_more() -> None:
    chooser = PictureChooser(2.0, Decoding.AUTO)
    late_s = 0.0
    for number in range(1000):  # the machine falls behind by a second in every two
        late_s += 0.02
        step = chooser.step(number / 25 + late_s, number / 25, is_key=number % 50 == 0)
        if step in TAKES:
            chooser.taken(number / 25 + late_s)
        assert not chooser.feeding


def test_a_damaged_picture_leaves_the_next_one_due() -> None:
    chooser = PictureChooser(2.0, Decoding.KEY_FRAMES)
    assert chooser.step(0.0, is_key=True) is Step.KEY
    assert chooser.step(2.0, is_key=True) is Step.KEY  # the first one was not taken


@settings(max_examples=60)
@given(
    every_s=st.floats(0.3, 20.0),
    gop=st.integers(1, 250),
    rate_hz=st.sampled_from([1.0, 6.0, 12.5]),
    first=st.integers(0, 249),
)
def test_gaps_stay_below_two_cadences_whatever_the_stream(
    every_s: float, gop: int, rate_hz: float, first: int
) -> None:
    chooser = PictureChooser(every_s, Decoding.AUTO)
    seconds = max(8.0 * every_s, 3.0 * gop / rate_hz)
    taken = play(chooser, gop=gop, seconds=seconds, rate_hz=rate_hz, first=first)
    # A stream slower than the cadence gives what it has.
    most_s = max(OVERDUE_GAP * every_s, 1.0 / rate_hz) + 1.0 / rate_hz
    assert all(gap <= most_s + 0.001 for gap in gaps(taken))
    # Nor is more decoded than was asked for.
    assert len(taken) <= 2 + seconds / (0.6 * every_s)
