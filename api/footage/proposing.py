"""What the detector proposes for chosen frames, and what becomes of it when a person takes it.

Nothing that the detector sees is truth by itself: a set that it labelled for itself would call its
own mistakes right.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from api.footage.frames import frame_picture
from api.footage.shelf import FootageShelf
from api.imagery.scoring import PictureDetector, found_in
from models.detection import Box, Detections, ModelReference
from models.errors import FrameCorrupt, InputRefused, NotFound, WatchError
from models.footage import TrueBox, Truth
from models.footage_library import Proposal, ProposedBox
from models.store import Store
from models.units import ImageBGR

__all__ = ["propose", "truth_with"]


def propose(
    store: Store,
    shelf: FootageShelf,
    detector: PictureDetector,
    model: ModelReference,
    proposal: Proposal,
    *,
    rest: Callable[[], None],
) -> None:
    """Look at the frames of a proposal and keep what is seen; damage costs its frame alone.

    Args:
        store: of the watch.
        shelf: where the recording lies.
        detector: the watch's own.
        model: its weights.
        proposal: that waits.
        rest: called before each look; may raise to end it.

    Raises:
        WatchError: the store failed; it still waits.
    """
    number = proposal.proposal_id
    try:
        footage = store.footage.get(proposal.draft.footage_id)
        index = shelf.index(footage.draft)
    except NotFound as error:
        store.proposals.refuse(number, code=error.code, message=error.message)
        return
    patient = _Patient(detector, rest)
    boxes: list[ProposedBox] = []
    damage: WatchError | None = None
    looked = 0
    for place, at_s in zip(proposal.draft.frames, proposal.draft.at_s, strict=True):
        rest()
        try:
            image = frame_picture(shelf, footage.draft, index, place)
        except (InputRefused, FrameCorrupt, NotFound) as error:
            damage = damage or error
            continue
        looked += 1
        height, width = image.shape[:2]
        found = found_in(patient, image, in_tiles=True)
        boxes += [box for each in found if (box := _share(each, at_s, width, height)) is not None]
    if damage is not None and looked == 0:
        store.proposals.refuse(number, code=damage.code, message=damage.message)
        return
    store.proposals.finish(
        number,
        boxes,
        model,
        code="" if damage is None else damage.code,
        message="" if damage is None else damage.message,
    )


def truth_with(truth: Truth, proposal: Proposal, kept: Collection[int], *, fire: str = "") -> Truth:
    """A truth with a proposal taken: its frames count as boxed, with the boxes that are kept.

    What was drawn in these frames before gives way.

    Args:
        truth: as it was.
        proposal: that a person has looked at.
        kept: numbers of its boxes, from 0, that are right.
        fire: name of the fire that they show; empty when nobody says.

    Raises:
        InputRefused: a number is none of a box (``proposal_boxes``), or the fire is none of the
            truth (``truth_name``).
    """
    numbers = sorted(set(kept))
    if numbers and not 0 <= numbers[0] <= numbers[-1] < len(proposal.boxes):
        raise InputRefused(
            f"The proposal has {len(proposal.boxes)} boxes.",
            remedy="Name boxes by their place in the proposal, from 0.",
            code="proposal_boxes",
        )
    times = set(proposal.draft.at_s)
    before = [box for box in truth.boxes if box.at_s not in times]
    taken = [_true(proposal.boxes[number], fire) for number in numbers]
    return replace(
        truth,
        boxes=tuple(sorted((*before, *taken), key=lambda box: box.at_s)),
        boxed_at_s=tuple(sorted(times.union(truth.boxed_at_s))),
    )


class _Patient:
    """The detector, asked only while no live frame waits."""

    def __init__(self, detector: PictureDetector, rest: Callable[[], None]) -> None:
        self._detector = detector
        self._rest = rest

    def detect(self, images: Sequence[ImageBGR], *, floor_score: float) -> Sequence[Detections]:
        """See :class:`PictureDetector`."""
        self._rest()
        return self._detector.detect(images, floor_score=floor_score)


def _true(box: ProposedBox, fire: str) -> TrueBox:
    return TrueBox(box.at_s, box.label, box.x_min, box.y_min, box.x_max, box.y_max, fire)


def _share(box: Box, at_s: float, width: int, height: int) -> ProposedBox | None:
    sides = [
        min(1.0, max(0.0, side))
        for side in (box.x_min / width, box.y_min / height, box.x_max / width, box.y_max / height)
    ]
    if sides[0] >= sides[2] or sides[1] >= sides[3]:
        return None
    return ProposedBox(at_s, box.label, min(1.0, box.score), *sides)
