"""What the house keeps at hand for whoever calibrates."""

import threading
from typing import Final

from api.calibration.easel import Easel
from api.calibration.surroundings import SurroundingsBook

__all__ = ["Workbench"]

AT_ONCE: Final = 2


class Workbench:
    """One for the house; from any thread.

    Attributes:
        pictures: on which somebody is working.
        surroundings: of the lenses at which somebody is working.
        looking: held by whoever looks for a skyline, a second of a core's work: two at once.
    """

    def __init__(self) -> None:
        self.pictures = Easel()
        self.surroundings = SurroundingsBook()
        self.looking = threading.Semaphore(AT_ONCE)
