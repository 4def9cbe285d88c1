"""Settings of live pictures."""

import pytest
from pydantic import ValidationError

from models.config.drone_live import DroneLiveRule

RTSP = "rtsp://10.0.0.5:8554/drone/1"
PUSH = "rtmp://10.0.0.5/live"


def test_nothing_is_read_unless_somebody_says_where() -> None:
    rule = DroneLiveRule()
    assert (rule.live_url, rule.live_listen, rule.live_fov_deg) == ("", False, None)
    assert (rule.live_delay_s, rule.live_delay_sigma_s) == (2.0, 1.0)


@pytest.mark.parametrize(
    "told",
    [
        {"live_url": RTSP, "live_user": "a", "live_password_file": "/etc/x"},
        {"live_url": "rtmp://server.local/live"},
        {"live_url": "rtmp://127.0.0.1:1935/live/a", "live_listen": True},
        {"live_url": "rtmp://[fd00::7]:1935/live/a", "live_listen": True},
        {"live_url": RTSP, "live_push_url": PUSH, "live_video": "80-0-0/normal-0"},
        {"live_url": RTSP, "live_delay_s": 0.0, "live_fov_deg": 62.5},
    ],
)
def test_what_can_be_read(told: dict[str, object]) -> None:
    assert DroneLiveRule.model_validate(told).live_url == told["live_url"]


@pytest.mark.parametrize(
    "told",
    [
        {"live_url": "http://10.0.0.5/1"},
        {"live_url": "file:///etc/passwd"},
        {"live_url": "rtsp://admin:secret@10.0.0.5/1"},
        {"live_url": "rtsp://a b/1"},
        {"live_listen": True},
        {"live_url": RTSP, "live_listen": True},
        {"live_url": "rtmps://10.0.0.5:1935/live", "live_listen": True},
        {"live_url": "rtmp://10.0.0.5/live", "live_listen": True},  # no port
        {"live_url": "rtmp://0.0.0.0:1935/live", "live_listen": True},  # everybody's
        {"live_url": "rtmp://8.8.8.8:1935/live", "live_listen": True},
        {"live_url": "rtmp://name.local:1935/live", "live_listen": True},
        {"live_url": "rtmp://10.0.0.5:99999/live", "live_listen": True},
        {"live_url": RTSP, "live_push_url": PUSH},
        {"live_url": RTSP, "live_video": "80-0-0/normal-0"},
        {"live_push_url": PUSH, "live_video": "80-0-0/normal-0"},
        {"live_url": RTSP, "live_push_url": "http://10.0.0.5/", "live_video": "80-0-0/normal-0"},
        {"live_url": RTSP, "live_push_url": PUSH, "live_video": "#"},
        {"live_url": RTSP, "live_delay_s": 61.0},
        {"live_url": RTSP, "live_delay_sigma_s": 0.0},
        {"live_url": RTSP, "live_fov_deg": 180.0},
    ],
)
def test_what_cannot_be_is_refused(told: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DroneLiveRule.model_validate(told)
