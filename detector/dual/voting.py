"""Asks the board about a sighting: by which rule its camera goes, what the other sensor says."""

from dataclasses import replace

from detector.dual.board import HeatBoard
from detector.sighting import Sighting
from models.condition import Condition
from models.dual import AgreementRule, HeatVote, VoteWord

__all__ = ["Votes"]


class Votes:
    """Votes on sightings.

    Args:
        board: None where no camera is in a pair.
    """

    def __init__(self, board: HeatBoard | None = None) -> None:
        self._board = board

    def rule_of(self, sighting: Sighting) -> AgreementRule | None:
        """How its camera and the one of heat agree; None for a camera that is in no pair."""
        if self._board is None:
            return None
        pair = self._board.pair_of(sighting.frame.camera_id)
        return None if pair is None else pair.rule

    def of(self, sighting: Sighting) -> HeatVote | None:
        """What the sensor of heat says of its plume; None for a camera that is in no pair.

        A camera that was turned away from the view of its preset shows the plume elsewhere than
        where it was registered: then nothing is ever said not to be there.
        """
        if self._board is None:
            return None
        frame = sighting.frame
        size_px = (sighting.width_px, sighting.height_px)
        vote = self._board.vote(*sighting.view, sighting.track.last_box, size_px, frame.captured_at)
        is_elsewhere = Condition.MOVED in frame.conditions
        if vote is not None and vote.says is VoteWord.NOTHING and is_elsewhere:
            return replace(vote, says=VoteWord.UNREGISTERED)
        return vote
