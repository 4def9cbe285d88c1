from dataclasses import asdict
from pathlib import Path

from models.zoo import load_card, read_card
from training.card import CardText, write_card

ROWS = [
    {
        "name": "tower smoke AP50",
        "value": 0.61,
        "low": 0.457,
        "high": 0.771,
        "counts": "63 boxes, 66 pictures, 6 groups",
    }
]


def test_a_written_card_is_read_back_with_its_figures(tmp_path: Path) -> None:
    weights = tmp_path / "new-one.onnx"
    weights.write_bytes(b"weights")
    model = load_card("firewatch-yolo11n")
    text = CardText(
        name="new-one",
        version="2026.11.1",
        trained_with='a "quoted" recipe\nof two lines',
        notes=("It is blind at night: 夜.", "back\\slash"),
        floor_score=0.0,
        report_score=0.31,
        operating_source="chosen on val",
    )
    further = [{"name": "smoke calibration error", "value": 0.0, "source": "val"}]
    card = read_card(write_card(weights, text, model, ROWS, further))
    assert card.trained_with == text.trained_with
    assert card.notes == text.notes
    assert (card.operating.floor_score, card.operating.report_score) == (0.0, 0.31)
    assert asdict(card.input) == asdict(model.input)
    assert card.data == model.data
    assert [(one.name, one.value) for one in card.metrics] == [
        ("tower smoke AP50", 0.61),
        ("smoke calibration error", 0.0),
    ]
    assert "0.457 to 0.771" in card.metrics[0].source
    assert "63 boxes" in card.metrics[0].source
