"""A query that cannot be answered: 400, as the standard wants it (OGC 17-069r4, 7.5.2)."""

from models.errors import WatchError

__all__ = ["QueryRefused", "refused"]


class QueryRefused(WatchError):
    """A parameter is unknown or has a value that it cannot have."""

    default_code = "query_refused"


def refused(what: str) -> QueryRefused:
    """With what is wrong."""
    return QueryRefused(what, remedy="Look at the description of the collection.")
