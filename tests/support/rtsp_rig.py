"""Starts ``rtsp_server`` and switches its faults.

Run as a script it says whether the server can run here, and with ``packages`` what it needs.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

from camera_process import CameraProcess

__all__ = ["PACKAGES", "RtspServer", "Wish", "what_to_install", "why_no_server"]

PACKAGES = (
    "python3-gi gir1.2-gst-rtsp-server-1.0 gir1.2-gst-plugins-base-1.0 "
    "gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad iproute2"
)
PYTHON = "/usr/bin/python3"  # Debian's own: only that one sees Debian's gi
_SCRIPT = Path(__file__).with_name("rtsp_server.py")
_QUESTION = """
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
missing = [name for name in ("appsrc", "h264parse", "h265parse", "rtph264pay", "rtph265pay")
           if Gst.ElementFactory.find(name) is None]
raise SystemExit(f"no element {missing}" if missing else 0)
"""


def why_no_server() -> str:
    """Why the server cannot run here; empty when it can."""
    if shutil.which("ip") is None:  # some tests lay a cable between two networks
        return "no command ip"
    try:
        asked = subprocess.run(  # noqa: S603 - our own question
            [PYTHON, "-c", _QUESTION], capture_output=True, text=True, check=False, timeout=60
        )
    except OSError as error:
        return str(error)
    if asked.returncode == 0:
        return ""
    return (asked.stderr.strip().splitlines() or ["no answer"])[-1]


@dataclass
class Wish:
    """What is served.

    Attributes:
        mounts: streams by path; the second stream of a path is there for ``/other``.
        rate_hz: frames a second.
        user: to be asked for; None asks for nobody.
        password: of the user.
        digest: instead of Basic.
        carries: ``tcp``, ``udp`` or ``both``.
        shared: all clients of a path see the same stream and join it where it is; otherwise each
            has its own, from the first key frame on.
        port: 0 takes any.
    """

    mounts: dict[str, list[str]]
    rate_hz: float = 25.0
    user: str | None = None
    password: str = field(default="", repr=False)
    digest: bool = False
    carries: str = "both"
    shared: bool = True
    port: int = 0


def what_to_install() -> str:
    """Why a benchmark cannot start the server and what to do about it; empty when it can."""
    trouble = why_no_server()
    if not trouble:
        return ""
    return (
        f"run: the cameras of this benchmark need GStreamer. As root: apt-get install {PACKAGES} "
        f"({trouble})"
    )


class RtspServer(CameraProcess):
    """A running server; it ends with the ``with`` block. Faults: see ``rtsp_server``."""

    def __init__(self, wish: Wish) -> None:
        super().__init__([PYTHON, _SCRIPT], asdict(wish))

    def address(self, path: str = "/cam") -> str:
        """Of one mount, without credentials."""
        return f"rtsp://127.0.0.1:{self.port}{path}"

    def cpu_s(self) -> float:
        """Processor seconds that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    if sys.argv[1:] == ["packages"]:
        sys.stdout.write(PACKAGES + "\n")
    elif trouble := why_no_server():
        sys.exit(trouble)
