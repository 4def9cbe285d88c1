"""Puts models into force while the watch goes on, and follows what another process put there."""

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Final

from api.context_site import SiteFacts
from detector.release.in_force import card_of
from detector.swapping import Outfit, SwappingDetector
from models.clock import Clock
from models.config import Settings
from models.detection import ModelReference
from models.errors import Conflict, ModelMismatch, WatchError
from models.release import Activation, ReleaseState
from models.store import Store
from models.zoo import ModelCard

__all__ = ["ModelDesk"]

logger = logging.getLogger(__name__)

LOOK_S: Final = 2.0
AGAIN_S: Final = 60.0
"""Weights that could not be opened are tried again so often: somebody may lay them back."""


class ModelDesk:
    """What is in force in this process.

    Deeds are written to the store only when the new weights were opened and have looked at a
    picture. A watch that dies between that and the swap starts with what the store says; one that
    dies before it starts with what was in force. Other processes on the same store follow within
    seconds, and so does this one after ``firewatch model activate``.

    Args:
        settings: of the installation.
        store: that says what is in force.
        clock: for waiting.
        site: what the console shows; follows.
        detector: that everybody looks with.
        problem: why it is not the newest activation's; empty when it is.
        opens: loads weights beside those at work, and tries them.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        site: SiteFacts,
        detector: SwappingDetector,
        *,
        problem: str = "",
        opens: Callable[[ModelCard, Outfit], Outfit] | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._site = site
        self._detector = detector
        self._opens = opens or self._beside
        self._lock = threading.Lock()
        self._failed_id = 0
        self._again_s = 0.0
        self._problem = problem

    @property
    def problem(self) -> str:
        """Why the newest activation is not in force here, in English; empty when it is."""
        return self._problem

    async def run(self) -> None:
        """Follow the store until cancelled."""
        while True:
            try:
                await asyncio.to_thread(self.follow)
            except WatchError as error:
                logger.warning("the model in force cannot be read now: %s", error)
            await self._clock.sleep(LOOK_S)

    def follow(self) -> bool:
        """Put what the store says into force.

        Returns:
            Whether another model is in force now.

        Raises:
            WatchError: the store cannot be read.
        """
        with self._lock:
            newest = self._store.releases.activations(limit=1)
            if not newest or newest[0].model == self._site.model:
                self._problem = ""
                return False
            activation, now_s = newest[0], self._clock.monotonic_s()
            if activation.activation_id == self._failed_id and now_s < self._again_s:
                return False
            try:
                self._wear(self._open(activation.model))
            except ModelMismatch as error:
                if str(error) != self._problem:  # once, not every minute
                    logger.error(  # noqa: TRY400 -- what is wrong is a file, not a line of ours
                        "the model %s is not in force here: %s", activation.model.name, error
                    )
                self._problem = str(error)
                self._failed_id, self._again_s = activation.activation_id, now_s + AGAIN_S
                return False
            return True

    def activate(self, release_id: int, *, author: str) -> Activation:
        """Put a signed release into force, here at once.

        Raises:
            NotFound: no such release; code ``no_such_release``.
            Conflict: as of :meth:`models.store.releases.ReleaseRepository.activate`, or its weights
                cannot be used (``model_unusable``): what was in force still is.
        """
        with self._lock:
            release = self._store.releases.get_release(release_id)
            outfit = None
            if release.state is ReleaseState.SIGNED:  # else the store says what is wrong
                outfit = self._opened(release.candidate)
            activation = self._store.releases.activate(
                release_id, in_force=self._site.model, author=author
            )
            assert outfit is not None  # noqa: S101 -- what is activated was signed
            self._wear(outfit)
            return activation

    def go_back(self, activation_id: int, *, note: str, author: str) -> Activation:
        """Put a model into force that was so before, here at once.

        Raises:
            NotFound: no such activation; code ``no_such_activation``.
            Conflict: it is in force (``model_in_force``), or its weights cannot be used
                (``model_unusable``).
            InputRefused: no note; code ``model_note``.
        """
        with self._lock:
            model = self._store.releases.get_activation(activation_id).model
            outfit = None if model == self._site.model else self._opened(model)
            activation = self._store.releases.go_back(activation_id, note=note, author=author)
            if outfit is not None:
                self._wear(outfit)
            self._problem = ""
            return activation

    def _opened(self, model: ModelReference) -> Outfit:
        try:
            return self._open(model)
        except ModelMismatch as error:
            raise Conflict(
                f"{model.name} {model.version} cannot be used: {error.message}",
                remedy=error.remedy,
                code="model_unusable",
            ) from error

    def _open(self, model: ModelReference) -> Outfit:
        return self._opens(card_of(self._settings, model), self._detector.outfit)

    def _beside(self, card: ModelCard, worn: Outfit) -> Outfit:
        settings = self._settings
        return Outfit.beside(card, settings.attention, worn, settings.inference_threads)

    def _wear(self, outfit: Outfit) -> None:
        before, now = self._site.model, outfit.full.reference
        self._detector.swap(outfit)
        self._site.wear(outfit.full)
        self._problem = ""
        self._failed_id = 0
        logger.warning(
            "the model %s %s is in force instead of %s %s",
            now.name,
            now.version,
            before.name,
            before.version,
        )
