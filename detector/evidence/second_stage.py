"""A second opinion on a track, by a small network that looks at its crops in time.

It is optional: ``second_stage.toml`` beside this file says whether it is switched on, and it is
switched on only when it beat the evidence alone on sites that it had not seen
(``training/second_stage.py``). Its opinion is added to the sum of log-odds and bounded on both
sides: it can hold a track back for a frame or two, or help it by as much, and never silence it,
because the sum has no ceiling.

Whatever is wrong with it, a missing file, altered weights, a network that fails, the decision goes
on without it, and both the decision and the watch's health say so.
"""

import hashlib
import logging
import math
import tomllib
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from detector.evidence.crops import CropHistory
from detector.evidence.weigh import Weighing
from models.alert import Finding
from models.config import EvidenceRule

__all__ = ["CARD", "SecondStage", "StageCard", "StageState", "read_stage_card"]

_logger = logging.getLogger(__name__)
CARD = Path(__file__).with_name("second_stage.toml")
_FATAL_ONLY = 4  # the runtime's own log lines would stand beside our one clear line

Floats32 = NDArray[np.float32]


class StageState(StrEnum):
    """How the second stage is."""

    OFF = "off"  # it did not beat the evidence, or nobody has fitted it
    ON = "on"
    MISSING = "missing"  # switched on, and its weights are not there or not those of the card
    FAILED = "failed"  # switched on, and its network failed at work


@dataclass(frozen=True, slots=True)
class StageCard:
    """What is known of the second stage.

    Attributes:
        on: whether it is asked.
        version: of the training.
        model: name of the detector's weights whose tracks it was trained on.
        file: of the network, beside the card; empty when none is shipped.
        sha256: of that file.
        weight: what its logit counts.
        most_log_odds: bound of its opinion, on both sides, above 0.
    """

    on: bool
    version: str
    model: str
    file: str
    sha256: str
    weight: float
    most_log_odds: float


class StageNetwork(Protocol):
    """What is asked: crops (1, 8, 3, 24, 24) and which there are (1, 8), one logit."""

    def run(self, names: list[str] | None, feeds: dict[str, Floats32]) -> list[NDArray[np.float32]]:
        """See :class:`onnxruntime.InferenceSession`."""


def read_stage_card(path: Path = CARD) -> StageCard:
    """Read the card.

    Raises:
        OSError, ValueError, KeyError, TypeError: it is none.
    """
    table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    card = StageCard(
        on=bool(table["on"]),
        version=str(table["version"]),
        model=str(table["model"]),
        file=str(table["file"]),
        sha256=str(table["sha256"]),
        weight=float(table["weight"]),
        most_log_odds=float(table["most_log_odds"]),
    )
    if not (math.isfinite(card.weight) and 0.0 < card.most_log_odds < math.inf):
        raise ValueError(f"{path.name}: weight and bound must be finite, the bound above 0")
    return card


class SecondStage:
    """Asked for every track whose evidence is near the threshold.

    Args:
        card: says whether it is on, and how far it may go.
        network: None when it is off or cannot be had.
        state: of the whole.

    Attributes:
        state: changes to ``failed`` when the network fails at work.
    """

    def __init__(self, card: StageCard, network: StageNetwork | None, state: StageState) -> None:
        self._card = card
        self._network = network
        self.state = state

    @classmethod
    def open(cls, path: Path = CARD) -> "SecondStage":
        """As its card says; never an error: what cannot be had is told by :attr:`state`."""
        try:
            card = read_stage_card(path)
        except (OSError, ValueError, KeyError, TypeError):
            _logger.exception("the second stage's card cannot be read; the watch goes on without")
            lost = StageCard(
                on=True, version="", model="", file="", sha256="", weight=0.0, most_log_odds=1.0
            )
            return cls(lost, None, StageState.MISSING)
        if not card.on:
            return cls(card, None, StageState.OFF)
        try:
            network = _load(path.with_name(card.file), card.sha256)
        except Exception:  # the runtime's errors have no common class
            _logger.exception("the second stage cannot be loaded; the watch goes on without")
            return cls(card, None, StageState.MISSING)
        return cls(card, network, StageState.ON)

    @property
    def wanted(self) -> bool:
        """Whether crops are worth keeping: it is on and works."""
        return self.state is StageState.ON

    def consider(
        self, weighing: Weighing, rule: EvidenceRule, crops: CropHistory | None
    ) -> Weighing:
        """Add the second opinion to what a track weighs.

        Args:
            weighing: by the evidence alone.
            rule: in force.
            crops: of the track, if any were kept.

        Returns:
            The same while it is off, where there are too few crops (nothing is known of the view's
            usual picture), and where it could not change the decision; without an opinion, and
            saying so, where it should be on and is not to be had.
        """
        if self.state is StageState.OFF:
            return weighing
        if self.wanted:
            if weighing.log_odds < rule.alert_log_odds - self._card.most_log_odds:
                return weighing
            stack = None if crops is None else crops.stack()
            if stack is None:
                return weighing
            opinion = self._opinion(*stack)
            if opinion is not None:
                log_odds = weighing.log_odds + opinion
                persisted = Finding.PERSISTED in weighing.findings
                finding = Finding.SECOND_AGREES if opinion >= 0.0 else Finding.SECOND_DOUBTS
                return Weighing(
                    log_odds,
                    persisted and log_odds >= rule.alert_log_odds,
                    (*weighing.findings, finding),
                )
        return replace(weighing, findings=(*weighing.findings, Finding.SECOND_ABSENT))

    def _opinion(self, crops: Floats32, there: Floats32) -> float | None:
        """Bounded log-odds; None when the network fails, and from then on."""
        if self._network is None:
            return None
        try:
            (answer,) = self._network.run(None, {"crops": crops[None], "there": there[None]})
            logit = float(np.asarray(answer).reshape(-1)[0])
        except Exception:  # the runtime's errors have no common class
            _logger.exception("the second stage failed; the watch goes on without it")
            logit = math.nan
        if not math.isfinite(logit):
            self.state = StageState.FAILED
            return None
        most = self._card.most_log_odds
        return min(max(self._card.weight * logit, -most), most)


def _load(path: Path, sha256: str) -> StageNetwork:
    weights = path.read_bytes()
    if hashlib.sha256(weights).hexdigest() != sha256:
        raise ValueError(f"{path.name} is not the file of the card")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = _FATAL_ONLY
    session: StageNetwork = onnxruntime.InferenceSession(
        weights, options, providers=["CPUExecutionProvider"]
    )
    return session
