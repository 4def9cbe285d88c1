"""Which weights a watch starts with: the newest that went into force and can be used."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from detector.core import Detector
from detector.release.cards import card_named
from models.config import Settings
from models.detection import ModelReference
from models.errors import ModelMismatch
from models.release import Activation
from models.zoo import ModelCard

__all__ = ["Start", "card_of", "open_start"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Start:
    """What a watch starts with.

    Attributes:
        detector: open.
        problem: why it is not the newest activation's, in English; empty when it is.
    """

    detector: Detector
    problem: str = ""


def card_of(settings: Settings, model: ModelReference) -> ModelCard:
    """The card of weights that were activated, with those very weights.

    Raises:
        ModelMismatch: no such card, or its weights are others by now.
    """
    card = card_named(settings, model.name)
    if card.sha256 != model.sha256:
        raise ModelMismatch(
            f"The weights of {model.name} are no longer those of version {model.version} that were "
            f"activated.",
            remedy="Lay the weights and the card of that version back, or give the new ones another"
            " name and release them.",
        )
    return card


def open_start(settings: Settings, activations: Sequence[Activation]) -> Start:
    """Open the weights that are in force.

    Weights that are missing or damaged by now give way to those that were in force before, down to
    the settings' model: the watch starts, and says so.

    Args:
        settings: of the installation.
        activations: the newest first; none before the first release went live.

    Raises:
        ModelMismatch: none of them can be used.
    """
    problem, tried = "", set()
    for activation in activations:
        model = activation.model
        if model in tried:
            continue
        tried.add(model)
        try:
            return Start(_open(settings, card_of(settings, model)), problem)
        except ModelMismatch as error:
            problem = problem or str(error)
            logger.error(  # noqa: TRY400 -- what is wrong is the file, not a line of ours
                "the model %s %s cannot be used: %s", model.name, model.version, error
            )
    detector = _open(settings, card_named(settings, settings.model_card))
    if problem:
        logger.error("the watch starts with %s of the settings", settings.model_card)
    return Start(detector, problem)


def _open(settings: Settings, card: ModelCard) -> Detector:
    # How this machine's cores are best arranged is measured at the first start, and kept.
    memory = settings.data_dir / "arrangements.json"
    return Detector.open(card, threads=settings.inference_threads, memory=memory)
