from collections.abc import Callable

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
