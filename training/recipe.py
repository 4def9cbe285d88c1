"""What is trained on what, in which shares: the numbers of the recipe, and nothing else.

The fingerprint of a recipe stands in every checkpoint, so that a run is never resumed under
another one.
"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from detector.evaluate.labelled_set import Picture
from models.errors import InputRefused

__all__ = ["RECIPES", "Recipe", "strata"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """All choices of a run.

    Attributes:
        name: of the run.
        seed: of every random choice.
        batch: pictures a step.
        shapes: height, width and share of the canvases, one shape a batch.
        shares: share of the samples drawn from each stratum, see :func:`strata`.
        mosaic: chance of a mosaic for the samples that may have one.
        mosaic_until: share of the run after which no mosaics are made.
        paste_width_px: least and greatest width of pasted smoke.
        drawn: share of the pastes that are drawn instead of carried over.
        slope: share of the pastes on slopes instead of ridges.
        learning_rate: peak, AdamW.
        final_rate: share of the peak at the end of the cosine.
        warmup_steps: linear, from zero.
        weight_decay: on weights of more than one dimension.
        ema_decay: of the running average of the weights.
        frozen_layers: layers at the bottom that are not trained.
        frozen_statistics: batch norm keeps the means and variances it started with.
        clip_norm: of the gradient.
        colourless: share of the samples that are turned into what a camera without its infrared
            filter shows, half of them by day and half by night (:mod:`training.near_infrared`).
    """

    name: str = "quiet"
    seed: int = 20261125
    batch: int = 16
    shapes: tuple[tuple[int, int, float], ...] = (
        (480, 640, 0.60),
        (384, 640, 0.30),
        (640, 480, 0.10),
    )
    shares: Mapping[str, float] = field(
        default_factory=lambda: {
            "tower": 0.21,
            "tower_zoom": 0.08,
            "tower_paste": 0.08,
            "away_paste": 0.04,
            "tower_away": 0.06,
            "forest_fire": 0.14,
            "urban_fire": 0.10,
            "aerial_fire": 0.01,
            "webcam": 0.05,
            "fog_forest": 0.14,
            "sky": 0.07,
            "infrared": 0.02,
        }
    )
    mosaic: float = 0.25
    mosaic_until: float = 0.6
    paste_width_px: tuple[float, float] = (9.0, 70.0)
    drawn: float = 0.85
    slope: float = 0.6
    learning_rate: float = 1e-4
    final_rate: float = 0.02
    warmup_steps: int = 20
    weight_decay: float = 5e-4
    ema_decay: float = 0.995
    frozen_layers: int = 3
    frozen_statistics: bool = True
    clip_norm: float = 10.0
    colourless: float = 0.0

    def fingerprint(self) -> str:
        """Sha256 of all fields, 16 hexadecimal digits."""
        fields = dataclasses.asdict(self)
        if not fields["colourless"] > 0.0:
            del fields["colourless"]  # what was trained before it was thought of is called as then
        text = json.dumps(fields, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def check_checkpoint(self, path: Path, name: str, fingerprint: str) -> None:
        """Refuse a checkpoint that another recipe wrote.

        Raises:
            InputRefused: the fingerprints differ.
        """
        if fingerprint != self.fingerprint():
            raise InputRefused(
                f"{path} is a checkpoint of the recipe {name!r} ({fingerprint}), this one is "
                f"{self.name!r} ({self.fingerprint()}).",
                remedy="Resume with the recipe that began the run, or name an empty folder.",
            )


_FROM_COCO = replace(
    Recipe(),
    name="coco",
    shares={
        "tower": 0.22,
        "tower_zoom": 0.08,
        "tower_paste": 0.05,
        "away_paste": 0.02,
        "tower_away": 0.06,
        "forest_fire": 0.16,
        "urban_fire": 0.16,
        "aerial_fire": 0.01,
        "webcam": 0.05,
        "fog_forest": 0.11,
        "sky": 0.06,
        "infrared": 0.02,
    },
    mosaic=0.5,
    mosaic_until=0.8,
    learning_rate=1e-3,
    final_rate=0.01,
    warmup_steps=100,
    ema_decay=0.998,
    frozen_layers=0,
    frozen_statistics=False,
)

RECIPES: Mapping[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(),
        replace(
            Recipe(),
            name="ridges",
            shares={
                "tower": 0.20,
                "tower_zoom": 0.08,
                "tower_paste": 0.07,
                "away_paste": 0.03,
                "tower_away": 0.10,
                "forest_fire": 0.14,
                "urban_fire": 0.12,
                "aerial_fire": 0.01,
                "webcam": 0.07,
                "fog_forest": 0.10,
                "sky": 0.06,
                "infrared": 0.02,
            },
            learning_rate=2e-4,
            final_rate=0.01,
            ema_decay=0.998,
        ),
        _FROM_COCO,
        replace(
            _FROM_COCO,
            name="onward",
            seed=20261126,
            shares={
                "tower": 0.18,
                "tower_zoom": 0.08,
                "tower_paste": 0.04,
                "away_paste": 0.02,
                "tower_away": 0.06,
                "forest_fire": 0.18,
                "urban_fire": 0.22,
                "aerial_fire": 0.01,
                "webcam": 0.05,
                "fog_forest": 0.10,
                "sky": 0.05,
                "infrared": 0.01,
            },
            learning_rate=5e-4,
        ),
        replace(
            _FROM_COCO,
            name="long",
            seed=20261127,
            batch=64,
            shares={
                "tower": 0.17,
                "tower_zoom": 0.07,
                "tower_paste": 0.04,
                "away_paste": 0.02,
                "tower_away": 0.06,
                "forest_fire": 0.19,
                "urban_fire": 0.22,
                "aerial_fire": 0.01,
                "webcam": 0.05,
                "fog_forest": 0.09,
                "sky": 0.05,
                "infrared": 0.03,
            },
            learning_rate=1e-3,
        ),
        replace(
            _FROM_COCO,
            name="grey",
            seed=20261128,
            batch=8,
            shapes=((384, 640, 0.5), (480, 640, 0.4), (640, 480, 0.1)),
            shares={
                "tower": 0.18,
                "tower_zoom": 0.07,
                "tower_paste": 0.03,
                "away_paste": 0.01,
                "tower_away": 0.06,
                "forest_fire": 0.20,
                "urban_fire": 0.22,
                "aerial_fire": 0.01,
                "webcam": 0.06,
                "fog_forest": 0.09,
                "sky": 0.04,
                "infrared": 0.03,
            },
            mosaic=0.3,
            learning_rate=3e-4,
            final_rate=0.02,
            warmup_steps=20,
            ema_decay=0.99,
            frozen_statistics=True,
            colourless=1.0,
        ),
    )
}
"""``quiet`` and ``ridges`` go on from weights that know smoke, at rates that do not unlearn it;
``coco`` begins with weights that have never seen any, ``onward`` with the last of ``coco``, and
``long`` with the last of ``onward``, in batches for a GPU. ``grey`` goes on from weights in force,
also from recovered ones (:mod:`training.recover`), for pictures without colour only."""


def strata(pictures: tuple[Picture, ...]) -> dict[str, tuple[Picture, ...]]:
    """Sort the pictures of the training split into the pools that samples are drawn from."""
    train = [picture for picture in pictures if picture.split == "train"]
    tower = tuple(p for p in train if p.view == "tower")
    smoky = tuple(p for p in tower if len(p.boxes) > 0)
    webcam = tuple(p for p in train if p.view == "neg_tower")
    forest = tuple(p for p in train if p.view == "neg_forest")
    ground = [p for p in train if p.view == "ground"]
    return {
        "tower": tower,
        "tower_zoom": smoky,
        "tower_paste": tower,
        "away_paste": smoky,
        "tower_away": smoky,
        "forest_fire": tuple(p for p in ground if p.source != "liuzifan_fire_smoke"),
        "urban_fire": tuple(p for p in ground if p.source == "liuzifan_fire_smoke"),
        "aerial_fire": tuple(p for p in train if p.view == "drone"),
        "webcam": webcam,
        "fog_forest": forest,
        "sky": tuple(p for p in train if p.view == "neg_sky"),
        "infrared": tuple(p for p in train if p.view in {"neg_ir", "thermal"}),
    }
