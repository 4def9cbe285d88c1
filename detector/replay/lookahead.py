"""Runs ahead of a recording: what the network sees in the next frames is known when they are due.

The watch decides frame by frame, in the order of their time, and what it decides on one shapes
where it looks closer in the next. Little of the work is of that kind: the full frame of a picture
is the same whatever came before, and so are most of its bands, which follow the skyline, the
picture's own changes and a round. So the frames that come next are decoded and scored on all cores
while the decisions go on in order; the band of a frame is guessed by a second attention that sees
the same pictures. A wrong guess costs its time and nothing else: an answer is used only for exactly
the pixels that were asked about.

That makes no difference to any answer: on a CPU every picture runs alone, and its detections depend
neither on neighbours nor on threads (:mod:`detector.core.detector`).
"""

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from camera_gateway.pictures import check_jpeg, eighth_of
from detector.attention.layout import Layout, band_width_px
from detector.attention.pixels import grey_of
from detector.attention.scorer import PART_FLOOR, FrameDetector
from detector.attention.view import ViewAttention
from detector.core import Picture
from detector.core.undecoded import best_reduction
from detector.evaluate.footage import Moment
from detector.jpeg_picture import JpegPicture
from detector.replay.ahead import Ahead, MadePicture, pixels_of
from models.config import Settings
from models.detection import Detections, ModelReference
from models.errors import FrameCorrupt
from models.units import ImageBGR

__all__ = ["DEEP_FLOOR", "Effort", "Lookahead"]

DEEP_FLOOR = 0.001
"""Frames that people have boxed are read down to this score, once more than the watch reads them:
a lower floor would let weaker boxes vote on the place of the others."""
FRAMES_A_HAND = 4
MOST_PIXELS = 200_000_000
"""In hand together, 0.6 GB decoded; one frame is in hand however large it is."""


@dataclass(slots=True)
class Effort:
    """What looking took, seconds of threads; differs from run to run."""

    decode_s: float = 0.0
    network_s: float = 0.0


class Lookahead:
    """Plays one recording's moments, each of them looked at beforehand.

    Args:
        moments: in the order of their time.
        full: for full frames; used from several threads.
        wide: for bands; likewise.
        settings: of the decision.
        hands: threads that look, at least 1.
        is_boxed: whether people have boxed the frame at a time.
        effort: told what looking took.
    """

    def __init__(
        self,
        moments: Iterator[Moment],
        full: FrameDetector,
        wide: FrameDetector,
        settings: Settings,
        *,
        hands: int,
        is_boxed: Callable[[float], bool],
        effort: Effort,
    ) -> None:
        self._moments = moments
        self._full, self._wide = _Known(full, self), _Known(wide, self)
        self._raw_full, self._raw_wide = full, wide
        self._cost = settings.attention.cost
        self._floor = settings.evidence.floor_score
        self._is_boxed = is_boxed
        self._effort = effort
        self._lock = threading.Lock()
        self._room = threading.Condition()
        self._held_frames = self._held_pixels = 0
        self._most_frames = FRAMES_A_HAND * hands + 2
        self._pool = ThreadPoolExecutor(hands, thread_name_prefix="replay-look")
        self._ready: queue.SimpleQueue[Ahead | BaseException | None] = queue.SimpleQueue()
        self._scouted: queue.SimpleQueue[Ahead | None] = queue.SimpleQueue()
        self._closed = False
        self._now: Ahead | None = None
        self._reading = threading.Thread(target=self._read, name="replay-read", daemon=True)
        self._scouting = threading.Thread(target=self._scout, name="replay-scout", daemon=True)
        self._reading.start()
        self._scouting.start()

    @property
    def full(self) -> FrameDetector:
        """For full frames, of the frame in hand from memory."""
        return self._full

    @property
    def wide(self) -> FrameDetector:
        """For bands, likewise."""
        return self._wide

    def next(self) -> Ahead | None:
        """The next frame is in hand, the one before it is forgotten; None behind the last.

        Raises:
            InputRefused: the recording cannot be played.
        """
        self._let_go()
        found = self._ready.get()
        if isinstance(found, BaseException):
            raise found
        self._now = found
        return found

    def close(self) -> None:
        """Stop looking; waits for what is being looked at."""
        with self._room:
            self._closed = True
            self._room.notify_all()
        self._pool.shutdown(wait=True, cancel_futures=True)
        # A scout may wait for a picture that nobody will decode any more.
        self._scouted.put(None)
        self._reading.join()
        self._scouting.join()
        self._now = None

    def picture_of(self, picture: Picture) -> Picture:
        """The frame in hand as a picture whose pixels are made already; others as they are."""
        now, mine = self._now, self._in_hand(picture)
        if now is None or mine is None or not self._looks_closer:
            return picture
        return MadePicture(now, mine)

    def leave_small(self, picture: Picture) -> None:
        """What decoding left behind for whoever follows the view, in the picture that asks."""
        mine = self._in_hand(picture)
        if isinstance(picture, JpegPicture) and mine is not None:
            picture.known_small(mine)

    def small(self) -> ImageBGR | None:
        """The frame in hand at an eighth of its size, which proves it whole.

        None where it came without a picture, and where none is in hand.

        Raises:
            FrameCorrupt: its file is damaged.
        """
        now = self._now
        if now is None or isinstance(now.moment.picture, FrameCorrupt):
            return None
        if now.moment.small is not None:
            return now.moment.small
        if now.picture is not None and self._looks_closer:
            return now.small.result()
        return check_jpeg(now.moment.picture, "frame")

    def deep(self) -> Detections | FrameCorrupt | None:
        """All that the full frame in hand shows; None where people have not boxed it."""
        now = self._now
        return None if now is None or now.deep is None else now.deep.result()

    def _in_hand(self, picture: Picture) -> JpegPicture | None:
        """The frame in hand, where it is this one: the same bytes, not only equal ones."""
        now = self._now
        if now is None or not isinstance(picture, JpegPicture):
            return None
        return now.picture if now.moment.picture is picture.data else None

    def whole_of(self, picture: Picture, floor_score: float) -> Detections | FrameCorrupt | None:
        """What the full frame in hand shows, if it is the one that is asked for."""
        now = self._now
        if now is None or now.whole is None or floor_score != self._whole_floor:
            return None
        if self._looks_closer:
            return now.whole.result() if picture is now.image.result() else None
        return now.whole.result() if self._in_hand(picture) is not None else None

    def band_of(self, image: ImageBGR, floor_score: float) -> Detections | None:
        """What a band of the frame in hand shows, if it was guessed."""
        now = self._now
        if now is None or floor_score != self._whole_floor:
            return None
        while not now.guessed.wait(0.5) and self._scouting.is_alive():
            pass
        guessed = now.bands.get(pixels_of(image))
        return None if guessed is None else guessed.result()

    @property
    def _looks_closer(self) -> bool:
        return self._cost > 1.0

    @property
    def _whole_floor(self) -> float:
        """As :class:`AttentiveScorer` asks its detectors."""
        return min(PART_FLOOR, self._floor) if self._looks_closer else self._floor

    def _let_go(self) -> None:
        if self._now is None:
            return
        with self._room:
            self._held_frames -= 1
            self._held_pixels -= self._now.pixels
            self._room.notify_all()
        self._now = None

    def _read(self) -> None:
        end: BaseException | None = None
        try:
            for moment in self._moments:
                ahead = Ahead(moment)
                if not isinstance(moment.picture, FrameCorrupt):
                    with suppress(FrameCorrupt):  # the gateway says so when its turn comes
                        ahead.picture = JpegPicture.of(moment.picture, "frame")
                if not self._wait_for_room(ahead.pixels):
                    break
                if ahead.picture is not None:
                    self._begin(ahead, ahead.picture)
                self._scouted.put(ahead)
                self._ready.put(ahead)
        except BaseException as error:  # noqa: BLE001 -- told to whoever plays
            end = error
        self._scouted.put(None)
        self._ready.put(end)

    def _wait_for_room(self, pixels: int) -> bool:
        """False when nobody waits for frames any more."""
        with self._room:
            self._room.wait_for(
                lambda: (
                    self._closed
                    or self._held_frames == 0
                    or (
                        self._held_frames < self._most_frames
                        and self._held_pixels + pixels <= MOST_PIXELS
                    )
                )
            )
            self._held_frames += 1
            self._held_pixels += pixels
            return not self._closed

    def _begin(self, ahead: Ahead, picture: JpegPicture) -> None:
        ahead.whole = self._submit(lambda: self._look(ahead, picture))
        if self._is_boxed(ahead.moment.at_s):
            ahead.deep = self._submit(lambda: self._look_deep(picture))

    def _submit(
        self, job: "Callable[[], Detections | FrameCorrupt]"
    ) -> "Future[Detections | FrameCorrupt]":
        return self._pool.submit(job)

    def _look(self, ahead: Ahead, picture: JpegPicture) -> Detections | FrameCorrupt:
        """The full frame, from pixels that serve a band as well where there is one."""
        if not self._looks_closer:
            return self._timed(self._raw_full, picture, self._whole_floor)
        try:
            image = self._decode(picture)
        except BaseException as error:
            ahead.image.set_exception(error)
            ahead.small.set_exception(error)
            if isinstance(error, FrameCorrupt):
                return error
            raise
        ahead.image.set_result(image)
        ahead.small.set_result(eighth_of(image, picture.width_px, picture.height_px))
        return self._timed(self._raw_full, image, self._whole_floor)

    def _look_deep(self, picture: JpegPicture) -> Detections | FrameCorrupt:
        alone = JpegPicture.of(picture.data, picture.name)
        return self._timed(self._raw_full, alone, DEEP_FLOOR)

    def _decode(self, picture: JpegPicture) -> ImageBGR:
        started_s = time.perf_counter()
        width_px = band_width_px(self._cost)
        reduction = best_reduction(
            picture.width_px,
            picture.height_px,
            content_width=width_px,
            content_height=max(1, round(picture.height_px * width_px / picture.width_px)),
        )
        image = picture.decode(reduction)
        with self._lock:
            self._effort.decode_s += time.perf_counter() - started_s
        return image

    def _timed(
        self, detector: FrameDetector, picture: Picture, floor_score: float
    ) -> Detections | FrameCorrupt:
        started_s = time.perf_counter()
        answer = detector.detect_each([picture], floor_score=floor_score)[0]
        with self._lock:
            self._effort.network_s += time.perf_counter() - started_s
        return answer

    def _scout(self) -> None:
        """Guess the band of each frame and let it be looked at; only ever costs its time."""
        guessing: ViewAttention | None = None
        last: bytes | None = None
        while (ahead := self._scouted.get()) is not None:
            picture = ahead.picture
            # What repeats is refused by the gateway.
            if picture is not None and picture.data != last and self._looks_closer:
                last = picture.data
                guessing = self._guess(ahead, guessing)
            ahead.guessed.set()

    def _guess(self, ahead: Ahead, guessing: ViewAttention | None) -> ViewAttention | None:
        """Guess one band; the attention by which the next is guessed is handed back."""
        image = self._image_of(ahead)
        if image is None:
            return guessing
        height_px, width_px = image.shape[:2]
        if guessing is None or guessing.layout.size_px != (width_px, height_px):
            guessing = ViewAttention(Layout.within(width_px, height_px, self._cost))
        band = guessing.choose(
            image, None if ahead.picture is None else grey_of(image, ahead.picture)
        )
        if band is not None:
            self._look_at_band(ahead, band.cut(image))
        return guessing

    def _image_of(self, ahead: Ahead) -> ImageBGR | None:
        """Pixels to guess by; None where there are none, or nobody makes them any more."""
        while not self._closed:
            try:
                image = ahead.image.result(timeout=0.5)
            except TimeoutError:
                continue
            except BaseException:  # noqa: BLE001 -- whoever plays is told of it
                return None
            return image
        return None

    def _look_at_band(self, ahead: Ahead, cut: ImageBGR) -> None:
        def look() -> Detections:
            started_s = time.perf_counter()
            (answer,) = self._raw_wide.detect([cut], floor_score=self._whole_floor)
            with self._lock:
                self._effort.network_s += time.perf_counter() - started_s
            return answer

        with suppress(RuntimeError):  # closed
            ahead.bands[pixels_of(cut)] = self._pool.submit(look)


class _Known:
    """A detector that remembers what it was asked beforehand."""

    def __init__(self, detector: FrameDetector, lookahead: Lookahead) -> None:
        self._detector = detector
        self._lookahead = lookahead

    @property
    def reference(self) -> ModelReference:
        """Which weights score."""
        return self._detector.reference

    def detect(self, images: Sequence[ImageBGR], *, floor_score: float) -> Sequence[Detections]:
        """Bands."""
        return [
            self._detector.detect([image], floor_score=floor_score)[0] if known is None else known
            for image in images
            for known in (self._lookahead.band_of(image, floor_score),)
        ]

    def detect_each(
        self, pictures: Sequence[Picture], *, floor_score: float
    ) -> Sequence[Detections | FrameCorrupt]:
        """Full frames."""
        return [
            self._detector.detect_each([picture], floor_score=floor_score)[0]
            if known is None
            else known
            for picture in pictures
            for known in (self._lookahead.whole_of(picture, floor_score),)
        ]
