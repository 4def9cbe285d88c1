"""The measured curve of size and recall, and what is read off it."""

import math
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drone_jobs.size_recall
from drone_jobs.size_recall import NETWORK_PX, smallest_side_px
from models.config import Settings
from models.errors import InputRefused
from models.zoo import load_card

FILE = tomllib.loads(
    Path(drone_jobs.size_recall.__file__).with_suffix(".toml").read_text(encoding="utf-8")
)
ROWS = FILE["rows"]
HIGHEST = ROWS[-1]["monotone"]
recalls = st.floats(0.0, HIGHEST, exclude_min=True)


def test_the_curve_is_that_of_the_weights_in_force_at_their_operating_point() -> None:
    card = load_card(Settings().model_card)
    assert FILE["model"] == card.name
    assert FILE["score"] == card.operating.report_score
    assert card.operating.width_px == NETWORK_PX


def test_every_row_is_a_share_with_its_interval_of_boxes_of_its_size() -> None:
    for row in ROWS:
        assert row["least_px"] <= row["side_px"] <= row["most_px"] <= NETWORK_PX
        assert 0.0 <= row["low"] <= row["recall"] <= row["high"] <= 1.0
        assert row["low"] <= row["monotone"] <= row["high"]
        assert row["count"] >= row["groups"] >= 1
        assert row["recall"] * row["count"] == pytest.approx(
            round(row["recall"] * row["count"]), abs=0.01
        )


def test_rows_rise_in_size_and_recall_and_the_rising_curve_finds_as_many() -> None:
    for one, after in pairwise(ROWS):
        assert one["most_px"] <= after["least_px"]
        assert one["side_px"] < after["side_px"]
        assert one["monotone"] <= after["monotone"]
    measured = sum(row["recall"] * row["count"] for row in ROWS)
    smoothed = sum(row["monotone"] * row["count"] for row in ROWS)
    assert smoothed == pytest.approx(measured, abs=0.05)


@given(recalls, recalls)
def test_more_recall_never_takes_smaller_smoke(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert smallest_side_px(low) <= smallest_side_px(high)


@given(recalls)
def test_the_answer_lies_among_the_measured_sizes_and_no_row_below_it_reaches_more(
    recall: float,
) -> None:
    side_px = smallest_side_px(recall)
    assert ROWS[0]["side_px"] <= side_px <= ROWS[-1]["side_px"]
    assert all(row["monotone"] >= recall for row in ROWS if row["side_px"] >= side_px)
    assert all(row["monotone"] <= recall for row in ROWS[1:] if row["side_px"] < side_px)


def test_at_a_row_the_answer_is_the_first_row_with_its_recall() -> None:
    for row in ROWS:
        first = next(r for r in ROWS if r["monotone"] == row["monotone"])
        assert smallest_side_px(row["monotone"]) == pytest.approx(first["side_px"])


@pytest.mark.parametrize("recall", [0.0, -0.1, 1.01, math.nan, math.inf, HIGHEST + 1e-9])
def test_a_recall_that_no_size_reaches_is_refused_with_the_highest_one(recall: float) -> None:
    with pytest.raises(InputRefused, match=f"{HIGHEST:g}") as refused:
        smallest_side_px(recall)
    assert refused.value.code == "recall_out_of_reach"
