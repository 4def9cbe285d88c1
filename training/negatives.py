"""Sequences without fire, made by moving, dimming and warping real pictures without fire.

A still tells nothing of time, and there are few recordings of quiet weeks. Here a picture without
fire becomes eight to twelve frames of a camera's life: it pans, shakes, comes back from elsewhere a
little off, sees light change slowly and exposure jump, and air that moves what is seen, or drifting
mist (:mod:`training.mist`). No smoke is drawn and nothing is blended in: whatever alerts is a false
alarm.

Made from pictures of the split that nothing was fitted on, they judge; made from the training
split, they may be fitted on. Everything follows from the seed and the sequence's number.
"""

import argparse
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from camera_gateway.pictures import encode_jpeg, read_picture
from detector.evaluate.footage import Moment, Sampling
from detector.evaluate.labelled_set import read_index
from models.errors import InputRefused
from models.units import FloatArray, ImageBGR
from training.mist import MIST_SOURCES, Mist, smooth_field

__all__ = ["CADENCES_S", "NegativeSequence", "main", "negative_sequences", "quiet_pictures"]

CADENCES_S = (0.2, 1.0, 5.0, 60.0)
START = datetime(2001, 1, 1, tzinfo=UTC)
LONGEST_PX = 1280
MARGIN = 0.08
"""Share of each side that the camera can move over: the frame is a window of the picture."""
KEPT_SPLITS = ("train", "val")
PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")


@dataclass(frozen=True, slots=True)
class NegativeSequence:
    """One made sequence; a :class:`detector.evaluate.footage.Recording`.

    Attributes:
        name: of the sequence, unique within a run; its picture's name is the end of it.
        picture: that it is made of; nothing burns in it.
        cadence_s: seconds between two frames.
        seed: of everything else.
        mist: what is soft drifts by itself.
    """

    name: str
    picture: Path
    cadence_s: float
    seed: tuple[int, ...]
    mist: bool = False

    @property
    def has_known_times(self) -> bool:
        """Never: only differences are real."""
        return False

    def moments(self, sampling: Sampling) -> Iterator[Moment]:
        """Every so manieth frame; a made sequence is thinned by number only.

        Raises:
            InputRefused: the picture cannot be read.
        """
        for at_s, jpeg in islice(self.frames(), 0, None, sampling.every):
            yield Moment(at_s, START + timedelta(seconds=at_s), jpeg)

    def frames(self) -> Iterator[tuple[float, bytes]]:
        """Seconds since the first frame, and a JPEG file.

        Raises:
            InputRefused: the picture cannot be read.
        """
        rng = np.random.default_rng(self.seed)
        image = _within(read_picture(self.picture), LONGEST_PX)
        count = int(rng.integers(8, 13))
        at_s = self._times(rng, count)
        life = _Life.drawn(rng, image, count)
        mist = Mist.drawn(np.random.default_rng((*self.seed, 1)), image) if self.mist else None
        for number in range(count):
            view = image if mist is None else mist.moved(image, float(at_s[number]))
            jpeg = encode_jpeg(life.frame(view, number), int(life.quality[number]))
            yield float(at_s[number]), jpeg

    def _times(self, rng: np.random.Generator, count: int) -> FloatArray:
        """Even, a frame missed now and then; every fourth camera looks elsewhere for minutes."""
        gaps = np.full(count - 1, self.cadence_s)
        gaps[rng.random(count - 1) < 0.05] *= 2.0
        if rng.random() < 0.25:
            gaps[int(rng.integers(2, count - 2))] += float(rng.uniform(120.0, 800.0))
        return np.concatenate([[0.0], np.cumsum(gaps)])


@dataclass(frozen=True, slots=True)
class _Life:
    """What happens to a view, one entry a frame.

    Attributes:
        shift: (n, 2) where the window lies, pixels from the middle.
        gain: (n,) brightness.
        gamma: (n,) of the tone curve.
        tint: (n, 3) white balance.
        noise: (n,) standard deviation of the sensor's noise, grey values.
        quality: (n,) of the JPEG.
        drift_px: how far moving air displaces what is seen, at most.
        shadow: how dark a passing cloud makes the ground, 0 for none.
        fields: (2, m, m) smooth fields that travel across the view: displacement and shadow.
        travel: (2,) cells of a field a frame.
        seed: of the noise.
    """

    shift: FloatArray
    gain: FloatArray
    gamma: FloatArray
    tint: FloatArray
    noise: FloatArray
    quality: NDArray[np.int64]
    drift_px: float
    shadow: float
    fields: NDArray[np.float32]
    travel: FloatArray
    seed: int

    @classmethod
    def drawn(cls, rng: np.random.Generator, image: ImageBGR, count: int) -> "_Life":
        """Draw what happens; each trouble comes to some sequences only."""

        def happens(probability: float) -> float:
            return float(rng.random() < probability)

        height_px, width_px = image.shape[:2]
        room = MARGIN * np.array([width_px, height_px])
        steps = np.linspace(-0.5, 0.5, count)[:, None]
        pan = happens(0.35) * steps * rng.uniform(-1.4, 1.4, 2) * room
        shake = happens(0.6) * rng.normal(0.0, 1.0, (count, 2)) * rng.uniform(0.3, 4.0)
        returned = np.arange(count)[:, None] >= rng.integers(2, count - 1)
        back = happens(0.3) * returned * rng.uniform(-12.0, 12.0, 2)
        light = np.linspace(0.0, 1.0, count) * rng.uniform(-0.6, 0.6) * happens(0.5)
        jump = rng.uniform(-0.35, 0.35, count) * (rng.random(count) < 0.2) * happens(0.4)
        worst = int(rng.integers(30, 90))
        return cls(
            shift=np.clip(pan + shake + back, -room, room),
            gain=np.exp(light + jump),
            gamma=np.exp(happens(0.4) * np.linspace(0.0, rng.uniform(-0.3, 0.3), count)),
            tint=1.0
            + happens(0.3) * np.linspace(0.0, 1.0, count)[:, None] * rng.normal(0, 0.05, 3),
            noise=np.full(count, happens(0.5) * rng.uniform(0.5, 6.0)),
            quality=rng.integers(worst, 97, count) if happens(0.5) else np.full(count, worst + 7),
            drift_px=happens(0.6) * float(rng.uniform(1.0, 0.012 * width_px)),
            shadow=happens(0.3) * float(rng.uniform(0.1, 0.5)),
            fields=np.stack([smooth_field(rng), smooth_field(rng)]),
            travel=rng.normal(0.0, 4.0, 2),
            seed=int(rng.integers(2**31)),
        )

    def frame(self, image: ImageBGR, number: int) -> ImageBGR:
        """The view in one frame: the window of the picture, warped, lit and read out."""
        height_px, width_px = image.shape[:2]
        out_px = (round(width_px * (1 - 2 * MARGIN)), round(height_px * (1 - 2 * MARGIN)))
        moved = [
            np.roll(field, np.rint(self.travel * number).astype(int), axis=(0, 1))
            for field in self.fields
        ]
        field, cloud = (
            cv2.resize(one, out_px, interpolation=cv2.INTER_CUBIC).astype(np.float32)
            for one in moved
        )
        columns, rows = np.meshgrid(
            np.arange(out_px[0], dtype=np.float32), np.arange(out_px[1], dtype=np.float32)
        )
        left, top = np.array([width_px - out_px[0], height_px - out_px[1]]) / 2 + self.shift[number]
        warped = cv2.remap(
            image,
            (columns + np.float32(left) + np.float32(self.drift_px) * field).astype(np.float32),
            (rows + np.float32(top) - np.float32(self.drift_px) * cloud / 2).astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
        values = (warped.astype(np.float32) / 255.0) ** np.float32(self.gamma[number])
        values *= (self.gain[number] * self.tint[number]).astype(np.float32)
        values *= 1.0 - np.float32(self.shadow) * np.clip(cloud, 0.0, 1.0)[:, :, None]
        if self.noise[number] > 0.0:
            rng = np.random.default_rng((self.seed, number))
            values += rng.normal(0.0, self.noise[number] / 255.0, values.shape).astype(np.float32)
        seen: ImageBGR = np.rint(np.clip(values, 0.0, 1.0) * 255.0).astype(np.uint8)
        return seen


def _within(image: ImageBGR, longest_px: int) -> ImageBGR:
    scale = longest_px / max(image.shape[:2])
    if scale >= 1.0:
        return image
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    smaller: ImageBGR = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    return smaller


def quiet_pictures(data: Path, split: str, *, sources: Collection[str] = ()) -> list[Path]:
    """Pictures without fire.

    Args:
        data: a labelled set with its ``index.csv``, or a folder of stills without fire.
        split: of the labelled set; passed over for a folder of stills.
        sources: of the labelled set, all when empty.

    Raises:
        InputRefused: there is none.
    """
    if (data / "index.csv").is_file() and (data / "labels").is_dir():
        index = read_index(data)
        quiet = [one for one in index if one.split == split and len(one.classes) == 0]
        paths = [one.path for one in quiet if not sources or one.source in sources]
    else:
        files = sorted(data.rglob("*"))
        paths = [path for path in files if path.suffix.lower() in PICTURE_SUFFIXES]
    if not paths:
        raise InputRefused(
            f"{data} has no picture without fire in the split {split!r}.",
            remedy="Name a labelled set and a split of it, or a folder of stills.",
        )
    return paths


def negative_sequences(
    pictures: Sequence[Path], count: int, *, seed: int, mist: bool = False
) -> list[NegativeSequence]:
    """Plan sequences: every picture is used before one is used twice.

    Args:
        pictures: without fire.
        count: of sequences.
        seed: of everything.
        mist: what is soft in them drifts.
    """
    rng = np.random.default_rng(seed)
    order = np.concatenate(
        [rng.permutation(len(pictures)) for _ in range(-(-count // len(pictures)))]
    )
    cadences = rng.permutation(np.resize(CADENCES_S, count))
    return [
        NegativeSequence(
            f"{'mist' if mist else 'quiet'}-{number:04d}-{pictures[place].stem}",
            pictures[place],
            float(cadence_s),
            (seed, number),
            mist,
        )
        for number, (place, cadence_s) in enumerate(zip(order[:count], cadences, strict=True))
    ]


def write(sequence: NegativeSequence, out: Path) -> None:
    """Write a sequence as a folder of pictures with their times in their names."""
    folder = out / sequence.name
    folder.mkdir(parents=True, exist_ok=True)
    for at_s, jpeg in sequence.frames():
        moment = START + timedelta(seconds=round(at_s, 3))
        (folder / f"{moment:%Y%m%dT%H%M%S}.{moment.microsecond:06d}Z.jpg").write_bytes(jpeg)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write sequences as told on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="labelled set, or a folder of stills without fire")
    parser.add_argument("--split", choices=KEPT_SPLITS, default="val")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--mist", action="store_true", help="of pictures of mist, which drifts")
    parser.add_argument("--out", type=Path, required=True, help="a folder a sequence goes here")
    options = parser.parse_args(arguments)
    try:
        sources = MIST_SOURCES if options.mist else ()
        pictures = quiet_pictures(options.data, options.split, sources=sources)
        for sequence in negative_sequences(
            pictures, options.count, seed=options.seed, mist=options.mist
        ):
            write(sequence, options.out)
    except InputRefused as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
