"""What came of a recording is a value: equal when everything in it is."""

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime

import pytest

from models.detection import Box, Label
from models.footage import Conditions, Truth
from models.replay import Played, PlayedAlert, PlayedFrame

AT = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)
BOX = Box(Label.SMOKE, 0.6, 1.0, 2.0, 30.0, 40.0)


def played() -> Played:
    frame = PlayedFrame(0.0, AT, smoke=0.6, log_odds=0.0, found=(BOX,))
    alert = PlayedAlert(
        0, 0.0, AT, Label.SMOKE, 0.6, 2.5, 3.0, ("persists",), 3, 120.0, BOX, 60.0, 2
    )
    return Played(
        "ridge",
        "ridge",
        (640, 480),
        Conditions(),
        Truth(),
        is_dated=True,
        frames=(frame,),
        alerts=(alert,),
    )


def test_the_same_twice_is_equal_and_one_change_tells() -> None:
    assert played() == played()
    assert hash(played()) == hash(played())
    assert replace(played(), truth=None) != played()
    refused = replace(played().frames[0], refused="frozen")
    assert replace(played(), frames=(refused,)) != played()


def test_what_nobody_said_is_told_from_zero() -> None:
    frame = PlayedFrame(0.0, AT)
    assert (frame.log_odds, frame.smoke, frame.flame, frame.refused, frame.found) == (
        None,
        0.0,
        0.0,
        "",
        (),
    )
    assert played().frames[0].log_odds == 0.0
    assert played().alerts[0].fix is None


def test_nothing_in_it_can_be_changed() -> None:
    for value in (played(), played().frames[0], played().alerts[0]):
        with pytest.raises(FrozenInstanceError):
            setattr(value, "at_s" if hasattr(value, "at_s") else "name", 1.0)
