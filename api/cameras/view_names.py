"""Under which pose the look of each view is kept, while calibrations give it better labels.

What a view looks like was learned, and proven, from pictures. A calibration finds out where those
pictures look; it does not turn the camera. So what was learned goes on, under the pose that it was
learned with. A pose that somebody enters by hand is another view, and is learned anew.
"""

import threading

from models.site import Pose, Preset
from models.store import CalibrationRepository

__all__ = ["ViewNames"]


class ViewNames:
    """Follows the calibrations of a store; from any thread.

    Args:
        calibrations: read when :meth:`refresh` is called, from the last one that is known.
    """

    def __init__(self, calibrations: CalibrationRepository) -> None:
        self._calibrations = calibrations
        self._newest = 0
        self._names: dict[tuple[str, int], dict[Pose, Pose]] = {}
        self._lock = threading.Lock()

    def refresh(self) -> None:
        """Take in what is new; blocks.

        Raises:
            WatchError: the store cannot be read; all stays as it is.
        """
        with self._lock:
            for each in self._calibrations.since(self._newest):
                names = self._names.setdefault((each.camera_id, each.preset), {})
                names[each.after] = each.after if each.known_as is None else each.known_as
                self._newest = each.calibration_id

    def of(self, camera_id: str, preset: Preset) -> Pose:
        """The pose under which the view of a preset is kept; its own where nobody calibrated."""
        with self._lock:
            return self._names.get((camera_id, preset.number), {}).get(preset.pose, preset.pose)
