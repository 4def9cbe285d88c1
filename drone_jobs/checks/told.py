"""Makes findings."""

from models.mission import Finding, Gravity

__all__ = ["forbidden", "warned"]


def forbidden(
    code: str,
    message: str,
    remedy: str,
    place: tuple[float, float] | None = None,
    **facts: float | str,
) -> Finding:
    """A finding for which it must not fly."""
    return _finding(Gravity.REFUSED, (code, message, remedy), place, facts)


def warned(
    code: str,
    message: str,
    remedy: str,
    place: tuple[float, float] | None = None,
    **facts: float | str,
) -> Finding:
    """A finding that a person must look at."""
    return _finding(Gravity.WARNING, (code, message, remedy), place, facts)


def _finding(
    gravity: Gravity,
    said: tuple[str, str, str],
    place: tuple[float, float] | None,
    facts: dict[str, float | str],
) -> Finding:
    code, message, remedy = said
    lon_deg, lat_deg = (None, None) if place is None else (float(place[0]), float(place[1]))
    return Finding(code, gravity, message, remedy, tuple(facts.items()), lon_deg, lat_deg)
