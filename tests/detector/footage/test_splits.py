"""A scene lands on one side, stays there while a set grows, and the shares are met."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.footage.splits import SHARES, check_shares, slack, split_of
from models.errors import InputRefused

parts = st.lists(st.integers(1, 9), min_size=1, max_size=4).map(
    lambda weights: {f"p{n}": weight / sum(weights) for n, weight in enumerate(weights)}
)


@given(st.text(), parts, st.text(max_size=5))
@settings(max_examples=60)
def test_a_scene_always_lands_in_the_same_part(
    scene: str, shares: dict[str, float], salt: str
) -> None:
    assert split_of(scene, shares, salt=salt) in shares
    assert split_of(scene, shares, salt=salt) == split_of(scene, dict(shares), salt=salt)


@given(st.dictionaries(st.text(max_size=8), st.integers(1, 50), min_size=1, max_size=300), parts)
@settings(max_examples=60)
def test_shares_are_met_within_the_slack(counts: dict[str, int], shares: dict[str, float]) -> None:
    held: Counter[str] = Counter()
    for scene, count in counts.items():
        held[split_of(scene, shares)] += count
    total = sum(counts.values())
    for part, share in shares.items():
        assert abs(held[part] / total - share) <= slack(counts.values(), risk=1e-12)


def test_many_scenes_meet_the_shares_closely() -> None:
    held = Counter(split_of(f"scene {number}") for number in range(20_000))
    for part, share in SHARES.items():
        assert held[part] / 20_000 == pytest.approx(share, abs=0.01)
    assert slack([1] * 20_000) < 0.02


def test_another_salt_draws_anew() -> None:
    here = [split_of(str(number)) for number in range(200)]
    there = [split_of(str(number), salt="x") for number in range(200)]
    assert here != there


def test_of_nothing_any_share_is_met() -> None:
    assert slack([]) == slack([0, 0]) == 1.0
    assert slack([7]) == 1.0


@pytest.mark.parametrize(
    "shares",
    [
        {},
        {"train": 0.5},
        {"train": 1.5, "val": -0.5},
        {"train": 1.0, "val": 0.0},
        {"train": float("nan"), "val": 0.5},
        {"../out": 1.0},
        {"": 1.0},
        {"训练": 1.0},
    ],
)
def test_shares_that_cannot_be_are_refused(shares: dict[str, float]) -> None:
    with pytest.raises(InputRefused) as caught:
        check_shares(shares)
    assert caught.value.code == "split_shares"


def test_rounding_leaves_no_scene_out() -> None:
    shares = {f"p{number}": 0.1 for number in range(10)}
    assert sum(shares.values()) < 1.0
    assert {split_of(str(number), shares) for number in range(2_000)} == set(shares)
