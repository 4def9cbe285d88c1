"""What picture codecs print to the process's error stream, taken as a value instead of a leak.

libjpeg and libpng, as OpenCV carries them, tell of damage only by ``fprintf(stderr, ...)``; the
call itself returns a half-grey picture as if nothing were wrong. Their words are therefore read,
both to keep a terminal clean and to refuse the picture.

The stream is the whole process's, so the capture holds a lock, lasts for one decoding, and writes
every line that is not a codec's back to the real stream: nothing of another thread's log is lost.
"""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import cv2

__all__ = ["CodecWords", "codec_words"]

STDERR = 2
_lock = threading.Lock()
_CODEC_LINE = re.compile(
    rb"^(libpng (error|warning)|Corrupt JPEG data|Premature end of JPEG|Inconsistent progression"
    rb"|Invalid SOS parameters|Unknown Adobe color|Warning: unknown JFIF|Invalid component ID"
    rb"|Unsupported marker type|Bogus |\[ ?(WARN|ERROR| INFO)\b)"
)


class CodecWords:
    """Filled when the capture ends.

    Attributes:
        lines: what the codecs printed, one entry a line, without line ends.
    """

    def __init__(self) -> None:
        self.lines: tuple[str, ...] = ()


@contextmanager
def codec_words() -> Iterator[CodecWords]:
    """Take what codecs print while the block runs.

    Yields:
        An object whose ``lines`` are set once the block has been left.
    """
    words = CodecWords()
    with _lock:
        level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
        held = os.memfd_create("codec-words", os.MFD_CLOEXEC)
        real = _duplicate(STDERR)
        os.dup2(held, STDERR)
        try:
            yield words
        finally:
            _restore(real)
            cv2.utils.logging.setLogLevel(level)
            text = os.pread(held, os.fstat(held).st_size, 0)
            os.close(held)
            words.lines = _give_back_foreign(text)


def _duplicate(descriptor: int) -> int | None:
    """A second descriptor of the same stream; None when a daemon has closed it."""
    try:
        return os.dup(descriptor)
    except OSError:
        return None


def _restore(real: int | None) -> None:
    if real is None:
        os.close(STDERR)
    else:
        os.dup2(real, STDERR)
        os.close(real)


def _give_back_foreign(text: bytes) -> tuple[str, ...]:
    """Write lines of other threads to the real stream, return those of the codecs."""
    ours: list[str] = []
    for line in text.splitlines(keepends=True):
        if _CODEC_LINE.match(line):
            ours.append(line.decode(errors="replace").rstrip())
        else:
            # A closed or full stream must not turn a good picture into an error.
            with suppress(OSError):
                os.write(STDERR, line)
    return tuple(ours)
