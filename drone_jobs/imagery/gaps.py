"""What a look lacks to be placed."""

from dataclasses import replace

from models.flight import AttitudeSource, Look, LookGap

__all__ = ["gaps_of", "with_gaps"]


def gaps_of(look: Look) -> tuple[LookGap, ...]:
    """What is missing: by its own word, or because nothing is told; in the order of the words.

    A roll that is not told is no gap: a gimbal keeps its horizon.
    """
    has_place = look.lon_deg is not None and look.lat_deg is not None
    angles_deg = look.yaw_deg, look.pitch_deg
    has_attitude = None not in angles_deg and look.attitude is not AttitudeSource.NONE
    has_height = look.height is not None or look.above_take_off_m is not None
    missing = {
        LookGap.PLACE: not has_place and LookGap.ORDER not in look.gaps,
        LookGap.HEIGHT: not has_height,
        LookGap.ATTITUDE: not has_attitude,
        LookGap.LENS: look.horizontal_fov_deg is None,
    }
    return tuple(gap for gap in LookGap if gap in look.gaps or missing.get(gap, False))


def with_gaps(look: Look) -> Look:
    """The same look, its gaps told in full."""
    return replace(look, gaps=gaps_of(look))
