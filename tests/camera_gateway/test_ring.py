from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_gateway.ring import FrameRing
from models.frame import Frame

MakeFrame = Callable[..., Frame]


def test_the_newest_frames_come_oldest_first(frame: MakeFrame) -> None:
    ring = FrameRing(10_000_000, 3)
    for sequence in range(5):
        ring.add(frame("north", sequence))
    ring.add(frame("south", 9))
    assert [f.sequence for f in ring.recent("north", 10)] == [2, 3, 4]
    assert [f.sequence for f in ring.recent("north", 2)] == [3, 4]
    assert ring.recent("north", 0) == []
    assert ring.recent("nowhere", 5) == []
    ring.forget("north")
    ring.forget("nowhere")
    assert ring.recent("north", 5) == []
    assert len(ring.recent("south", 5)) == 1


@pytest.mark.parametrize("limits", [(0, 1), (1, 0)])
def test_a_ring_that_keeps_nothing_is_a_mistake(limits: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="none"):
        FrameRing(*limits)


@given(sizes=st.lists(st.integers(0, 50), min_size=1, max_size=40), limit=st.integers(1, 100))
def test_bytes_stay_under_the_limit_and_the_newest_stays(
    frame: MakeFrame, sizes: list[int], limit: int
) -> None:
    ring = FrameRing(limit, 1000)
    for sequence, size in enumerate(sizes):
        ring.add(frame("north", sequence, bytes(size)))
        kept = ring.recent("north", 1000)
        assert kept[-1].sequence == sequence
        assert len(kept) == 1 or sum(len(f.jpeg) for f in kept) <= limit
    kept_bytes = sum(len(f.jpeg) for f in kept)
    before = len(sizes) - len(kept)
    # Nothing was forgotten that would have fitted.
    assert before == 0 or kept_bytes + sizes[before - 1] > limit


@given(presets=st.lists(st.integers(0, 3), min_size=1, max_size=60), most=st.integers(1, 12))
def test_a_round_of_one_view_leaves_the_others_their_share(
    frame: MakeFrame, presets: list[int], most: int
) -> None:
    ring = FrameRing(10_000_000, most)
    for sequence, preset in enumerate(presets):
        ring.add(replace(frame("north", sequence), preset=preset))
    kept = ring.recent("north", most)
    assert len(kept) == min(len(presets), most)
    assert [one.sequence for one in kept] == sorted(one.sequence for one in kept)
    assert kept[-1].sequence == len(presets) - 1
    for preset in set(presets):
        mine = [one.sequence for one in kept if one.preset == preset]
        assert [one.sequence for one in ring.recent("north", most, preset)] == mine
        seen = [number for number, one in enumerate(presets) if one == preset]
        assert mine == seen[len(seen) - len(mine) :]  # its newest ones
        share = most // len(set(presets))
        assert len(mine) >= min(len(seen), share) - 1  # one may have given way to the newest
