"""Keeps what did not become an alert, for people to look through.

A track is written when it is first held or declined, and again when that tells something new: its
evidence has risen, something else holds it, it was seen twice as often, or an hour has passed;
other changes are written along with whatever is written next. So a wisp of mist that hangs about
for a day costs some thirty writes.

Nothing here ever fails the pipeline: what cannot be written is logged, and tried again.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from detector.evidence import decision_version
from detector.sighting import Sighting
from detector.thumbnail import thumbnail_of
from models.alert import FrameScore
from models.candidate import MOST_SCORES, CandidateDraft
from models.clock import Clock
from models.config import Settings
from models.errors import WatchError
from models.store import CandidateRepository
from models.suppression import Held

__all__ = ["CandidateBook"]

logger = logging.getLogger(__name__)

LEAST_FRAMES = 2
"""One frame with nothing for a fire is not worth a row: most are gone in the next."""

RISEN_LOG_ODDS = 0.5
WRITE_EVERY_S = 2.0
REFRESH_S = 60.0
HOUR_S = 3600.0
MAX_ENTRIES = 2000
PICTURE_EVERY_S = 0.5
"""A picture costs about 10 ms; in a flood of candidates most wait for theirs."""

BETTER_PICTURE = 0.1


@dataclass(slots=True)
class _Entry:
    """A living candidate.

    Attributes:
        key: under which it is stored.
        last: its newest sighting, without picture.
        held: what holds it.
        peak: the sighting with the highest evidence, without picture.
        seen: in how many frames.
        picture: not written yet.
        picture_score: detector score of the frame whose picture was taken last.
        written: what was last written: frames seen, peak, holder and reference.
        written_s: when, monotonic.
        is_due: it tells something new.
        is_dirty: it has changed at all.
    """

    key: str
    last: Sighting
    held: Held
    peak: Sighting
    seen: int
    picture: bytes | None = None
    picture_score: float = -1.0
    written: tuple[int, float, str, str] | None = None
    written_s: float = 0.0
    is_due: bool = True
    is_dirty: bool = True


class CandidateBook:
    """Writes candidates.

    Args:
        repository: where they live.
        settings: for the threshold and the version of the decision.
        clock: paces the writing.
    """

    def __init__(self, repository: CandidateRepository, settings: Settings, clock: Clock) -> None:
        self._repository = repository
        self._settings = settings
        self._clock = clock
        self._entries: dict[tuple[str, int, int], _Entry] = {}  # the longest unseen first
        self._next_write_s = clock.monotonic_s()
        self._next_picture_s = clock.monotonic_s()

    def note(self, sighting: Sighting, held: Held) -> None:
        """Take a sighting that does not alert."""
        entry = self._entries.pop(sighting.key, None)
        bare = sighting.without_picture()
        if entry is None:
            seen = len(sighting.track.hits)
            if seen < LEAST_FRAMES and sighting.weighing.log_odds <= 0.0:
                return
            entry = _Entry(sighting.name, bare, held, bare, seen - 1)
        # A track forgets old frames, so they are counted here.
        entry.seen += 1
        entry.last, entry.held, entry.is_dirty = bare, held, True
        now_s = self._clock.monotonic_s()
        if bare.weighing.log_odds > entry.peak.weighing.log_odds:
            entry.peak = bare
        if entry.written is not None:
            frames, peak, by, reference = entry.written
            entry.is_due = (
                entry.seen >= 2 * frames
                or now_s - entry.written_s >= HOUR_S
                or entry.peak.weighing.log_odds >= peak + RISEN_LOG_ODDS
                or (by, reference) != (held.by, held.reference)
            )
        self._take_picture(entry, sighting)
        self._entries[sighting.key] = entry
        if now_s >= self._next_write_s and entry.is_due:
            self._write(lambda one: one.is_due or now_s - one.written_s >= REFRESH_S)
        while len(self._entries) > MAX_ENTRIES:
            self._entries.pop(next(iter(self._entries)))

    def became(self, sighting: Sighting, alert_id: int) -> None:
        """Note that a track has become an alert."""
        entry = self._entries.pop(sighting.key, None)
        if entry is not None and entry.written is not None:
            try:
                self._repository.became(entry.key, alert_id)
            except WatchError:
                logger.exception("candidate %s is not told that it became an alert", entry.key)

    def flush(self) -> None:
        """Write whatever has changed; for the end of the watch."""
        self._write(lambda _entry: True)

    def _write(self, wanted: Callable[[_Entry], bool]) -> None:
        now_s = self._clock.monotonic_s()
        self._next_write_s = now_s + WRITE_EVERY_S
        changed = [entry for entry in self._entries.values() if entry.is_dirty and wanted(entry)]
        if not changed:
            return
        try:
            self._repository.note([(self._draft(entry), entry.picture) for entry in changed])
        except WatchError:
            logger.exception("%d candidates are not kept yet", len(changed))
            return
        for entry in changed:
            held = entry.held
            entry.written = (entry.seen, entry.peak.weighing.log_odds, held.by, held.reference)
            entry.written_s, entry.picture = now_s, None
            entry.is_due = entry.is_dirty = False

    def _take_picture(self, entry: _Entry, sighting: Sighting) -> None:
        box, now_s = sighting.track.last_box, self._clock.monotonic_s()
        if box.score < entry.picture_score + BETTER_PICTURE or now_s < self._next_picture_s:
            return
        self._next_picture_s = now_s + PICTURE_EVERY_S
        frame = sighting.frame
        try:
            picture = thumbnail_of(frame.jpeg, box, f"{frame.camera_id} frame {frame.sequence}")
        except WatchError:
            logger.exception("a candidate of %s has no picture", frame.camera_id)
            return
        if picture is not None:
            entry.picture, entry.picture_score, entry.is_due = picture, box.score, True

    def _draft(self, entry: _Entry) -> CandidateDraft:
        last, peak = entry.last, entry.peak
        frame, track = last.frame, last.track
        return CandidateDraft(
            key=entry.key,
            camera_id=frame.camera_id,
            preset=frame.preset,
            pose=frame.pose,
            label=track.label,
            mode=frame.mode,
            provenance=frame.provenance,
            time_source=frame.time_source,
            first_seen_at=track.first_seen_at,
            last_seen_at=frame.captured_at,
            received_at=frame.received_at,
            frames_seen=entry.seen,
            best_score=max(score.score for score in track.scores),
            peak_log_odds=peak.weighing.log_odds,
            log_odds=last.weighing.log_odds,
            threshold_log_odds=self._settings.evidence.alert_log_odds,
            findings=peak.weighing.findings,
            held=entry.held,
            scores=_few_of(track.scores),
            width_px=last.width_px,
            height_px=last.height_px,
            model=last.model,
            config_version=decision_version(self._settings),
        )


def _few_of(scores: list[FrameScore]) -> tuple[FrameScore, ...]:
    """The first frame, the best one and the last ones, in their order."""
    if len(scores) <= MOST_SCORES:
        return tuple(scores)
    best = max(range(len(scores)), key=lambda index: scores[index].score)
    last_from = len(scores) - (MOST_SCORES - 2)
    wanted = sorted({0, best, *range(last_from, len(scores))})
    return tuple(scores[index] for index in wanted)
