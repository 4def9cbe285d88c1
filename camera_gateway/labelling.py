"""From a picture and what was judged of it to the frame that travels through the house."""

from camera_gateway.source import RawFrame
from camera_gateway.truth.judgement import Judgement, Sighted
from models.frame import Frame
from models.site import Camera, Pose

__all__ = ["Labels"]


class Labels:
    """Gives the pictures of one camera their number, view and pose.

    Args:
        camera: which.
        preset_number: in force while the camera stands still.
        first_sequence: number of the first frame.
    """

    def __init__(self, camera: Camera, preset_number: int, first_sequence: int) -> None:
        self._camera_id = camera.camera_id
        self._preset_number = preset_number
        self._pose: Pose | None = None
        self.relabel(camera)
        self.next_sequence = first_sequence

    def relabel(self, camera: Camera) -> None:
        """From the next picture on, the pose is the one that the preset has now."""
        preset = camera.preset(self._preset_number)
        self._pose = None if preset is None else preset.pose

    def frame(self, judgement: Judgement, raw: RawFrame) -> Frame:
        """The frame; it takes no number before it is published."""
        sighted = judgement.sighted or self._as_configured(judgement)
        return Frame(
            camera_id=self._camera_id,
            preset=sighted.preset,
            sequence=self.next_sequence,
            captured_at=judgement.captured_at,
            received_at=judgement.received_at,
            time_source=judgement.time_source,
            jpeg=raw.jpeg,
            mode=judgement.mode,
            provenance=raw.provenance,
            pose=sighted.pose,
            captured_doubt_s=judgement.captured_doubt_s,
            conditions=judgement.conditions,
            pose_trust=sighted.trust,
        )

    def _as_configured(self, judgement: Judgement) -> Sighted:
        # A pose that is not this picture's would send people to the wrong mountain.
        if judgement.pose_doubtful or self._pose is None:
            return Sighted(self._preset_number, None, None)
        return Sighted(self._preset_number, self._pose, judgement.trust)
