"""What is seen from a lens: ground profiles all around it, and all that follows from them."""

from geo.horizon.book import HorizonBook
from geo.horizon.ground import PolarGround
from geo.horizon.horizon import Horizon

__all__ = ["Horizon", "HorizonBook", "PolarGround"]
