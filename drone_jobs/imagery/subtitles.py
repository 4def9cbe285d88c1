"""DJI's subtitles of a video: a look for each of them, as far as they tell.

What is never concluded: a height from the third number of ``GPS(a,b,c)`` (satellites on one model,
metres on another); above what ``abs_alt`` and ``altitude`` are (133 m below the sea in a garden is
real); the lens from a focal length (a video is cut out of a picture by the camera's choice); the
gimbal from the airframe; a place from the one before it. Most models tell no angle of the gimbal:
their looks have the gap ``ATTITUDE``, and telemetry has to tell it.

Times are local and bear no zone; without a stated one a look has no time.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Final

from drone_jobs.imagery.gaps import with_gaps
from drone_jobs.imagery.local_clock import utc_of_local
from drone_jobs.imagery.look_track import LookTrack
from drone_jobs.imagery.subtitle_cues import Cue, Cues, local_time, read_cues
from drone_jobs.imagery.subtitle_facts import Facts, SubtitleFamily, facts_of
from drone_jobs.imagery.subtitle_order import Box, PairOrder, order_of
from geo.drone import Attitude, Optics, field_of_view, pose_of
from models.errors import InputRefused
from models.flight import AttitudeSource, Look, LookGap

__all__ = ["SubtitleEntry", "Subtitles", "read_subtitles"]

LONGEST_S: Final = 2.5  # between two entries; most files have one a second or one a picture
_UNLABELLED: Final = (SubtitleFamily.TUPLE, SubtitleFamily.LINE)


@dataclass(frozen=True, slots=True)
class SubtitleEntry:
    """One subtitle.

    Attributes:
        start_s: from the beginning of the video.
        end_s: of the same.
        family: how it is written.
        look: what it tells, and its gaps.
        local: capture time as written, without a zone; None when it has none.
        home: longitude and latitude of the place of take-off; None when it is not told.
        absolute_m: height as written; above what, it does not say.
    """

    start_s: float
    end_s: float
    family: SubtitleFamily
    look: Look
    local: datetime | None
    home: tuple[float, float] | None
    absolute_m: float | None


@dataclass(frozen=True, slots=True)
class Subtitles:
    """All of a file.

    Attributes:
        entries: by their start.
        notes: for people, in English: what is odd about the file.
        track: the looks by seconds from the beginning of the video.
    """

    entries: tuple[SubtitleEntry, ...]
    notes: tuple[str, ...]
    track: LookTrack = field(repr=False, compare=False)

    @property
    def home(self) -> tuple[float, float] | None:
        """Longitude and latitude of the place of take-off, of the first entry that has it."""
        return next((each.home for each in self.entries if each.home is not None), None)

    def look_at(self, time_s: float) -> Look:
        """The look at a time of the video; with the gap ``TIME`` where no subtitle is near.

        Args:
            time_s: presentation time from the first frame.
        """
        return self.track.look_at(time_s)


def read_subtitles(
    data: bytes,
    file_name: str,
    *,
    zone: tzinfo | None = None,
    site: Box | None = None,
    stated_fov_deg: float | None = None,
) -> Subtitles:
    """Read a camera's .SRT of any family.

    Args:
        data: its content, at most 64 MiB.
        file_name: for people.
        zone: of the drone's clock; None when nobody says.
        site: west, south, east, north in degrees, where the flight can have been; it tells which of
            two unlabelled numbers is the latitude.
        stated_fov_deg: full horizontal field of view of the picture as the video begins, by a
            person; where the file tells that it was zoomed since, it does not hold.

    Raises:
        InputRefused: it is too large (``subtitles_size``), empty (``subtitles_empty``), no text
            (``subtitles_text``), holds no subtitle (``subtitles_none``), is of no drone
            (``subtitles_foreign``), or the stated field of view is none (``drone_lens``).
    """
    if stated_fov_deg is not None:
        field_of_view(Optics("", None, 0, 0), stated_fov_deg)  # refuses what is no angle
    cues = read_cues(data, file_name)
    facts = [facts_of(cue.text) for cue in cues.cues]
    if all(each.family is SubtitleFamily.FOREIGN for each in facts):
        raise InputRefused(
            f"{file_name} has subtitles, and none of them is of a drone's camera.",
            remedy="Take the .SRT that the camera wrote beside the video.",
            code="subtitles_foreign",
        )
    orders = {
        family: order_of(
            [each for each in facts if each.family in {family, SubtitleFamily.LABELLED}], site
        )
        for family in _UNLABELLED
    }
    began = next((each.focal for each in facts if each.focal != (None, None)), (None, None))
    entries = tuple(
        _entry(
            cue,
            each,
            orders.get(each.family),
            utc_of_local(local_time(cue.text), zone),
            stated_fov_deg if each.focal in {(None, None), began} else None,
        )
        for cue, each in zip(cues.cues, facts, strict=True)
    )
    track = LookTrack(((each.start_s, each.look) for each in entries), longest_s=LONGEST_S)
    return Subtitles(entries, tuple(_notes(cues, entries, zone)), track)


def _entry(
    cue: Cue,
    facts: Facts,
    order: PairOrder | None,
    at: datetime | None,
    fov_deg: float | None,
) -> SubtitleEntry:
    gaps: list[LookGap] = []
    place = _labelled(facts)
    if place is None and facts.pair is not None and _may_be(facts.pair):
        place = _ordered(facts.pair, order)
        if order is None:
            gaps.append(LookGap.ORDER)
    angles = _angles(facts.gimbal_deg)
    look = with_gaps(
        Look(
            at=at,
            lon_deg=None if place is None else place[0],
            lat_deg=None if place is None else place[1],
            above_take_off_m=facts.above_take_off_m,
            yaw_deg=None
            if angles is None
            else angles[0] % 360.0 % 360.0,  # a little below 0 becomes 360
            pitch_deg=None if angles is None else angles[1],
            roll_deg=None if angles is None else angles[2],
            horizontal_fov_deg=fov_deg,
            attitude=AttitudeSource.NONE if angles is None else AttitudeSource.SUBTITLES,
            gaps=tuple(gaps),
        )
    )
    # What the file leaves out could come from telemetry, which needs to be told when.
    if at is None and set(look.gaps) - {LookGap.LENS}:
        look = with_gaps(replace(look, gaps=(*look.gaps, LookGap.TIME)))
    return SubtitleEntry(
        start_s=cue.start_s,
        end_s=cue.end_s,
        family=facts.family,
        look=look,
        local=local_time(cue.text),
        home=_ordered(facts.home_pair, order),
        absolute_m=facts.absolute_m,
    )


def _labelled(facts: Facts) -> tuple[float, float] | None:
    if facts.longitude_deg is None or facts.latitude_deg is None:
        return None
    return _on_earth(facts.longitude_deg, facts.latitude_deg)


def _ordered(
    pair: tuple[float, float] | None, order: PairOrder | None
) -> tuple[float, float] | None:
    if pair is None or order is None:
        return None
    if order is PairOrder.LONGITUDE_FIRST:
        return _on_earth(pair[0], pair[1])
    return _on_earth(pair[1], pair[0])


def _may_be(pair: tuple[float, float]) -> bool:
    """Whether two numbers are a place in either order."""
    low, high = sorted(map(abs, pair))
    return 0.0 < high <= 180.0 and low <= 90.0


def _on_earth(lon_deg: float, lat_deg: float) -> tuple[float, float] | None:
    """A place; None for 0, 0, which stands for no fix, and for what is none."""
    if lon_deg == 0.0 and lat_deg == 0.0:
        return None
    return (lon_deg, lat_deg) if abs(lon_deg) <= 180.0 and abs(lat_deg) <= 90.0 else None


def _angles(gimbal_deg: tuple[float, float, float] | None) -> tuple[float, float, float] | None:
    """Angles of a gimbal; None for those that were never written and those that are none."""
    if gimbal_deg is None:
        return None
    try:
        pose_of(Attitude(*gimbal_deg), 90.0)
    except InputRefused:
        return None
    return gimbal_deg


def _notes(cues: Cues, entries: Sequence[SubtitleEntry], zone: tzinfo | None) -> list[str]:
    notes = []
    if cues.left_out:
        notes.append(f"{cues.left_out} subtitles are damaged and left out.")
    if cues.timed_by_dates:
        notes.append("It has no line of times: subtitles are timed by their dates.")
    families = Counter(each.family for each in entries)
    if len(set(families) - {SubtitleFamily.FOREIGN, SubtitleFamily.EXPOSURE}) > 1:
        notes.append("Subtitles of several cameras are mixed in it.")
    if any(LookGap.ORDER in each.look.gaps for each in entries):
        notes.append(
            "Which number is the latitude cannot be told: say where the site is, and read it again."
        )
    placed = [index for index, each in enumerate(entries) if each.look.lon_deg is not None]
    if placed and placed[-1] + 1 < len(entries):
        stops_s = entries[placed[-1]].end_s
        notes.append(f"Its satellites stop {stops_s:.1f} s after the beginning.")
    elif not placed and not any(LookGap.ORDER in each.look.gaps for each in entries):
        notes.append("It tells no place at all.")
    if zone is None and any(each.local is not None for each in entries):
        notes.append("Its times have no zone: say which one the drone's clock had.")
    return notes
