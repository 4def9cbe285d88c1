"""By what light something was seen; a picture that does not tell holds nothing back."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from desk_rig import PICTURES, DeskRig, flame

from detector.night import is_dark, mode_seen
from models.frame import FrameMode

SPECK = cv2.imencode(".jpg", np.zeros((64, 64, 3), np.uint8))[1].tobytes()


@pytest.mark.parametrize(
    ("jpeg", "configured", "dark", "seen"),
    [
        (PICTURES["day"], FrameMode.VISIBLE, False, FrameMode.VISIBLE),
        (PICTURES["night"], FrameMode.VISIBLE, True, FrameMode.VISIBLE),
        (PICTURES["infrared"], FrameMode.VISIBLE, True, FrameMode.INFRARED),
        (PICTURES["day"], FrameMode.INFRARED, True, FrameMode.INFRARED),
        (PICTURES["day"], FrameMode.THERMAL, True, FrameMode.THERMAL),
        (SPECK, FrameMode.VISIBLE, True, FrameMode.VISIBLE),
        (b"nothing", FrameMode.VISIBLE, True, FrameMode.VISIBLE),
    ],
    ids=["day", "night", "filter out", "infrared", "thermal", "speck", "damaged"],
)
def test_the_picture_says_what_the_configuration_cannot(
    desk_rig: DeskRig, *, jpeg: bytes, configured: FrameMode, dark: bool, seen: FrameMode
) -> None:
    sighting = desk_rig.sighting(flame())
    frame = replace(sighting.frame, jpeg=jpeg, mode=configured)
    assert is_dark(replace(sighting, frame=frame)) is dark
    assert mode_seen(frame) is seen


def test_an_alert_says_infrared_when_its_camera_had_no_colour(desk_rig: DeskRig) -> None:
    desk_rig.see(flame(), kind="infrared")
    assert desk_rig.working[0].draft.mode is FrameMode.INFRARED
