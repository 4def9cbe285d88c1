"""What picture codecs print to the process's error stream, taken as a value instead of a leak.

libjpeg and libpng, as OpenCV carries them, tell of damage only by ``fprintf(stderr, ...)``; the
call itself returns a half-grey picture as if nothing were wrong. Their words are therefore read,
both to keep a terminal clean and to refuse the picture.

The stream is the whole process's. So that threads may decode side by side, all that are at it share
one capture: while no codec says anything, every one of them knows that its own picture is whole.
Only where words came while others were at work is it open whose they are, and the picture has to
be decoded once more alone. Every line that is not a codec's goes on to the real stream: nothing of
another thread's log is lost.
"""

import errno
import fcntl
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import cv2

__all__ = ["CodecWords", "codec_words"]

STDERR = 2
FULL_BYTES = 2**16
"""From this size on a capture is ended before anybody joins it: it must not grow for ever."""
_CODEC_LINE = re.compile(
    rb"^(libpng (error|warning)|Corrupt JPEG data|Premature end of JPEG|Inconsistent progression"
    rb"|Invalid SOS parameters|Unknown Adobe color|Warning: unknown JFIF|Invalid component ID"
    rb"|Unsupported marker type|Bogus |\[ ?(WARN|ERROR| INFO)\b)"
)


class CodecWords:
    """Filled when the block ends.

    Attributes:
        lines: what codecs printed meanwhile, one entry a line, without line ends.
        certain: whether nobody else was decoding, so that the lines are about this picture.
    """

    def __init__(self) -> None:
        self.lines: tuple[str, ...] = ()
        self.certain = True


@dataclass(frozen=True, slots=True)
class _Visit:
    """One block: its number, how much had been printed before it, whether others were inside."""

    entry: int
    began: int
    joined: bool


class _Capture:
    """The error stream held back while at least one thread is inside."""

    def __init__(self) -> None:
        self._door = threading.Condition()
        self._inside = 0
        self._entries = 0
        self._wish_to_be_alone = 0
        self._alone = False
        self._held = -1
        self._real: int | None = None
        self._level = 0
        self._given_back = 0

    def enter(self, *, alone: bool) -> _Visit:
        """Begin."""
        with self._door:
            self._wish_to_be_alone += alone
            try:
                # Those who wish to be alone go first, or a busy watch would never let them in.
                self._door.wait_for(lambda: self._inside == 0 if alone else self._is_open())
            finally:
                self._wish_to_be_alone -= alone
            if self._inside == 0:
                self._open()
            self._alone = alone
            self._inside += 1
            self._entries += 1
            return _Visit(self._entries, self._size(), self._inside > 1)

    def leave(self, visit: _Visit, words: CodecWords) -> None:
        """End; tells what was printed meanwhile."""
        with self._door:
            text = os.pread(self._held, self._size() - visit.began, visit.began)
            words.lines = tuple(
                line.decode(errors="replace").rstrip()
                for line in text.splitlines(keepends=True)
                if _CODEC_LINE.match(line)
            )
            words.certain = not visit.joined and self._entries == visit.entry
            self._inside -= 1
            if self._inside == 0:
                self._close()
                self._alone = False
            else:
                self._give_back(whole_lines=True)
            self._door.notify_all()

    def _is_open(self) -> bool:
        if self._alone or self._wish_to_be_alone > 0:
            return False
        return self._inside == 0 or self._size() < FULL_BYTES

    def _open(self) -> None:
        self._real = _duplicate(STDERR)
        self._held = os.memfd_create("codec-words", os.MFD_CLOEXEC)
        if self._held == STDERR:  # the number of a closed stream is given away again
            self._held = os.dup(STDERR)
        # Two that write to such a file at once start at the same place, and one overwrites the
        # other (8 times in 3,000); at its end they do not.
        fcntl.fcntl(self._held, fcntl.F_SETFL, os.O_APPEND)
        self._given_back = 0
        os.dup2(self._held, STDERR)
        self._level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

    def _close(self) -> None:
        self._give_back(whole_lines=False)
        if self._real is None:
            os.close(STDERR)
        else:
            os.dup2(self._real, STDERR)
            os.close(self._real)
        os.close(self._held)
        cv2.utils.logging.setLogLevel(self._level)

    def _size(self) -> int:
        return os.fstat(self._held).st_size

    def _give_back(self, *, whole_lines: bool) -> None:
        """Write what other threads printed to the real stream."""
        text = os.pread(self._held, self._size() - self._given_back, self._given_back)
        if whole_lines:
            text = text[: text.rfind(b"\n") + 1]
        self._given_back += len(text)
        for line in text.splitlines(keepends=True):
            if self._real is not None and not _CODEC_LINE.match(line):
                # A closed or full stream must not turn a good picture into an error.
                with suppress(OSError):
                    os.write(self._real, line)


def _duplicate(descriptor: int) -> int | None:
    """A second descriptor of the same stream; None when a daemon has closed it."""
    try:
        return os.dup(descriptor)
    except OSError as error:
        if error.errno != errno.EBADF:
            raise  # no descriptor is left: the stream is there and must not be taken for closed
        return None


_capture = _Capture()


@contextmanager
def codec_words(*, alone: bool = False) -> Iterator[CodecWords]:
    """Take what codecs print while the block runs.

    Args:
        alone: let nobody else decode meanwhile, so that the words are certain.

    Yields:
        An object whose attributes are set once the block has been left.
    """
    words = CodecWords()
    visit = _capture.enter(alone=alone)
    try:
        yield words
    finally:
        _capture.leave(visit, words)
