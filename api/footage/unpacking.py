"""Pictures out of a zip that somebody handed in: those of one folder, within bounds.

Names are taken without their folders, so that none leads elsewhere. What a zip says of sizes is
not believed: what is written is counted.
"""

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO, Final

from api.footage.shelf import BLOCK_BYTES, MOST_BYTES, plain_name
from models.errors import InputRefused

__all__ = ["MOST_PICTURES", "unpack"]

MOST_PICTURES: Final = 50_000
MOST_PICTURE_BYTES: Final = 200_000_000
MOST_DIRECTORY_BYTES: Final = 400 * MOST_PICTURES
_TAIL_BYTES: Final = 66_000  # the end of a zip, with the longest comment
_IN_THE_64: Final = 0xFFFFFFFF  # what is told of it stands in the record of ZIP64
_BESIDE: Final = frozenset({"__MACOSX", "Thumbs.db", ".DS_Store"})
_TRUTH: Final = ".truth.json"


def unpack(
    path: Path, out: Path, *, name: str, check_room: Callable[[int], None], rest: Callable[[], None]
) -> int:
    """Unpack the pictures of a zip.

    Args:
        path: of the zip.
        out: an empty folder.
        name: of the zip, for messages.
        check_room: refuses so many more bytes when the disk has no room for them.
        rest: called between pictures; may raise to end it.

    Returns:
        How many files were unpacked.

    Raises:
        InputRefused: it is damaged or locked (``footage_zip``), holds pictures of several folders
            or of one name (``footage_zip_folders``), or too much (``footage_size``).
    """
    _check_directory(path, name)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _wanted(archive, name)
            check_room(min(MOST_BYTES, sum(one.file_size for one in entries)))
            left = MOST_BYTES
            for entry in entries:
                rest()
                target = out / plain_name(PurePosixPath(entry.filename).name)
                with archive.open(entry) as source, target.open("wb") as file:
                    left -= _copied(source, file, min(left, MOST_PICTURE_BYTES), name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputRefused(
            f"{name} is a damaged or locked zip: {error}.",
            remedy="Pack the pictures again, without a password.",
            code="footage_zip",
        ) from error
    return len(entries)


def _check_directory(path: Path, name: str) -> None:
    """A list of files that fills the memory is refused before it is read.

    Source: APPNOTE.TXT of PKWARE, 4.3.14 to 4.3.16.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read(_TAIL_BYTES)
        at = tail.rfind(b"PK\x05\x06")
        listed = int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else 0
        locator = tail.rfind(b"PK\x06\x07", 0, max(at, 0))
        if listed == _IN_THE_64 and locator >= 0:
            file.seek(min(size, int.from_bytes(tail[locator + 8 : locator + 16], "little")))
            listed = int.from_bytes(file.read(56)[40:48], "little")
    if listed > MOST_DIRECTORY_BYTES:
        raise InputRefused(
            f"{name} lists more files than are taken.",
            remedy="Pack the pictures of one recording, in parts if need be.",
            code="footage_size",
        )


def _wanted(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    entries = [one for one in archive.infolist() if not one.is_dir() and not _is_beside(one)]
    if not 1 <= len(entries) <= MOST_PICTURES:
        raise InputRefused(
            f"{name} holds {len(entries)} files; 1 to {MOST_PICTURES} are taken.",
            remedy="Pack the pictures of one recording, in parts if need be.",
            code="footage_size",
        )
    paths = [PurePosixPath(one.filename.replace("\\", "/")) for one in entries]
    if len({one.parent for one in paths}) > 1 or len({plain_name(one.name) for one in paths}) < len(
        paths
    ):
        raise InputRefused(
            f"{name} holds files of several folders, or two of one name.",
            remedy="A recording is the pictures of one folder: pack each by itself.",
            code="footage_zip_folders",
        )
    return entries


def _is_beside(entry: zipfile.ZipInfo) -> bool:
    """What systems put into zips by themselves, and truths, which are handed in by themselves."""
    parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
    if not parts or not _BESIDE.isdisjoint(parts):
        return True
    return parts[-1].startswith(".") or parts[-1].endswith(_TRUTH)


def _copied(source: IO[bytes], file: IO[bytes], most: int, name: str) -> int:
    size = 0
    while block := source.read(BLOCK_BYTES):
        size += len(block)
        if size > most:
            raise InputRefused(
                f"{name} holds more than may be unpacked.",
                remedy="Pack smaller pictures, or fewer.",
                code="footage_size",
            )
        file.write(block)
    return size
