"""What the console shows of the installation as a whole."""

from dataclasses import dataclass

from detector.core import Detector
from models.detection import ModelReference

__all__ = ["SiteFacts"]


@dataclass(slots=True)
class SiteFacts:
    """What the console shows of the installation as a whole.

    The last three are others when another model goes into force.

    Attributes:
        name: of the district.
        drill: cameras, relief or land layers are invented.
        replay_rate: how many times faster than recorded the recordings run; None without any.
        model: the weights in force.
        provider: execution provider of the network.
        arrangement: runs of the network side by side x threads of each, and how it was chosen.
    """

    name: str
    drill: bool
    replay_rate: float | None
    model: ModelReference
    provider: str
    arrangement: str

    def wear(self, detector: Detector) -> None:
        """Another detector is in force."""
        self.model = detector.reference
        self.provider = detector.provider
        self.arrangement = arrangement_of(detector)


def arrangement_of(detector: Detector) -> str:
    """In words: ``2 x 1, usual``."""
    return f"{detector.arrangement.name}, {detector.arrangement.origin}"
