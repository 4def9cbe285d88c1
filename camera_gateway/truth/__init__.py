"""Truth of a picture: what it can say of the world now, judged cheaply before it is scored."""

from camera_gateway.truth.judge import ViewJudge
from camera_gateway.truth.judgement import Fault, FrameJudge, Judgement
from camera_gateway.truth.repeats import Repeats
from camera_gateway.truth.view_memory import ViewMemory

__all__ = ["Fault", "FrameJudge", "Judgement", "Repeats", "ViewJudge", "ViewMemory"]
