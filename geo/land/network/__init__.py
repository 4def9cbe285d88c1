"""What the district's facilities lack as a network, for the yearly plan."""

from geo.land.network.survey import Sights, survey

__all__ = ["Sights", "survey"]
