"""That one process, and no other, may do something for a while."""

from dataclasses import dataclass

__all__ = ["LeaderLease"]


@dataclass(frozen=True, slots=True)
class LeaderLease:
    """Held by one process of all that share a store.

    Attributes:
        name: of what only one may do.
        holder: which process; another word for each start of it.
        fence: rises by one whenever it is taken; who shows a smaller one is not the leader any
            more, whatever it believes.
        until_tick_s: until when, on the scale of :mod:`models.steady`.
    """

    name: str
    holder: str
    fence: int
    until_tick_s: float
