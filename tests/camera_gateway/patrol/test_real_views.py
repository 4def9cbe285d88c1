"""Real towers taken for the presets of one camera: each is known again, and never for another."""

from collections import Counter
from pathlib import Path

import pytest

from camera_gateway.patrol.motion import LEAST_TEXTURE, texture_of
from camera_gateway.patrol.sights import LEARNED, Sights
from camera_gateway.pictures import decode_jpeg
from camera_gateway.truth.edges import Edges, edges_of
from camera_gateway.truth.thumb import Thumb
from models.light import Light
from models.site import Pose

TOWERS = (
    "20160604_FIRE_rm-n-mobo-c",
    "20160604_FIRE_smer-tcs3-mobo-c",
    "20160619_FIRE_om-e-mobo-c",
    "20180718_FIRE_syp-w-mobo-c",
    "20180728_FIRE_rm-w-mobo-c",
)


def edges_from(path: Path) -> Edges:
    return edges_of(Thumb.of(decode_jpeg(path.read_bytes(), "tower", reduction=8)))


@pytest.mark.footage
def test_five_real_views_with_rising_smoke_are_known_again_and_never_mixed_up(
    footage: Path,
) -> None:
    sights = Sights({number: Pose(60.0 * number, 0.0, 0.0, 50.0) for number in range(len(TOWERS))})
    later: list[tuple[int, Edges]] = []
    for number, name in enumerate(TOWERS):
        pictures = sorted((footage / "sequences_1min" / name).glob("*.jpg"))
        for path in pictures[:LEARNED]:
            sights.learn(number, edges_from(path), Light.DAY)
        sights.prove(number, Light.DAY, holds=True)
        later += [(number, edges_from(path)) for path in pictures[LEARNED:][::3]]
    told = Counter(
        "own" if sight.shown == number else "none" if sight.shown is None else "other"
        for number, edges in later
        if texture_of(edges) >= LEAST_TEXTURE
        and (sight := sights.look(edges, Light.DAY, number)) is not None
    )
    assert told["other"] == 0
    assert told["own"] >= 0.95 * len(later)
    # Told to be at another preset, none of them is taken for it.
    for number, edges in later:
        wrong = (number + 1) % len(TOWERS)
        sight = sights.look(edges, Light.DAY, wrong)
        assert sight.shown != wrong
        assert not (sight.verified and sight.shown == wrong)
