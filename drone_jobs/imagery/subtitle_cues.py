"""The cues of a subtitle file: when each is shown, and its text; what the text means is not asked.

A cue begins at its line of times. Files exist without one, where a line with a date stands in its
place: their cues are timed by those dates, from the first. Blank lines within a cue are real, so
nothing ends at one. What comes after a file broke off is left out and counted.

Source: SubRip as DJI's cameras write it; there is no standard.
"""

import codecs
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from models.errors import InputRefused

__all__ = ["LARGEST_BYTES", "Cue", "Cues", "local_time", "read_cues"]

LARGEST_BYTES: Final = 64 * 2**20
MOST_CUES: Final = 250_000  # over an hour at 60 pictures a second
LONGEST_TEXT: Final = 4_000  # characters; the longest of a camera has some 500
_CLOCK: Final = r"(\d{1,3}):([0-5]?\d):([0-5]?\d)[,.](\d{1,3})"
_TIMES: Final = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}\s*")
_NUMBER: Final = re.compile(r"\s*\d{1,9}\s*")
_DATE: Final = re.compile(
    r"(?<!\d)(\d{4})[-.](\d{1,2})[-.](\d{1,2}) (\d{1,2}):(\d{1,2}):(\d{1,2})"
    r"(?:[.,](\d{1,3})(?!\d)(?:,(\d{3})(?!\d))?)?"
)


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue.

    Attributes:
        start_s: from the beginning of the video.
        end_s: of the same, not before the start.
        text: without its number and its line of times.
    """

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Cues:
    """All cues of a file.

    Attributes:
        cues: by their start.
        left_out: how many were damaged: an end before the start, or a text without end.
        timed_by_dates: whether the file has no line of times.
    """

    cues: tuple[Cue, ...]
    left_out: int
    timed_by_dates: bool


def read_cues(data: bytes, file_name: str) -> Cues:
    """The cues of a subtitle file.

    Args:
        data: its content, at most 64 MiB.
        file_name: for people.

    Raises:
        InputRefused: it is too large or has too many cues (``subtitles_size``), empty
            (``subtitles_empty``), no text (``subtitles_text``), or holds no cue
            (``subtitles_none``).
    """
    lines = _text(data, file_name).splitlines()
    times = {index: match for index, line in enumerate(lines) if (match := _TIMES.fullmatch(line))}
    starts = list(times)
    by_dates = not starts
    if by_dates:
        starts = [
            index
            for index in range(1, len(lines))
            if _NUMBER.fullmatch(lines[index - 1]) and _DATE.match(lines[index])
        ]
    if not starts:
        raise InputRefused(
            f"{file_name} holds no subtitle: no line of times, and none with a number and a date.",
            remedy="Take the .SRT that the camera wrote beside the video.",
            code="subtitles_none",
        )
    if len(starts) > MOST_CUES:
        raise _too_large(file_name, f"has more than {MOST_CUES} subtitles")
    texts = [
        _body(lines, index if by_dates else index + 1, after)
        for index, after in zip(starts, [*starts[1:], len(lines)], strict=True)
    ]
    spans = _dated(texts) if by_dates else [_span(times[index]) for index in starts]
    cues = [
        Cue(span[0], span[1], text)
        for span, text in zip(spans, texts, strict=True)
        if span is not None and len(text) <= LONGEST_TEXT
    ]
    cues.sort(key=lambda cue: cue.start_s)
    return Cues(tuple(cues), len(starts) - len(cues), by_dates)


def local_time(text: str) -> datetime | None:
    """The first date with a time in a text, as written and without a zone; None without one."""
    match = _DATE.search(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    fraction = (match[7] or "").ljust(3, "0") + (match[8] or "000")
    try:
        return datetime(year, month, day, hour, minute, second, int(fraction))  # noqa: DTZ001
    except ValueError:  # the 31st of June
        return None


def _text(data: bytes, name: str) -> str:
    if len(data) > LARGEST_BYTES:
        raise _too_large(name, f"is larger than {LARGEST_BYTES // 2**20} MiB")
    if not data.strip(b"\0 \r\n\t\xef\xbb\xbf"):
        raise InputRefused(
            f"{name} is empty.",
            remedy="The camera had not written it; look for the drone's log of that flight.",
            code="subtitles_empty",
        )
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        raise InputRefused(
            f"{name} is no text.",
            remedy="Take the .SRT that the camera wrote beside the video.",
            code="subtitles_text",
        )
    # All that is read is ASCII; a sign of degrees in another encoding does no harm.
    return data.decode("utf-8-sig", "replace")


def _too_large(name: str, why: str) -> InputRefused:
    return InputRefused(
        f"{name} {why}.",
        remedy="Give the subtitles of one video; cameras begin a new file every few minutes.",
        code="subtitles_size",
    )


def _body(lines: list[str], start: int, after: int) -> str:
    """The lines of a cue without the number of the next one."""
    body = lines[start:after]
    while body and (not body[-1].strip() or _NUMBER.fullmatch(body[-1])):
        body.pop()
    return "\n".join(body)


def _span(match: "re.Match[str]") -> tuple[float, float] | None:
    first, second = match.groups()[:4], match.groups()[4:]
    start_s, end_s = (
        int(hours) * 3600.0 + int(minutes) * 60.0 + int(seconds) + int(part.ljust(3, "0")) / 1000.0
        for hours, minutes, seconds, part in (first, second)
    )
    return (start_s, end_s) if end_s >= start_s else None


def _dated(texts: list[str]) -> list[tuple[float, float] | None]:
    """Spans from the first date, each to the next one; None before the first and without a date."""
    dates = [local_time(text) for text in texts]
    first = next((date for date in dates if date is not None), None)
    if first is None:
        return [None] * len(texts)
    starts = [None if date is None else (date - first).total_seconds() for date in dates]
    spans: list[tuple[float, float] | None] = []
    step_s = 1.0
    for index, start_s in enumerate(starts):
        if start_s is None or start_s < 0.0:
            spans.append(None)
            continue
        following = starts[index + 1] if index + 1 < len(starts) else None
        if following is not None and 0.0 < following - start_s <= 10.0:
            step_s = following - start_s
        spans.append((start_s, start_s + step_s))
    return spans
