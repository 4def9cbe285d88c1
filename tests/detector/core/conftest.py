import pytest

from detector.core import Detector
from models.zoo import ModelCard, load_card


@pytest.fixture(scope="session")
def card() -> ModelCard:
    return load_card("firewatch-yolo11n")


@pytest.fixture(scope="session")
def detector(card: ModelCard) -> Detector:
    return Detector.open(card, device="cpu", threads=1, width_px=320)
