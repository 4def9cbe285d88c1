"""Tests against real servers from Debian's packages: ``./run servers``."""

import os

import pytest
from coded_video import coded, write_annex_b
from rtsp_rig import PACKAGES, why_no_server


@pytest.fixture(scope="session")
def gstreamer() -> None:
    trouble = why_no_server()
    if trouble and os.environ.get("CI"):
        pytest.fail(f"CI must install {PACKAGES}: {trouble}")
    if trouble:
        pytest.skip(f"needs GStreamer (apt-get install {PACKAGES}): {trouble}")


@pytest.fixture(scope="session")
def videos(gstreamer: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:  # noqa: ARG001
    """Files by name; a key frame each second where nothing else is said."""
    folder = tmp_path_factory.mktemp("videos")
    made = {
        "h264": coded("h264", 100, 25, size=(320, 180), delimiters=True),
        "h265": coded("h265", 100, 25, size=(320, 180), delimiters=True),
        "other": coded("h264", 100, 25, size=(192, 108), delimiters=True),
        "slices": coded("h264", 100, 25, size=(320, 180), slices=4, delimiters=True),
        "long": coded("h264", 500, 500, size=(320, 180), delimiters=True),
    }
    return {
        name: write_annex_b(folder, f"{name}.{'h265' if name == 'h265' else 'h264'}", units)
        for name, units in made.items()
    }
