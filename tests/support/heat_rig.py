"""A node with frames on the disk and in the store, and a desk that looks at them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

import cv2
import numpy as np
from api_rig import ApiRig

from api.heat.desk import HeatDesk
from api.heat.towers import towers_for
from api.nodes.files import NodeFiles
from models.heat_event import HeatEvent, HeatReason
from models.heat_intake import FrameDraft
from models.heat_look import HeatLook
from models.heat_node import HeatNode, NodeFrame, NodeReading
from models.site import HeightDatum, Pose, Position
from models.store.heat_look_rows import LookDraft
from models.thermal import HotSpot, ThermalEncoding

__all__ = ["LOOKS_NORTH", "NODE", "PLUME", "HeatRig", "picture", "propose"]

PLUME = (-84.3061900, 36.2463033)
"""A place in the drill's district that towers see."""
WIDTH, HEIGHT = 160, 120
ZERO_K = 273.15
NODE = HeatNode(
    "n1",
    "松林 1 号",
    Position(*PLUME, 3.0, HeightDatum.GROUND),
    None,
    60.0,
    ThermalEncoding.CENTIKELVIN,
)
LOOKS_NORTH = Pose(0.0, -10.0, 0.0, 50.0)


def picture(
    spots: Iterable[tuple[int, int, int, float]] = (), *, seed: int = 0, ground_c: float = 18.0
) -> bytes:
    """A radiometric frame of 160 x 120: ground with noise, and squares (column, row, side, °C)."""
    random = np.random.default_rng(seed)
    levels = ground_c + random.normal(0.0, 0.15, (HEIGHT, WIDTH))
    for column, row, side, celsius in spots:
        levels[row : row + side, column : column + side] = celsius
    numbers = np.rint((levels + ZERO_K) * 100.0).astype(np.uint16)
    is_written, data = cv2.imencode(".png", numbers)
    assert is_written
    return data.tobytes()


class HeatRig:
    """Frames of nodes handed in as if they had been pushed, and the desk."""

    def __init__(self, api: ApiRig, node: HeatNode = NODE) -> None:
        self.api, self.context, self.clock = api, api.context, api.clock
        self.store = api.context.store
        self.node = node
        self._files = NodeFiles(api.context.settings.data_dir, api.clock, 0)
        self._sequence = 0
        self.add(node)
        self.desk = self.new_desk()

    def add(self, node: HeatNode) -> None:
        """Set one up."""
        self.store.nodes.add(node, "k" * 64, author="admin")

    def new_desk(self) -> HeatDesk:
        """As after a restart."""
        return HeatDesk(self.context, None, lambda: 0)

    def push(
        self, data: bytes, at: datetime | None = None, node: HeatNode | None = None
    ) -> NodeFrame:
        """Take a frame of now, or of then."""
        at, node = at or self.clock.now(), node or self.node
        self._sequence += 1
        digest = sha256(data).hexdigest()
        self._files.put(node.node_id, at, self._sequence, data, sha256=digest, suffix="png")
        draft = FrameDraft(
            node.node_id,
            self._sequence,
            at,
            self.clock.now(),
            digest,
            len(data),
            "png",
            NodeReading(),
            60,
        )
        return self.store.nodes.take(draft)[0]

    def burn(
        self, frames: int = 8, *, celsius: float = 320.0, node: HeatNode | None = None
    ) -> None:
        """A fire that grows for some minutes, a frame a minute, each looked at as it comes."""
        for minute in range(frames):
            spot = (70, 60, 4 + minute // 3, celsius + 15.0 * (minute % 3))
            self.push(picture([spot], seed=minute), node=node)
            self.settle()
            self.clock.advance(60.0)

    def settle(self) -> None:
        """Look at all that waits."""
        while self.desk.work_once():
            pass

    def pass_by(self, span: timedelta) -> None:
        """Let time pass."""
        self.clock.advance(span.total_seconds())


def propose(api: ApiRig, frame_id: int = 1) -> HeatLook:
    """A look of a node that nobody set up, without frames."""
    now = api.clock.now()
    spot = HotSpot(70, 60, 75, 65, 25, 320.0, 72, 62, 18.0, 0.5)
    reasons = ((HeatReason.HOT, 4.0), (HeatReason.STAYS, 2.0))
    event = HeatEvent(1, now, now, 3, spot, 320.0, 2.0, reasons, is_due=True)
    place = Position(*PLUME, 0.0, HeightDatum.GROUND)
    draft = LookDraft("n1", event, frame_id, place, 20.0, towers_for(api.context, place))
    return api.context.store.heat_looks.open(draft)[0]
