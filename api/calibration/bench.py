"""What the house keeps at hand for whoever calibrates."""

from api.calibration.easel import Easel
from api.calibration.surroundings import SurroundingsBook

__all__ = ["Workbench"]


class Workbench:
    """One for the house; from any thread.

    Attributes:
        pictures: on which somebody is working.
        surroundings: of the lenses at which somebody is working.
    """

    def __init__(self) -> None:
        self.pictures = Easel()
        self.surroundings = SurroundingsBook()
