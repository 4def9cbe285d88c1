"""A camera's link: its cadence is bounded, and its credentials never print."""

import pytest

from models.camera_link import Adapter, CameraLink, Credential


@pytest.mark.parametrize("every_s", [0.0, -1.0, 3601.0, float("nan"), float("inf")])
def test_a_cadence_that_cannot_be_kept_is_refused(every_s: float) -> None:
    with pytest.raises(ValueError, match="every_s"):
        CameraLink(Adapter.RTSP, "rtsp://10.0.0.1/live", every_s=every_s)


def test_a_possible_cadence_is_taken() -> None:
    assert CameraLink(Adapter.RTSP, "rtsp://10.0.0.1/live", every_s=0.04).every_s == 0.04


def test_a_credential_does_not_print() -> None:
    assert "monitor" not in repr(Credential("monitor", "p@ss#w/o:rd?1"))
    assert "p@ss" not in f"{Credential('monitor', 'p@ss#w/o:rd?1')}"
