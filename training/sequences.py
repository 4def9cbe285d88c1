"""What single frames of ignitions and of quiet weeks score: for evaluation, never training.

For an ignition: the best smoke score before it and the first frames afterwards that reach a score.
For sequences without fire: the share of frames with any box at that score. No tracking, no memory:
these are the raw figures that evidence over time has to work with.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from camera_gateway.pictures import read_picture
from detector.core import Detector
from models.errors import InputRefused
from models.zoo import ModelCard, read_card
from training.evaluate import draft_card

__all__ = ["ignition", "main", "quiet"]

FLOOR = 0.01


def frame_scores(detector: Detector, frames: Sequence[Path]) -> list[list[float]]:
    """Best smoke and best flame score of each frame, 0 where there is none.

    Raises:
        InputRefused: a frame is not a picture.
    """
    answer = []
    for frame in frames:
        found = detector.detect([read_picture(frame)], floor_score=FLOOR)[0]
        answer.append(
            [float(found.scores[found.labels == label].max(initial=0.0)) for label in (0, 1)]
        )
    return answer


def ignition(detector: Detector, folder: Path, score: float) -> dict[str, Any]:
    """One sequence; the seconds from ignition stand in the frames' names."""
    frames = sorted(folder.glob("*.jpg"), key=lambda path: int(path.stem.rsplit("_", 1)[1]))
    offsets = np.array([int(path.stem.rsplit("_", 1)[1]) for path in frames])
    smoke = np.array([one[0] for one in frame_scores(detector, frames)])
    before, after = smoke[offsets < 0], offsets[(offsets >= 0) & (smoke >= score)]
    return {
        "sequence": folder.name,
        "frames": len(frames),
        "highest_before": float(before.max(initial=0.0)),
        "frames_before_at_score": int((before >= score).sum()),
        "frames_before": len(before),
        "first_at_score_s": int(after[0]) if len(after) > 0 else None,
        "frames_after_at_score": len(after),
        "frames_after": int((offsets >= 0).sum()),
        "scores": [
            [int(offset), round(float(one), 3)] for offset, one in zip(offsets, smoke, strict=True)
        ],
    }


def quiet(detector: Detector, folder: Path, score: float) -> list[dict[str, Any]]:
    """All sequences without fire, one row a camera."""
    answer = []
    for camera in sorted(path for path in folder.iterdir() if path.is_dir()):
        frames = sorted(camera.glob("*.jpg"))
        best = np.array([max(one) for one in frame_scores(detector, frames)])
        answer.append(
            {
                "camera": camera.name,
                "frames": len(frames),
                "frames_with_a_box": int((best >= score).sum()),
                "highest": float(best.max()),
            }
        )
    return answer


def main() -> int:
    """Score sequences as told on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("footage", type=Path, help="folder with sequences_1min, sequences_nofire")
    parser.add_argument("weights", type=Path, help="an ONNX file, or the TOML of a card")
    parser.add_argument("--score", type=float, help="the card's reporting score when left out")
    parser.add_argument("--out", type=Path, required=True, help="JSON file to write")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    weights: Path = arguments.weights
    card: ModelCard = read_card(weights) if weights.suffix == ".toml" else draft_card(weights)
    score = card.operating.report_score if arguments.score is None else arguments.score
    try:
        detector = Detector.open(card, device="cpu", threads=1)
        folders = sorted(path for path in (arguments.footage / "sequences_1min").iterdir())
        ignitions = [ignition(detector, path, score) for path in folders if path.is_dir()]
        weeks = quiet(detector, arguments.footage / "sequences_nofire", score)
    except InputRefused as error:
        print(error, file=sys.stderr)
        return 1
    answer = {"score": score, "ignitions": ignitions, "quiet": weeks}
    arguments.out.write_text(json.dumps(answer, indent=1))
    for row in ignitions:
        print({key: value for key, value in row.items() if key != "scores"})
    for row in weeks:
        print(row)
    return 0


if __name__ == "__main__":
    sys.exit(main())
