"""The table that is published, and the day on which a replay is timed."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.replaying.day import write_day
from benchmarks.replaying.published import BEGIN, END, PAGE, table, with_table
from camera_gateway.sources.name_times import time_in_name

MEASURE = {
    "name": "event_recall",
    "value": 0.5,
    "low": 0.1234,
    "high": 0.9,
    "count": 1,
    "of": 2,
    "unit": "",
    "better": "higher",
}
RESULT = {
    "run": {
        "model": {"name": "m", "version": "1"},
        "config_version": "c",
        "refused": [{"name": "x", "code": "y"}],
    },
    "figures": {
        "counts": {"sequences": 2, "scenes": 1, "frames": 3, "camera_days": 0.25},
        "headline": [MEASURE, MEASURE | {"name": "precision", "value": None, "low": None}],
        "sequences": [
            {
                "name": "a|b",
                "fires": [
                    {"outcome": "found", "from_visible_s": 60.0},
                    {"outcome": "unseen", "from_visible_s": None},
                    {"outcome": "missed", "from_visible_s": None},
                ],
                "alerts": ["right", "false", "false"],
            },
            {"name": "c", "fires": [], "alerts": []},
        ],
    },
    "sequences": [
        {"name": "a|b", "frames": [{"refused": ""}, {"refused": "black"}]},
        {"name": "c", "frames": [{"refused": ""}]},
    ],
}


def test_the_table_says_what_came_of_each_recording() -> None:
    rows = table(RESULT).splitlines()
    assert "| event_recall | 0.5 | 0.123 to 0.9 | 2 |" in rows
    assert "| precision | - |  | 2 |" in rows
    assert "| a/b | 2 | 1 | 1 of 2 | 60 s | 1 right, 2 false |" in rows
    assert "| c | 1 | 0 | no fire |  | none |" in rows
    assert "1 files and folders cannot be played" in rows[0]


def test_the_page_has_one_place_for_it_and_the_rest_stays() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert with_table(page, "new\n") == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    assert with_table(with_table(page, "x\n"), "new\n") == with_table(page, "new\n")
    with pytest.raises(ValueError, match="no place"):
        with_table("before", "new")
    assert with_table(PAGE.read_text(encoding="utf-8"), "new\n").count("new\n") == 1


def test_no_two_frames_of_the_day_are_equal_and_each_has_its_time(tmp_path: Path) -> None:
    image = np.random.default_rng(1).integers(0, 256, (54, 96, 3)).astype(np.uint8)
    paths = list(write_day(tmp_path / "day", [image], 4))
    assert len({path.read_bytes() for path in paths}) == 4
    times = [time_in_name(path.name) for path in paths]
    known = [one.timestamp() for one in times if one is not None]
    assert np.diff(known).tolist() == [10.0] * 3
