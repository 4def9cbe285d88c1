"""What a detector's scores are worth on pictures without colour.

A network that learned on pictures in colour is sure of other things in grey ones: its card may say
how its scores are read there (:class:`models.zoo.card.InfraredUse`). Whether a picture has colour
is told from that picture alone, by the rule of :mod:`detector.night`, so that a camera whose filter
swings out at dusk is read right from its first frame on, live and in replay alike.

A score that is read lower holds nothing back for good: evidence has no ceiling, and growth and
change count as ever.
"""

import logging
from functools import lru_cache

import numpy as np

from detector.night import mode_in
from models.detection import Detections, Label, ModelReference
from models.errors import ModelMismatch
from models.frame import FrameMode
from models.units import ImageBGR
from models.zoo import InfraredUse, ModelCard, card_names, load_card

__all__ = ["as_in_infrared", "card_use", "read_in_its_light"]

logger = logging.getLogger(__name__)

_LEAST = 1e-6
"""Scores are kept that far from 0 and 1, where they have no logit."""


@lru_cache(maxsize=64)
def card_use(reference: ModelReference) -> InfraredUse | None:
    """How the weights that spoke are read on pictures without colour.

    None where their card says nothing of it, where it is not shipped with Firewatch, or where it is
    of other weights by now.
    """
    if reference.name not in card_names():
        return None
    try:
        card: ModelCard = load_card(reference.name)
    except ModelMismatch as error:
        logger.warning("pictures without colour are read as all others: %s", error)
        return None
    return card.infrared if card.sha256 == reference.sha256 else None


def read_in_its_light(
    found: Detections,
    mode: FrameMode,
    picture: ImageBGR,
    reference: ModelReference,
    *,
    floor_score: float,
) -> Detections:
    """The detections of a picture, their scores read by the light in which it was made.

    Args:
        found: as the detector gave them.
        mode: that the camera is configured for.
        picture: the same picture, small.
        reference: which weights found them.
        floor_score: what is read lower than this is left out, as the detector does.
    """
    use = card_use(reference)
    if use is None or len(found) == 0 or mode_in(mode, picture) is not FrameMode.INFRARED:
        return found
    return as_in_infrared(found, use, floor_score=floor_score)


def as_in_infrared(found: Detections, use: InfraredUse, *, floor_score: float) -> Detections:
    """The detections with their scores read as of a picture without colour, best first."""
    maps = {Label.SMOKE: use.smoke, Label.FLAME: use.flame}
    slopes = np.array([maps[Label(label)].slope for label in found.labels.tolist()])
    offsets = np.array([maps[Label(label)].offset for label in found.labels.tolist()])
    inner = np.clip(found.scores.astype(np.float64), _LEAST, 1.0 - _LEAST)
    logits = slopes * np.log(inner / (1.0 - inner)) + offsets
    scores = (1.0 / (1.0 + np.exp(-logits))).astype(np.float32)
    order = np.argsort(-scores, kind="stable")
    kept = order[scores[order] >= floor_score]
    return Detections(found.boxes_xyxy[kept], scores[kept], found.labels[kept])
