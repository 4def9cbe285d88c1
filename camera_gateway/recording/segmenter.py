"""Decides where one camera's pieces begin and end, and writes them."""

import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import av.error

from camera_gateway.recording.hand_over import BROKEN, ENDED, HandOver
from camera_gateway.recording.parameter_sets import PLAYABLE, ParameterSets, parameter_sets
from camera_gateway.recording.salvage import whole_bytes
from camera_gateway.recording.segment import Segment, part_name, segment_name
from camera_gateway.recording.segment_file import SegmentFile
from camera_gateway.video.tap import CodedPicture, VideoForm

__all__ = ["SEGMENT_S", "Segmenter"]

_logger = logging.getLogger(__name__)

SEGMENT_S: Final = 10.0
"""A piece ends with the first key frame after so long …"""

LONGEST_S: Final = 120.0
LARGEST_BYTES: Final = 256 * 2**20
"""… or, without one, here, and the rest is left out until a key frame comes."""

LONGEST_GAP_S: Final = 3.0
"""So long a silence inside one stream is kept as a picture that stands still; longer ones are a
break."""

LARGEST_WANDER_S: Final = 2.0
USUAL_STEP_S: Final = 0.04
NEVER_TELLS: Final = 50
"""After so many pictures without a decoding time a stream is taken for one that has none."""

RETRY_S: Final = 2.0


@dataclass(slots=True)
class _Open:
    """The piece that is being written; times in ticks."""

    file: SegmentFile
    tick_s: float
    made_at: datetime
    run: str
    number: int
    first_dts: int
    last_dts: int
    step: int


class Segmenter:
    """Writes what one camera's hand-over holds.

    Only the thread that writes may call :meth:`write`.

    Args:
        camera_id: of the camera.
        folder: of its pieces; made with the first.
        sizes: of pictures; shared between cameras.
        closed: told of each piece.
        failed: told of each failure of the disk.

    Attributes:
        hand_over: listens to the camera's tap.
        skipped: pictures left out: before a key frame, without a time, or after a failure.
        is_open: whether a piece is being written.
    """

    def __init__(
        self,
        camera_id: str,
        folder: Path,
        sizes: ParameterSets,
        closed: Callable[[Segment], None],
        failed: Callable[[OSError], None],
    ) -> None:
        self.hand_over = HandOver()
        self.skipped = 0
        self._camera_id = camera_id
        self._folder = folder
        self._sizes = sizes
        self._closed = closed
        self._failed = failed
        self._form: VideoForm | None = None
        self._sets = b""
        self._open: _Open | None = None
        self._untimed: CodedPicture | None = None
        self._run, self._number = "", 0
        self._without_dts = 0
        self._rests_until_s = 0.0

    @property
    def is_open(self) -> bool:
        """Whether a piece is being written."""
        return self._open is not None

    def write(self, now_s: float, *, paused: bool) -> None:
        """Write what has come.

        Args:
            now_s: monotonic.
            paused: the disk takes no more; everything is left out.
        """
        for item in self.hand_over.all():
            if isinstance(item, VideoForm):
                self._end_run()
                self._form, self._untimed, self._sets = item, None, b""
            elif item is ENDED or item is BROKEN:
                self._end_run()
                self._untimed = None
            elif isinstance(item, CodedPicture):
                if paused or now_s < self._rests_until_s:
                    self._end_run()
                    self.skipped += 1
                else:
                    self._picture(item, now_s)

    def close(self) -> None:
        """End the piece that is being written."""
        self._end_run()

    def _picture(self, picture: CodedPicture, now_s: float) -> None:
        form = self._form
        if form is None or form.codec not in PLAYABLE:
            self.skipped += 1
            return
        try:
            self._add(picture, form)
        except OSError as error:
            self._rests_until_s = now_s + RETRY_S
            self._lose(error)
        except (av.error.FFmpegError, ValueError, OverflowError) as error:
            self._lose(error)

    def _add(self, picture: CodedPicture, form: VideoForm) -> None:
        """Add a picture.

        Raises:
            OSError: the disk takes no more.
            av.error.FFmpegError: the picture cannot be put in.
            ValueError: a time that no file can hold.
        """
        dts = self._dts_of(picture)
        if picture.pts is None or dts is None:
            self._keep_untimed(picture)
            return
        before, self._untimed = self._untimed, None
        if before is not None:
            # A connection's first picture has no time; it was made just before the next one.
            step = max(1, round(USUAL_STEP_S / form.time_base))
            self._timed(before, picture.pts - step, dts - step, form)
        self._timed(picture, picture.pts, dts, form)

    def _dts_of(self, picture: CodedPicture) -> int | None:
        """Its decoding time; of a stream that never tells any, the time at which it is shown."""
        if picture.dts is not None:
            self._without_dts = 0
            return picture.dts
        self._without_dts += 1
        return picture.pts if self._without_dts > NEVER_TELLS else None

    def _keep_untimed(self, picture: CodedPicture) -> None:
        self._end_run()
        if self._untimed is not None:
            self.skipped += 1
        self._untimed = picture if picture.is_key else None
        if not picture.is_key:
            self.skipped += 1

    def _timed(self, picture: CodedPicture, pts: int, dts: int, form: VideoForm) -> None:
        opened = self._open
        if opened is not None:
            since_s = (dts - opened.last_dts) * opened.tick_s
            lasted_s = (dts - opened.first_dts) * opened.tick_s
            if dts <= opened.last_dts or since_s > LONGEST_GAP_S:
                self._end_run()
            elif picture.is_key and (lasted_s >= SEGMENT_S or self._has_new_sets(picture, form)):
                self._next(picture, lasted_s, form)
            elif lasted_s > LONGEST_S or opened.file.size_bytes > LARGEST_BYTES:
                self._end_run()
            else:
                opened.step = dts - opened.last_dts
        if self._open is None and not self._begin(picture, dts, form):
            self.skipped += 1
            return
        opened = self._open
        assert opened is not None  # noqa: S101  # tells mypy
        data = picture.data
        if dts == opened.first_dts and not parameter_sets(form.codec, data):
            data = self._sets + data
        opened.file.write(
            data, max(pts, dts) - opened.first_dts, dts - opened.first_dts, is_key=picture.is_key
        )
        opened.last_dts = dts

    def _next(self, picture: CodedPicture, lasted_s: float, form: VideoForm) -> None:
        """End the piece with this key frame; the run goes on while it is the same video."""
        opened, same = self._open, not self._has_new_sets(picture, form)
        assert opened is not None  # noqa: S101  # tells mypy
        due_at = opened.made_at + timedelta(seconds=lasted_s)
        wandered_s = abs((picture.captured.at - due_at).total_seconds())
        self._end(lasted_s)
        if not same or wandered_s > LARGEST_WANDER_S:
            self._run = ""

    def _begin(self, picture: CodedPicture, dts: int, form: VideoForm) -> bool:
        """Open a piece with a key frame; False when it cannot begin with this picture."""
        if not picture.is_key:
            return False
        sets = parameter_sets(form.codec, picture.data) or self._sets or form.parameters
        size_px = self._sizes.size_of(form.codec, sets, sets + picture.data)
        if size_px is None:
            return False
        self._sets = sets
        if not self._run:
            self._run, self._number = secrets.token_hex(4), 0
        made_at = picture.captured.at
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / part_name(made_at, self._run, self._number)
        file = SegmentFile(path, form.codec, size_px, form.time_base, made_at)
        step = max(1, round(USUAL_STEP_S / form.time_base))
        self._open = _Open(
            file, float(form.time_base), made_at, self._run, self._number, dts, dts, step
        )
        self._number += 1
        return True

    def _has_new_sets(self, picture: CodedPicture, form: VideoForm) -> bool:
        sets = parameter_sets(form.codec, picture.data)
        return bool(sets) and sets != self._sets

    def _end_run(self) -> None:
        """End the piece and its run."""
        opened, form = self._open, self._form
        if opened is not None and form is not None:
            lasted = opened.last_dts - opened.first_dts + opened.step
            try:
                self._end(float(lasted * form.time_base))
            except (OSError, av.error.FFmpegError) as error:
                self._lose(error)
        self._run = ""

    def _end(self, lasted_s: float) -> None:
        opened, self._open = self._open, None
        assert opened is not None  # noqa: S101  # tells mypy
        try:
            opened.file.close()
        except BaseException:
            self._open = opened  # for _lose, which keeps what is whole of it
            raise
        self._name(opened, lasted_s)

    def _name(self, opened: _Open, lasted_s: float) -> None:
        part = opened.file.path
        path = part.with_name(segment_name(opened.made_at, lasted_s, opened.run, opened.number))
        part.rename(path)
        size_bytes = path.stat().st_size
        self._closed(
            Segment(
                self._camera_id,
                opened.made_at,
                lasted_s,
                opened.run,
                opened.number,
                path,
                size_bytes,
            )
        )

    def _lose(self, error: Exception) -> None:
        """Something failed: keep what is whole, go on with the next key frame."""
        # FFmpeg's words can name a file of ours, never an address: nothing was opened by one.
        _logger.warning("camera %s: recording breaks off: %s", self._camera_id, error)
        self.skipped += 1
        opened, self._open, self._run = self._open, None, ""
        if isinstance(error, OSError):
            self._failed(error)
        if opened is None:
            return
        with suppress(OSError, av.error.FFmpegError):
            opened.file.close()
        form = self._form
        with suppress(OSError):
            if form is not None and whole_bytes(opened.file.path):
                lasted = opened.last_dts - opened.first_dts + opened.step
                self._name(opened, float(lasted * form.time_base))
            else:
                opened.file.path.unlink(missing_ok=True)
