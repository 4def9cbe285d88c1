"""Ask a picture, or a folder of pictures of one view, what it is: each is decoded."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from camera_gateway.exif_time import exif_moment
from camera_gateway.jpeg_structure import scan_jpeg
from camera_gateway.pictures import read_picture
from camera_gateway.sources.name_times import time_in_name
from detector.evaluate.footage import PictureSequence, find_recordings
from detector.footage.facts import FootageFacts, pace_of
from detector.footage.files import sha256_of
from models.errors import InputRefused
from models.footage import FootageKind

__all__ = ["probe_folder", "probe_picture"]

_DAMAGE: Final = frozenset({"picture_damaged", "picture_too_large"})
_DAMAGE_AMONG: Final = _DAMAGE | {"file_empty", "file_missing", "git_lfs_pointer", "not_a_picture"}
"""What costs only itself among pictures of a folder."""
_TURNED_DEG: Final = {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}
"""By Exif orientation, mirrored ones like their mirror picture."""
_JPEG: Final = b"\xff\xd8\xff"
_MARKS: Final = (
    (_JPEG, "jpeg"),
    (b"\x89PNG", "png"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"BM", "bmp"),
    (b"GIF8", "gif"),
    (b"\x00\x00\x00\x0cjP", "jpeg2000"),
    (b"RIFF", "webp"),
    (b"P", "pnm"),
)


@dataclass(slots=True)
class _Look:
    """What was seen so far."""

    whole: list[int] = field(default_factory=list)
    sizes: list[tuple[int, int]] = field(default_factory=list)
    codecs: dict[str, None] = field(default_factory=dict)
    turned_deg: int = 0
    damaged: int = 0
    damage: str = ""


def probe_folder(path: Path, is_over: Callable[[], bool]) -> FootageFacts:
    """Look at a folder that holds the pictures of one view.

    Args:
        path: of the folder.
        is_over: whether the time for looking is used up.

    Raises:
        InputRefused: it holds no recording, several, or what cannot be one.
    """
    found = list(find_recordings([path], leave_out=path))
    for one in found:
        if isinstance(one, InputRefused):
            raise one
    sequence = found[0]
    if len(found) != 1 or not isinstance(sequence, PictureSequence):
        raise InputRefused(
            f"{path} holds {len(found)} recordings or a video, not one sequence of pictures.",
            remedy="Name one of its folders, or the video in it.",
            code="several_recordings",
        )
    look, digest, size_bytes, seen = _Look(), hashlib.sha256(), 0, 0
    for _, picture in sequence.pictures:
        if seen > 0 and is_over():
            break
        _look_at(picture, seen, look, _DAMAGE_AMONG)
        seen += 1
        size_bytes += picture.stat().st_size if picture.is_file() else 0
        content = sha256_of(picture) if picture.is_file() else ""
        line = f"{picture.name}\0{content}\n"
        digest.update(line.encode("utf-8", "surrogateescape"))
    times = sequence.times_s()
    return _facts(
        look,
        [times[index] for index in look.whole],
        sha256=digest.hexdigest(),
        size_bytes=size_bytes,
        start=(sequence.pictures[0][0], "name"),
        is_complete=seen == len(sequence.pictures),
    )


def probe_picture(path: Path) -> FootageFacts:
    """Look at a single picture.

    Raises:
        InputRefused: it is none, or cannot be read.
    """
    look = _Look()
    _look_at(path, 0, look, _DAMAGE)
    return _facts(
        look,
        [0.0 for _ in look.whole],
        sha256=sha256_of(path),
        size_bytes=path.stat().st_size,
        start=_start_of(path),
        is_complete=True,
    )


def _facts(
    look: _Look,
    at_s: Sequence[float],
    *,
    sha256: str,
    size_bytes: int,
    start: tuple[datetime | None, str],
    is_complete: bool,
) -> FootageFacts:
    return FootageFacts(
        FootageKind.PICTURES,
        "+".join(look.codecs),
        look.sizes[0] if look.sizes else (0, 0),
        len(look.whole),
        sha256,
        size_bytes,
        other_sizes=len(set(look.sizes)) > 1,
        turned_deg=look.turned_deg,
        damaged=look.damaged,
        damage=look.damage,
        first_s=at_s[0] if at_s else 0.0,
        last_s=at_s[-1] if at_s else 0.0,
        pace=pace_of(at_s),
        starts_at=start[0],
        start_told_by=start[1],
        is_complete=is_complete,
    )


def _look_at(path: Path, index: int, look: _Look, damage: frozenset[str]) -> None:
    """Read one picture; what counts as damage is noted, and all else is refused."""
    try:
        image = read_picture(path)
    except InputRefused as error:
        if error.code not in damage:
            raise
        look.damaged += 1
        look.damage = look.damage or error.message
        return
    data = path.read_bytes()
    if not look.whole and data.startswith(_JPEG):
        look.turned_deg = _TURNED_DEG.get(scan_jpeg(data).orientation, 0)
    look.whole.append(index)
    look.sizes.append((image.shape[1], image.shape[0]))
    look.codecs.setdefault(_codec_of(data))


def _codec_of(data: bytes) -> str:
    return next((name for mark, name in _MARKS if data.startswith(mark)), "avif")


def _start_of(path: Path) -> tuple[datetime | None, str]:
    """When a picture was taken; a time in Exif without its offset tells nothing."""
    named = time_in_name(path.name)
    if named is not None:
        return named, "name"
    told = exif_moment(path.read_bytes(), None)
    return (told[0].astimezone(UTC), "exif") if told is not None else (None, "")
