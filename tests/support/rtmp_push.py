"""Pushes a stream by RTMP until it is killed, as a drone's remote control does.

It runs under the system's ``python3``, whose ``gi`` knows GStreamer, and imports nothing of ours.
Arguments: address, Annex B file whose access units begin with a delimiter, pictures a second, and
``sound`` for a tone beside them, which goes on when ``mute`` ends the pictures after so many.
"""

import sys
import threading
import time
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

DELIMITER = b"\0\0\0\1\x09"
AGAIN_S = 0.5


def access_units(path: Path) -> list[bytes]:
    """The stream cut at its delimiters."""
    return [DELIMITER + unit for unit in path.read_bytes().split(DELIMITER)[1:]]


def push(address: str, units: list[bytes], rate_hz: float, sound: bool, most: int) -> None:  # noqa: FBT001
    """Once, until the receiver hangs up."""
    tone = "audiotestsrc is-live=true ! audio/x-raw,rate=8000,channels=1 ! mulawenc ! mux. "
    pipeline = Gst.parse_launch(
        "appsrc name=src is-live=true format=time "
        "caps=video/x-h264,stream-format=byte-stream,alignment=au ! h264parse ! mux. "
        f"{tone if sound else ''}"
        f"flvmux name=mux streamable=true ! rtmp2sink location={address}"
    )
    source, bus, over = pipeline.get_by_name("src"), pipeline.get_bus(), threading.Event()

    def feed() -> None:
        began_s, number = time.monotonic(), 0
        while not over.is_set() and number < most:
            over.wait(max(0.0, began_s + number / rate_hz - time.monotonic()))
            buffer = Gst.Buffer.new_wrapped(units[number % len(units)])
            buffer.pts = buffer.dts = int(number / rate_hz * Gst.SECOND)
            buffer.duration = int(Gst.SECOND / rate_hz)
            if source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
                return
            number += 1

    pipeline.set_state(Gst.State.PLAYING)
    threading.Thread(target=feed, daemon=True).start()
    bus.timed_pop_filtered(Gst.CLOCK_TIME_NONE, Gst.MessageType.ERROR | Gst.MessageType.EOS)
    over.set()
    pipeline.set_state(Gst.State.NULL)


def main() -> None:
    """Again and again: whoever listens may come later."""
    Gst.init(None)
    address, path, rate_hz, *more = sys.argv[1:]
    most = int(more[1]) if len(more) > 1 else 10**9
    while True:
        push(address, access_units(Path(path)), float(rate_hz), "sound" in more, most)
        time.sleep(AGAIN_S)


main()
