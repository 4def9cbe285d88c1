"""The reasons: why it alerted, and why a fire was missed."""

from dataclasses import replace

from replayed_rig import result_of

from detector.report.gallery import alert_reason, burns, items, miss_reason
from detector.report.reading import read_result
from detector.report.shape import AlertRow, FireRow, FrameRow, SequenceRow, TrueBoxRow

EMPTY = read_result(result_of([]))


def frame(refused: str = "", smoke: float = 0.0, log_odds: float | None = None) -> FrameRow:
    return FrameRow(0.0, refused, smoke, 0.0, log_odds)


def fire(first_visible_s: float | None, until_s: float | None = None) -> FireRow:
    found = (None,) * 6
    return FireRow("fire", first_visible_s, None, None, until_s, "", "missed", *found)


def test_a_fire_that_nobody_looked_at() -> None:
    assert miss_reason([], 2.0).en == "No frame of it was looked at."
    only_refused = [frame("frozen"), frame("black")]
    said = miss_reason(only_refused, 2.0)
    assert said.en == "Its frames that were not looked at: 2 of 2."


def test_a_fire_in_which_nothing_was_found() -> None:
    said = miss_reason([frame(smoke=0.04), frame(smoke=0.02)], 2.0)
    assert said.en == "The detector found nothing to follow; best score 0.04, frames looked at: 2."
    assert said.zh.startswith("2 帧中检测器没有发现可跟踪的目标")


def test_a_fire_that_was_followed_and_not_believed() -> None:
    frames = [frame(smoke=0.4, log_odds=-1.5), frame(smoke=0.3, log_odds=1.26), frame("frozen")]
    assert miss_reason(frames, 2.0).en == (
        "It was followed and its evidence reached +1.3 of +2; best score 0.40, "
        "frames looked at: 2. Its frames that were not looked at: 1 of 3."
    )
    assert miss_reason(frames[:2], None).en == (
        "It was followed and its evidence reached +1.3; best score 0.40, frames looked at: 2."
    )
    # Evidence of 0 is some, and its threshold may be 0 as well.
    assert "evidence reached 0 of +2" in miss_reason([frame(log_odds=0.0)], 2.0).en


def test_enough_evidence_elsewhere_is_not_told_as_too_little() -> None:
    said = miss_reason([frame(smoke=0.9, log_odds=61.0)], 2.0).en
    assert said.startswith("Evidence was enough (+61, alerts from +2), but no alert opened at the")


def test_an_alert_tells_its_findings_in_their_order() -> None:
    alert = AlertRow(
        0, 0.0, "", "flame", 0.876, 3.21, ("grew", "persisted", "grew"), 1200, 90.0, None, "false"
    )
    assert alert_reason(alert, None).en == (
        "Flame 0.88, evidence +3.2; seen 1,200\u00d7 in 90 s: Grew; Seen in many frames."
    )
    silent = AlertRow(0, 0.0, "", "smoke", 0.5, 2.0, (), 1, 0.0, None, "false")
    assert alert_reason(silent, 2.0).en.endswith(
        "(alerts from +2); seen 1\u00d7 in 0 s: no reason kept."
    )


def test_when_a_fire_burns() -> None:
    assert [burns(fire(10.0, 20.0), at_s) for at_s in (9.9, 10.0, 19.9, 20.0)] == [
        False,
        True,
        True,
        False,
    ]
    assert burns(fire(0.0), 1e9)
    assert not burns(fire(None), 0.0)


def test_a_miss_is_shown_where_it_was_nearest_to_an_alert() -> None:
    at_s = [0.0, 60.0, 120.0, 180.0]
    odds = (3.0, 0.5, 1.5, 9.0)
    frames = [FrameRow(at, "", 0.1, 0.0, one) for at, one in zip(at_s, odds, strict=True)]
    row = SequenceRow(
        name="r",
        scene="r",
        conditions={},
        is_known=True,
        is_dated=True,
        fires=(fire(60.0, 180.0),),
        boxes=(),
        ignored=(),
        frames=tuple(frames),
        alerts=(),
    )
    (item,), _ = items(replace(EMPTY, sequences=(row,)), 60)
    # Before and after, it could not be seen: what was found then is not its own.
    assert (item.at_s, item.box) == (120.0, None)
    drawn = (
        TrueBoxRow(60.0, "flame", (0.1, 0.1, 0.2, 0.2)),
        TrueBoxRow(60.0, "smoke", (0.0, 0.0, 0.5, 0.5)),
    )
    (item,), _ = items(replace(EMPTY, sequences=(replace(row, boxes=drawn),)), 60)
    assert (item.at_s, item.label, item.box) == (60.0, "smoke", (0.0, 0.0, 0.5, 0.5))
    refused = tuple(replace(one, refused="black") for one in frames)
    (item,), _ = items(replace(EMPTY, sequences=(replace(row, frames=refused),)), 60)
    assert item.at_s == 60.0
