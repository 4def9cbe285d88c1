"""Ask a recording what it is: every frame is decoded, for headers lie.

Of 20 videos of people two claim frames that do not decode, and one claims none at all (measured on
the recorded footage). So a video is read to its end, without turning its frames into pictures, and
a folder picture by picture, within a time that is given.
"""

import os
import time
from array import array
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from camera_gateway.sources.name_times import time_in_name
from camera_gateway.sources.video_claims import claims_of
from camera_gateway.sources.video_frames import iterate_frames
from detector.file_inputs import is_picture
from detector.footage.facts import Claims, FootageFacts, pace_of
from detector.footage.files import sha256_of
from detector.footage.probe_pictures import probe_folder, probe_picture
from models.errors import FrameCorrupt, InputRefused
from models.footage import FootageKind

__all__ = ["MOST_S", "probe"]

MOST_S: Final = 600.0
MOST_FRAMES: Final = 5_000_000
"""Their times take 40 MB of memory; two days at 25 frames a second."""


def probe(
    path: Path, *, most_s: float = MOST_S, now: Callable[[], float] = time.monotonic
) -> FootageFacts:
    """Look at a recording.

    Args:
        path: of a video, a picture, or a folder of pictures of one view.
        most_s: seconds to look at it, by ``now``; what is known by then is told.
        now: a clock in seconds that never goes back.

    Raises:
        InputRefused: it is none of these, or nothing of it can be read as one.
    """
    until_s = now() + most_s

    def is_over() -> bool:
        return now() >= until_s

    if os.path.isdir(path):  # noqa: PTH112  # answers for a path that may not be looked at, too
        return probe_folder(path, is_over)
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113  # likewise
        raise InputRefused(
            f"{path} is neither a file nor a folder.",  # reading a pipe may never end
            remedy="Name a picture, a video or a folder of pictures.",
            code="file_unreadable",
        )
    if is_picture(path):
        return probe_picture(path)
    try:
        return _video(path, is_over)
    except InputRefused as error:
        if error.code != "not_a_video":
            raise
        raise InputRefused(
            f"{path} is neither a picture nor a video that can be read.",
            remedy="Give a whole JPEG, PNG, TIFF, WebP, MP4, MOV, MKV, AVI or TS file.",
            code="not_a_picture_or_video",
        ) from error


def _video(path: Path, is_over: Callable[[], bool]) -> FootageFacts:
    times = array("d")
    sizes: set[tuple[int, int]] = set()
    turned_deg, size_px, damage, is_complete = 0, (0, 0), "", True
    try:
        with closing(iterate_frames(path)) as frames:
            for time_s, frame in frames:
                times.append(time_s)
                turned = -round(frame.rotation) % 360
                stored = (frame.width, frame.height)
                shown = stored[::-1] if turned in {90, 270} else stored
                if len(times) == 1:
                    size_px, turned_deg = shown, turned
                sizes.add(shown)
                if is_over() or len(times) >= MOST_FRAMES:
                    is_complete = False
                    break
    except FrameCorrupt as error:
        damage = error.message
    told = claims_of(path)
    named = time_in_name(path.name)
    return FootageFacts(
        FootageKind.VIDEO,
        told.codec,
        size_px,
        len(times),
        sha256_of(path),
        path.stat().st_size,
        other_sizes=len(sizes) > 1,
        turned_deg=turned_deg,
        damaged=1 if damage else 0,
        damage=damage,
        last_s=times[-1] if times else 0.0,
        pace=pace_of(times),
        claims=Claims(told.frames, told.fps, told.duration_s),
        starts_at=named or told.made_at,
        start_told_by="name" if named else "container" if told.made_at else "",
        is_complete=is_complete,
    )
