"""Known fires: read strictly, and judged so that crying early wins nothing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.evaluate.events import Delay, FireEvent, judge_fire, read_events
from models.errors import InputRefused

EVENT = FireEvent(60.0, 240.0, 60.0)
FRAMES = [60.0 * number for number in range(-5, 20)]


def test_the_delay_counts_frames_and_seconds() -> None:
    verdict = judge_fire(EVENT, FRAMES, [240.0, 600.0])
    assert (verdict.false_alarms, verdict.alert_at_s) == (0, 240.0)
    assert verdict.from_first_visible == Delay(180.0, 3)
    assert verdict.from_clear == Delay(0.0, 0)


def test_an_alarm_before_ignition_is_false_and_the_fire_is_judged_all_the_same() -> None:
    """``early_alarm``: an alarm a minute early is neither a hit nor forgotten."""
    early = judge_fire(EVENT, FRAMES, [-60.0, 300.0])
    assert (early.false_alarms, early.alert_at_s) == (1, 300.0)
    missed = judge_fire(EVENT, FRAMES, [-60.0])
    assert (missed.false_alarms, missed.alert_at_s, missed.from_clear) == (1, None, None)


def test_an_alert_before_a_person_sees_it_has_a_delay_below_zero() -> None:
    verdict = judge_fire(EVENT, FRAMES, [0.0])
    assert verdict.from_first_visible == Delay(-60.0, -1)
    assert verdict.false_alarms == 0


def test_frames_between_cadences_count_as_they_were_looked_at() -> None:
    # every second minute: 60 s itself was never looked at
    frames = [-120.0, 0.0, 120.0, 240.0, 360.0]
    verdict = judge_fire(EVENT, frames, [120.0])
    assert verdict.from_first_visible == Delay(60.0, 0)


@given(
    alerts=st.lists(st.sampled_from(FRAMES), max_size=6),
    first=st.sampled_from(FRAMES),
    later_s=st.integers(0, 600),
)
def test_every_alert_is_counted_once(alerts: list[float], first: float, later_s: int) -> None:
    event = FireEvent(first, first + later_s, 60.0)
    verdict = judge_fire(event, FRAMES, alerts)
    hits = [at_s for at_s in alerts if at_s >= 0.0]
    assert verdict.false_alarms + len(hits) == len(alerts)
    assert (verdict.alert_at_s is None) == (not hits)
    if verdict.from_first_visible is not None and verdict.from_clear is not None:
        assert verdict.from_first_visible.frames >= verdict.from_clear.frames
        assert verdict.from_first_visible.seconds == verdict.from_clear.seconds + later_s


HEAD = "sequence,first_visible_s,clear_s,cadence_s,note\n"


def test_a_file_of_events_is_read(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(f"\ufeff{HEAD}a,60,240,60,faint\nb,0,0,1,\n", encoding="utf-8")
    assert read_events(path) == {"a": EVENT, "b": FireEvent(0.0, 0.0, 1.0)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sequence,clear_s\n", "lack first_visible_s, cadence_s"),
        ("", "lack sequence"),
        (f"{HEAD}a,60,30,60,\n", "line 2: these times cannot be"),
        (f"{HEAD}a,nan,30,60,\n", "cannot be"),
        (f"{HEAD}a,1,inf,60,\n", "cannot be"),
        (f"{HEAD}a,1,2,0,\n", "cannot be"),
        (f"{HEAD}a,1,,60,\n", "line 2: a time is not a number"),
        (f"{HEAD}a,1\n", "not a number"),
        (f"{HEAD}a,1,2,60,\na,1,2,60,\n", "line 3: 'a' stands twice"),
    ],
)
def test_what_cannot_be_is_refused_by_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "events.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused, match=says):
        read_events(path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "events.csv", tmp_path / "missing.csv", tmp_path):
        with pytest.raises(InputRefused, match="cannot be read"):
            read_events(path)
