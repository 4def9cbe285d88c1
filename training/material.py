"""The recordings that the evidence is fitted and judged on, played and turned into numbers."""

import argparse
import sys
from functools import partial
from pathlib import Path

from camera_gateway.pictures import read_picture
from detector.attention import AttentiveScorer
from detector.evaluate.events import EVENTS_FILE, FireEvent, read_events
from detector.evaluate.footage import Sampling, find_recordings
from detector.evaluate.recorded_scorer import RecordedScorer
from models.config import Settings
from models.errors import InputRefused
from models.zoo import load_card
from training.mist import MIST_SOURCES
from training.negatives import negative_sequences, quiet_pictures
from training.observations import Fire, Later, Observed, observe, read_fire

__all__ = ["add_arguments", "gather"]

LATE_S = (0.0, 300.0, 600.0)
"""Seconds from ignition at which the watch of a burning view is begun as well."""
QUIET_CLIPS = (
    "tamil_mist_ridge.mp4",
    "bz_fog_cgi.mp4",
    "yuchen_trees.mp4",
    "teerapong_nonfire_forest_trail.mp4",
    "yuchen_movecam.mp4",
    "pyronear_test_bg.mp4",
)
FIRE_CLIPS = ("furg_house6.mp4", "sidd_forest_5.avi", "gaurav_fire1.mp4", "teerapong_smoke.mp4")
CLIP_S = 300.0
FROM_THE_START = Fire(FireEvent(0.0, 0.0, 1.0), ())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What both fits are told on the command line."""
    parser.add_argument("footage", type=Path, help="folder with sequences_1min and the rest")
    parser.add_argument(
        "data", type=Path, help="labelled set; its quiet training pictures are used"
    )
    parser.add_argument("--cache", type=Path, required=True, help="keeps what the network answers")
    parser.add_argument("--model", default=Settings().model_card, help="name of a model card")
    parser.add_argument("--version", required=True, help="of the fit, YYYY.M.N")
    parser.add_argument("--floor", type=float, default=Settings().evidence.floor_score)
    parser.add_argument("--made", type=int, default=100, help="made sequences without fire")
    parser.add_argument("--mist", type=int, default=0, help="made sequences of drifting mist")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--threads", type=int, default=1)


def gather(arguments: argparse.Namespace, *, keep_crops: bool = False) -> list[Observed]:
    """Play everything.

    Args:
        arguments: of :func:`add_arguments`.
        keep_crops: for the second stage.
    """
    settings = Settings(model_card=arguments.model)
    looks = AttentiveScorer.open(
        load_card(arguments.model), settings.attention, device="cpu", threads=arguments.threads
    )
    scorer = RecordedScorer(looks, arguments.cache, settings.attention)
    play = partial(observe, scorer=scorer, floor_score=arguments.floor, keep_crops=keep_crops)
    footage: Path = arguments.footage
    ignitions = footage / "sequences_1min"
    events = read_events(ignitions / EVENTS_FILE)
    answer = []
    for recording in find_recordings([ignitions], leave_out=arguments.cache):
        if isinstance(recording, InputRefused):
            raise recording
        ignition = read_fire(events[recording.name], *_labels(footage, recording.name))
        for shown in (recording, *(Later(recording, from_s) for from_s in LATE_S)):
            answer.append(
                play(
                    shown,
                    sampling=Sampling(),
                    site=_site(recording.name),
                    fire=ignition,
                    late=shown is not recording,
                )
            )
            _tell(answer[-1])
    clips = [footage / "clips" / name for name in (*QUIET_CLIPS, *FIRE_CLIPS)]
    for recording in find_recordings(
        [footage / "sequences_nofire", *clips], leave_out=arguments.cache
    ):
        if isinstance(recording, InputRefused):
            raise recording
        sampling = Sampling(fps=1.0, video_s=CLIP_S) if "." in recording.name else Sampling()
        site = recording.name.split("/")[0]
        fire = FROM_THE_START if recording.name in FIRE_CLIPS else None
        answer.append(
            play(recording, sampling=sampling, site=site, fire=fire, late=fire is not None)
        )
        _tell(answer[-1])
    made = negative_sequences(
        quiet_pictures(arguments.data, "train"), arguments.made, seed=arguments.seed
    )
    made += negative_sequences(
        quiet_pictures(arguments.data, "train", sources=MIST_SOURCES),
        arguments.mist,
        seed=arguments.seed,
        mist=True,
    )
    for number, sequence in enumerate(made):
        site = f"made {number % 5}"  # a fifth is left out at a time
        answer.append(play(sequence, sampling=Sampling(), site=site, fire=None))
        if number % 20 == 0:
            _tell(answer[-1])
    return answer


def _labels(footage: Path, name: str) -> tuple[Path, float]:
    """The boxes of a sequence, and the size of its frames over that of the pictures with boxes.

    Of one sequence the boxes stand beside its frames at full size.
    """
    here, full = footage / "sequences_1min" / name, footage / "sequences" / name
    if (here / "labels.csv").is_file():
        return here / "labels.csv", 1.0
    widths = [read_picture(min(folder.glob("*.jpg"))).shape[1] for folder in (here, full)]
    return full / "labels.csv", widths[0] / widths[1]


def _site(name: str) -> str:
    """Of ``20180728_FIRE_rm-w-mobo-c`` the tower: ``rm``."""
    return name.rsplit("FIRE_", maxsplit=1)[-1].split("-", maxsplit=1)[0]


def _tell(one: Observed) -> None:
    print(f"{one.name}: {len(one.tracks)} tracks", file=sys.stderr, flush=True)
