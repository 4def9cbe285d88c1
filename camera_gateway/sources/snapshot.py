"""A camera that gives one JPEG for one question.

It is asked at a steady cadence; a question that takes too long costs its own turn and shifts no
other. What comes is judged by its content: a page that says "busy" with the status 200 is no
picture. The same picture twice is handed on, with the time at which it first came: what it means is
the gateway's to say.
"""

import asyncio
import math
from concurrent.futures import Executor
from datetime import timedelta

from camera_gateway.http_client import CameraHttp
from camera_gateway.http_limits import HttpLimits
from camera_gateway.http_times import CaptureTimes, date_of
from camera_gateway.pictures import check_jpeg
from camera_gateway.source import RawFrame
from models.camera_link import CameraLink, Credential
from models.clock import Clock
from models.errors import FrameCorrupt
from models.frame import FrameMode, Provenance

__all__ = ["Cadence", "SnapshotSource"]

_JPEG_MARK = b"\xff\xd8"


class Cadence:
    """Turns at whole multiples of a period, on a clock that drifts for nobody.

    Args:
        clock: measures and waits.
        every_s: the period, > 0.
    """

    def __init__(self, clock: Clock, every_s: float) -> None:
        self._clock = clock
        self._every_s = every_s
        self._first_s: float | None = None
        self._turn = 0

    async def wait(self) -> None:
        """Return when the next turn is due; turns that have been missed are left out."""
        now_s = self._clock.monotonic_s()
        if self._first_s is None:
            self._first_s = now_s
            return
        # The turn that is running now may still be taken when nobody has taken it.
        running = math.floor((now_s - self._first_s) / self._every_s)
        turn = max(self._turn + 1, running)
        await self._clock.sleep(self._first_s + turn * self._every_s - now_s)
        # Only a completed wait counts: a cancelled one leaves the turn to the next caller.
        self._turn = turn


class SnapshotSource:
    """Pictures asked for one by one over HTTP.

    Args:
        link: address and cadence.
        credential: None when the camera asks for none.
        clock: measures, waits and stamps.
        limits: how long and how large an answer may be.
        pool: where pictures are checked; the event loop's own when left out.

    Raises:
        SourceRefused: the address is not one of HTTP.
    """

    def __init__(
        self,
        link: CameraLink,
        credential: Credential | None,
        clock: Clock,
        *,
        limits: HttpLimits | None = None,
        pool: Executor | None = None,
    ) -> None:
        self._http = CameraHttp(link.address, credential, limits or HttpLimits(), clock)
        self._cadence = Cadence(clock, link.every_s)
        self._mode = link.mode or FrameMode.VISIBLE
        self._pool = pool
        self._times = CaptureTimes()

    async def read(self) -> RawFrame:
        """Wait for the next turn and ask.

        Raises:
            SourceUnavailable: the camera does not answer, or not in time.
            SourceRefused: it does not take the credential or has no such address.
            FrameCorrupt: what came is no whole JPEG.
        """
        await self._cadence.wait()
        answer, body = await self._http.fetch()
        if not body.startswith(_JPEG_MARK):
            kind = "nothing" if not body else _kind_of(body)
            raise FrameCorrupt(
                f"The camera at {self._http.shown} sends {kind} instead of a picture.",
                remedy="Open the address in a browser and see what it shows.",
                code="camera_no_picture",
            )
        small = await asyncio.get_running_loop().run_in_executor(
            self._pool, check_jpeg, body, self._http.shown
        )
        # Made somewhere between the question and the first word of the answer.
        half_s = answer.round_trip_s / 2.0
        time = self._times.of(
            body,
            begun_at=answer.answered_at - timedelta(seconds=half_s),
            doubt_s=half_s,
            told_at=date_of(answer.response.headers.get("date")),
        )
        return RawFrame(
            body,
            time.at,
            time.source,
            self._mode,
            Provenance.LIVE,
            captured_doubt_s=time.doubt_s,
            small=small,
        )

    async def close(self) -> None:
        """Let go of the connection; a question under way ends as an error."""
        await self._http.close()


def _kind_of(body: bytes) -> str:
    return "a web page" if body.lstrip()[:1] == b"<" else "other data"
