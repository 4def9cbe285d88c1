"""What is believed of every preset's pose, for whoever tells it or locates by it."""

from collections.abc import Mapping
from datetime import datetime

from models.pose_state import PoseState, widened
from models.site import Pose

__all__ = ["PoseBook"]


class PoseBook:
    """States of presets; readers in other threads see one whole state or the next one."""

    def __init__(self) -> None:
        self._states: dict[tuple[str, int], PoseState] = {}

    def state(self, camera_id: str, preset: int, pose: Pose | None) -> PoseState:
        """Of a preset whose pose is this; one without anything where nothing is known of it."""
        state = self._states.get((camera_id, preset), PoseState())
        return state if state.is_of(pose) else PoseState()

    def suspects(self, now: datetime) -> set[str]:
        """Keys of cameras of which some preset may look elsewhere, or was not checked for days."""
        return {
            camera_id
            for (camera_id, _), state in list(self._states.items())
            if state.drift is not None or state.is_unchecked(now)
        }

    def put(self, camera_id: str, preset: int, state: PoseState) -> None:
        """Write down the state of a preset."""
        self._states[camera_id, preset] = state

    def replace(self, states: Mapping[tuple[str, int], PoseState]) -> None:
        """Open a new book."""
        self._states = dict(states)

    def believed(self, camera_id: str, preset: int, pose: Pose) -> Pose:
        """A pose as far as it may be trusted: with what is told of its drift as doubt."""
        return widened(pose, self.state(camera_id, preset, pose))
