"""How good the watch is on footage of which the truth is known: figures, intervals, curves.

Pure arithmetic on what was played, without network, clock or file. Every figure is proved equal to
an independent implementation in the tests.
"""

from detector.measures.comparing import compare
from detector.measures.figures import figures_of

__all__ = ["compare", "figures_of"]
