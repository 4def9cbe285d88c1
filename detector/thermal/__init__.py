"""Heat: hot spots of pictures, and how hot a surface may be without burning."""

from detector.thermal.limits import sunlit_excess_k, warm_limit_c
from detector.thermal.spots import MOST_SPOTS, find_spots

__all__ = ["MOST_SPOTS", "find_spots", "sunlit_excess_k", "warm_limit_c"]
