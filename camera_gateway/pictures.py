"""Still pictures from files and cameras, as upright 8-bit colour, or refused with a reason.

A file is judged by its content, never by its name. Damage is refused even where the codec would
paint over it with grey: a half picture scored as a whole one hides a fire.

Depths above 8 bits (thermal TIFF) are stretched from their own smallest to their largest value, so
the grey values of two such pictures cannot be compared. Transparency is dropped.
"""

import re
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from camera_gateway.jpeg_structure import scan_jpeg
from camera_gateway.picture_header import KNOWN_FORMATS, declared_size
from camera_gateway.stderr_capture import codec_words
from models.errors import FrameCorrupt, InputRefused
from models.units import ImageBGR

__all__ = [
    "check_jpeg",
    "decode_jpeg",
    "decode_numbers",
    "eighth_of",
    "encode_jpeg",
    "picture_size",
    "read_picture",
    "small_of",
]

MAX_PIXELS = 100_000_000
JPEG_QUALITY = 92
_FRAME_REMEDY = "Should this go on, look at the camera's picture settings and at its line."
_LFS_POINTER = b"version https://git-lfs"
_SKIPPED = re.compile(r"Corrupt JPEG data: (\d+) extraneous bytes before marker")
_REDUCED = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}
_DAMAGE = re.compile(r"^(Corrupt JPEG data|Premature end of JPEG|Inconsistent progression)")


def read_picture(path: Path) -> ImageBGR:
    """Read a still picture file.

    Args:
        path: a file in any format of :data:`picture_header.KNOWN_FORMATS`, whatever its name.

    Returns:
        The picture as shown upright, (height, width, 3) uint8, blue green red.

    Raises:
        InputRefused: with a code ``file_missing``, ``file_is_folder``, ``file_unreadable``,
            ``file_empty``, ``git_lfs_pointer``, ``not_a_picture``, ``picture_damaged`` or
            ``picture_too_large``.
    """
    data = _read_bytes(path)
    if data.startswith(_LFS_POINTER):
        raise InputRefused(
            f"{path} is a Git LFS pointer, not a picture.",
            remedy="Fetch the file itself with 'git lfs pull'.",
            code="git_lfs_pointer",
        )
    try:
        size = declared_size(data)
    except ValueError as error:
        raise _damaged(path, str(error)) from error
    if size is None:
        raise InputRefused(
            f"{path} is not a picture.", remedy=f"Give {KNOWN_FORMATS}.", code="not_a_picture"
        )
    if size[0] * size[1] > MAX_PIXELS:
        raise InputRefused(
            f"{path} declares {size[0]} x {size[1]} pixels, more than 100 million.",
            remedy="Scale it down or cut it into tiles.",
            code="picture_too_large",
        )
    try:
        return _decode(data, cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH, _stray_bytes(data))
    except ValueError as error:
        raise _damaged(path, str(error)) from error


def decode_jpeg(data: bytes, name: str, *, reduction: int = 1) -> ImageBGR:
    """Decode a camera's JPEG.

    Args:
        data: the file; bytes behind its end marker are ignored.
        name: of the frame or camera, for the message.
        reduction: 1, 2, 4 or 8; each side is divided by it and rounded up, by leaving out fine
            frequencies. The coded bytes are read to their end all the same, so that damage shows.

    Returns:
        The picture as shown upright, (height, width, 3) uint8, blue green red.

    Raises:
        FrameCorrupt: it is no JPEG, is cut short, is damaged inside, or has more than 100 million
            pixels.
    """
    return _decode_strictly(data, name, _REDUCED[reduction])


def check_jpeg(data: bytes, name: str) -> ImageBGR:
    """Prove that :func:`decode_jpeg` would accept the file, at about half its cost.

    Returns:
        The picture at an eighth of its size, for whoever judges it.

    Raises:
        FrameCorrupt: as there.
    """
    return _decode_strictly(data, name, _REDUCED[8])


def decode_numbers(data: bytes, *, most_px: int) -> NDArray[np.generic]:
    """Decode a picture to the numbers that its file has, in their own type.

    Args:
        data: a file in any format of :data:`picture_header.KNOWN_FORMATS`.
        most_px: larger ones are not decoded.

    Returns:
        (height, width) or (height, width, channels), as shown upright.

    Raises:
        ValueError: it is no picture, is damaged, or is larger.
    """
    size = declared_size(data)
    if size is None:
        raise ValueError(f"it is none of {KNOWN_FORMATS}")
    if size[0] * size[1] > most_px:
        raise ValueError(f"it declares {size[0]} x {size[1]} pixels, more than {most_px}")
    return _decode_numbers(data, cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH, _stray_bytes(data))


def encode_jpeg(image: ImageBGR, quality: int = JPEG_QUALITY) -> bytes:
    """Write a picture as JPEG.

    Args:
        image: (height, width, 3) uint8, sides 1 to 65,535 pixels.
        quality: 1 to 100.

    Raises:
        ValueError: the array is no such picture.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"not an 8-bit colour picture: {image.dtype} {image.shape}")
    if not all(1 <= side <= 0xFFFF for side in image.shape[:2]):
        raise ValueError(f"no JPEG holds {image.shape[1]} x {image.shape[0]} pixels")
    _done, coded = cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, quality))
    return coded.tobytes()


def small_of(image: ImageBGR) -> ImageBGR:
    """The picture at an eighth of its size, sides rounded up, as :func:`check_jpeg` gives it."""
    return eighth_of(image, image.shape[1], image.shape[0])


def eighth_of(image: ImageBGR, width_px: int, height_px: int) -> ImageBGR:
    """The same from an image that was reduced already, of a picture of that size."""
    size = (-(-width_px // 8), -(-height_px // 8))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def picture_size(data: bytes) -> tuple[int, int]:
    """Size of a JPEG as shown upright, from its markers alone.

    Returns:
        (width_px, height_px).

    Raises:
        FrameCorrupt: it is no whole JPEG, or has more than 100 million pixels.
    """
    try:
        header = scan_jpeg(data)
        _check_pixels(header.width_px, header.height_px)
    except ValueError as error:
        raise FrameCorrupt(f"The picture cannot be used: {error}.", remedy=_FRAME_REMEDY) from error
    return header.upright_size_px


def _read_bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputRefused(
            f"{path} does not exist.", remedy="Check the path.", code="file_missing"
        ) from error
    except IsADirectoryError as error:
        raise InputRefused(
            f"{path} is a folder.", remedy="Name a picture inside it.", code="file_is_folder"
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputRefused(
            f"{path} cannot be read: {reason}.",
            remedy="Check its permissions and the disk.",
            code="file_unreadable",
        ) from error
    if not data:
        raise InputRefused(f"{path} is empty.", remedy="Copy it again.", code="file_empty")
    return data


def _damaged(path: Path, reason: str) -> InputRefused:
    return InputRefused(
        f"{path} is a damaged picture: {reason}.",
        remedy="Copy it again or leave it out.",
        code="picture_damaged",
    )


def _decode_strictly(data: bytes, name: str, flags: int) -> ImageBGR:
    try:
        header = scan_jpeg(data)
        _check_pixels(header.width_px, header.height_px)
        return _decode(data[: header.end], flags, header.stray_bytes)
    except ValueError as error:
        raise FrameCorrupt(
            f"The picture of {name} cannot be used: {error}.", remedy=_FRAME_REMEDY
        ) from error


def _check_pixels(width_px: int, height_px: int) -> None:
    if width_px * height_px > MAX_PIXELS:
        raise ValueError(f"it declares {width_px} x {height_px} pixels, more than 100 million")


def _stray_bytes(data: bytes) -> int:
    """Bytes in front of a JPEG's first scan that belong to no segment; 0 in other formats."""
    return scan_jpeg(data).stray_bytes if data.startswith(b"\xff\xd8\xff") else 0


def _harmless(line: str, stray_bytes: int) -> bool:
    """Whether the words speak of rubbish between the tables, which costs no pixel."""
    skipped = _SKIPPED.match(line)
    return skipped is not None and int(skipped[1]) <= stray_bytes


def _decode(data: bytes, flags: int, stray_bytes: int) -> ImageBGR:
    """Decode to eight bits a channel.

    Raises:
        ValueError: as of :func:`_decode_numbers`.
    """
    return _to_eight_bits(_decode_numbers(data, flags, stray_bytes))


def _decode_numbers(data: bytes, flags: int, stray_bytes: int) -> NDArray[np.generic]:
    """Decode, listening to what the codec says on the way.

    Raises:
        ValueError: the codec gave up or complained of damage.
    """
    for alone in (False, True):
        with codec_words(alone=alone) as words:
            try:
                image = _decode_any(np.frombuffer(data, np.uint8), flags)
            except cv2.error:
                image = None
        # Words that came while other threads decoded may be about their pictures.
        if words.certain or not words.lines:
            break
    for line in words.lines:
        if _DAMAGE.match(line) and not _harmless(line, stray_bytes):
            raise ValueError(f"the decoder says '{line}'")
    if image is None:
        raise ValueError("it cannot be decoded to its end")
    return image


def _decode_any(data: NDArray[np.uint8], flags: int) -> NDArray[np.generic] | None:
    """Decode as asked; single-channel floating-point TIFF comes only to those who ask for it raw.

    The stubs promise an array; the library returns None for what it cannot decode.
    """
    image: NDArray[np.generic] | None = cv2.imdecode(data, flags)
    if image is None and flags & cv2.IMREAD_ANYDEPTH:
        image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
        if image is not None:
            image = np.repeat(np.atleast_3d(image)[:, :, :1], 3, axis=2)
    return image


def _to_eight_bits(image: NDArray[np.generic]) -> ImageBGR:
    if image.dtype == np.uint8:
        return image.astype(np.uint8, copy=False)
    values = image.astype(np.float64)
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    if high <= low:
        return np.zeros(image.shape, np.uint8)
    # A dead pixel of a float picture is not a number: it becomes the darkest value.
    values = np.where(np.isfinite(values), values, low)
    return np.rint((values - low) * (255.0 / (high - low))).astype(np.uint8)
