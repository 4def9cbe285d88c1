"""On real footage a replay alerts as the evaluation of sequences does, which has no gateway."""

from pathlib import Path

import pytest

from detector.attention import AttentiveScorer
from detector.evaluate.footage import Sampling, find_recordings
from detector.evaluate.sequences import sequence_row
from detector.evaluate.watching import watch
from detector.replay.player import PlayerOf, Show
from detector.replay.playing import Footage
from models.config import Settings
from models.errors import InputRefused
from models.footage import Conditions
from models.zoo.registry import load_card

IGNITION = (
    Path(__file__).resolve().parents[4]
    / "shared/data/footage/sequences_1min/20180718_FIRE_syp-w-mobo-c"
)
EVERY = 6


@pytest.mark.footage
def test_a_real_ignition_alerts_as_it_does_without_the_gateway() -> None:
    if not IGNITION.is_dir():
        pytest.skip("the recorded footage is not beside the checkout")
    (recording,) = find_recordings([IGNITION], leave_out=Path("nowhere"))
    assert not isinstance(recording, InputRefused)
    settings = Settings()
    card = load_card(settings.model_card)
    footage = Footage(recording, "syp", Sampling(EVERY), Conditions(), None)
    player = PlayerOf(card, settings, "cpu", "", None, 2, float("inf"))()
    played = player(Show("", recording.name, footage), lambda _frames: None).played
    scorer = AttentiveScorer.open(card, settings.attention, device="cpu")
    watched = watch(recording, scorer, settings, sampling=Sampling(EVERY))
    row = sequence_row(recording, watched)
    assert not any(frame.refused for frame in played.frames)
    assert played.alerts
    assert [
        (alert["frame"], alert["log_odds"], alert["score"], alert["bbox"], alert["findings"])
        for alert in row["alerts"]
    ] == [
        (
            alert.frame,
            round(alert.log_odds, 4),
            round(alert.score, 5),
            [
                round(edge, 2)
                for edge in (
                    alert.box.x_min,
                    alert.box.y_min,
                    alert.box.x_max - alert.box.x_min,
                    alert.box.y_max - alert.box.y_min,
                )
            ],
            list(alert.findings),
        )
        for alert in played.alerts
    ]
    assert [frame["log_odds"] for frame in row["frames"]] == [
        None if frame.log_odds is None else round(frame.log_odds, 4) for frame in played.frames
    ]
