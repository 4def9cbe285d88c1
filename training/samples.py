"""Sample number n of a run, always the same one: its stratum, picture, framing, smoke and damage.

Every choice comes from ``(seed, n)`` alone, so a run can stop anywhere and go on, and a sample
that looks wrong can be made again and looked at.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from camera_gateway.pictures import read_picture
from detector.evaluate.labelled_set import SMOKE, Picture
from models.errors import InputRefused
from training.framing import Labelled, crop_away, letterbox, mosaic, zoom
from training.near_infrared import Made, made
from training.pixels import damage
from training.recipe import Recipe, strata
from training.smoke import Donor, cut_donor, draw_plume, paste_donor, ridge_point

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Samples"]

MOSAIC_STRATA = ("tower", "forest_fire", "urban_fire", "aerial_fire")
PASTE_STRATA = ("tower_paste", "away_paste")
SCALES = {
    "tower": (0.75, 1.3),
    "tower_zoom": (1.0, 2.2),
    "tower_paste": (0.9, 1.8),
    "forest_fire": (0.6, 1.5),
    "urban_fire": (0.6, 1.5),
    "aerial_fire": (0.35, 1.5),
    "sky": (0.6, 1.6),
    "infrared": (0.6, 1.6),
}
"""Least and greatest scale of a picture, 1 fills the canvas; small fires come from far pictures."""
LARGEST_DONOR = 0.12
"""Share of the picture above which a tower box is too loose to carry over."""


class Samples:
    """All samples of a run, made one by one.

    Args:
        pictures: of the whole index; only the training split is used.
        recipe: the numbers.

    Raises:
        InputRefused: a stratum with a share has no pictures.
    """

    def __init__(self, pictures: tuple[Picture, ...], recipe: Recipe) -> None:
        self.recipe = recipe
        self.pools = strata(pictures)
        for name, share in recipe.shares.items():
            if share > 0 and not self.pools[name]:
                raise InputRefused(
                    f"No picture of the training split belongs to {name!r}.",
                    remedy="Complete the set, or give that stratum no share.",
                )
        self.names = tuple(recipe.shares)
        shares = np.array([recipe.shares[name] for name in self.names])
        self.shares = shares / shares.sum()
        self.donors = [
            (picture, index)
            for picture in self.pools["tower_zoom"]
            for index, box in enumerate(picture.boxes)
            if picture.classes[index] == SMOKE
            and (box[2] - box[0]) * (box[3] - box[1]) < LARGEST_DONOR
        ]
        self._held: dict[Path, NDArray[np.uint8]] = {}

    def hold(self) -> None:
        """Decode every picture of the pools once and keep it: 3 GB of memory for this set.

        Processes that are forked from this one share them. Worth it where a GPU waits for
        samples: decoding is a fifth of the making of one.
        """
        paths = {picture.path for pool in self.pools.values() for picture in pool}
        with ThreadPoolExecutor() as pool:
            self._held = dict(zip(paths, pool.map(read_picture, paths), strict=True))

    def shape(self, batch: int) -> tuple[int, int]:
        """Height and width of all samples of a batch."""
        random = np.random.default_rng([self.recipe.seed, 1, batch])
        shares = np.array([share for _, _, share in self.recipe.shapes])
        height, width, _ = self.recipe.shapes[random.choice(len(shares), p=shares / shares.sum())]
        return height, width

    def make(self, number: int, *, with_mosaic: bool) -> Labelled:
        """Make one sample.

        Args:
            number: from 0; samples of one batch share their canvas's shape.
            with_mosaic: the run has not come to its last part yet.
        """
        recipe = self.recipe
        random = np.random.default_rng([recipe.seed, 0, number])
        height, width = self.shape(number // recipe.batch)
        stratum = self.names[random.choice(len(self.names), p=self.shares)]
        if with_mosaic and stratum in MOSAIC_STRATA and random.random() < recipe.mosaic:
            others = random.choice(MOSAIC_STRATA, 3, p=(0.3, 0.4, 0.2, 0.1))
            parts = [self._load(self._draw(name, random)) for name in (stratum, *others)]
            sample = mosaic(parts, height, width, random)
        else:
            sample = self._frame(stratum, height, width, random)
        image = damage(sample.image, random)
        if recipe.colourless > 0.0 and random.random() < recipe.colourless:
            how = Made.NIGHT if random.random() < 0.5 else Made.GREY
            image = made(image, how, random, lamp="tower" not in stratum)
        boxes = sample.boxes
        if random.random() < 0.5:
            image = np.ascontiguousarray(image[:, ::-1])
            boxes = np.stack(
                [width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], 1
            )
        return Labelled(image, sample.classes, boxes)

    def _draw(self, stratum: str, random: np.random.Generator) -> Picture:
        pool = self.pools[stratum]
        return pool[random.integers(len(pool))]

    def _load(self, picture: Picture) -> Labelled:
        held = self._held.get(picture.path)
        image = read_picture(picture.path) if held is None else held
        height, width = image.shape[:2]
        return Labelled(image, picture.classes, picture.boxes * (width, height, width, height))

    def _frame(
        self, stratum: str, height: int, width: int, random: np.random.Generator
    ) -> Labelled:
        picture = self._load(self._draw(stratum, random))
        if stratum in {"tower_away", "away_paste"}:
            framed = crop_away(picture, height, width, random)
            if framed is None:
                return letterbox(picture, height, width)
        else:
            framed = zoom(picture, height, width, random, SCALES.get(stratum, (0.8, 1.8)))
        return self._paste(framed, random) if stratum in PASTE_STRATA else framed

    def _paste(self, sample: Labelled, random: np.random.Generator) -> Labelled:
        """Add one to three small smokes that touch no other box."""
        image = sample.image.copy()
        classes, boxes = list(sample.classes), [tuple(box) for box in sample.boxes]
        for _ in range(int(random.choice([1, 2, 3], p=(0.6, 0.3, 0.1)))):
            width_px = float(np.exp(random.uniform(*np.log(self.recipe.paste_width_px))))
            for _ in range(4):
                before = image.copy()
                x, y = ridge_point(image, random, slope=self.recipe.slope)
                box = self._one_smoke(image, x, y, width_px, random)
                if box is None:
                    continue
                if _touches(box, boxes):
                    image = before
                    continue
                classes.append(SMOKE)
                boxes.append(box)
                break
        return Labelled(
            image, np.array(classes, np.int64), np.array(boxes, np.float64).reshape(-1, 4)
        )

    def _one_smoke(
        self,
        image: NDArray[np.uint8],
        x: float,
        y: float,
        width_px: float,
        random: np.random.Generator,
    ) -> tuple[float, float, float, float] | None:
        if random.random() < self.recipe.drawn:
            return draw_plume(image, x, y, width_px, random)
        donor = self._donor(random)
        if donor is None:
            return None
        gain = float(random.uniform(0.7, 1.4))
        return paste_donor(image, donor, x=x, base_y=y, width_px=width_px, gain=gain)

    def _donor(self, random: np.random.Generator) -> Donor | None:
        picture, index = self.donors[random.integers(len(self.donors))]
        loaded = self._load(picture)
        donor = cut_donor(loaded.image, loaded.boxes[index])
        if donor is not None and random.random() < 0.5:
            x0, y0, x1, y1 = donor.box
            donor = Donor(donor.residual[:, ::-1], (1 - x1, y0, 1 - x0, y1))
        return donor


def _touches(box: tuple[float, float, float, float], others: Sequence[tuple[float, ...]]) -> bool:
    return any(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
        for other in others
    )
