"""What the manifest of exported verdicts says of an alert: who said what, and by which model."""

from collections.abc import Iterable
from typing import Any

from api.learning.sorting import Judged

__all__ = ["alert_rows"]


def alert_rows(
    judged: Iterable[Judged], rows: Iterable[dict[str, Any]], *, names: bool
) -> list[dict[str, Any]]:
    """One line for each judged alert, also for those of which no picture is in the sets."""
    pictures: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        for number in row["alert_ids"]:
            facts = {key: value for key, value in row.items() if key != "alert_ids"}
            pictures.setdefault(number, []).append(facts)
    people: dict[str, str] = {}

    def called(name: str) -> str:
        if names or not name:
            return name
        return people.setdefault(name, f"person-{len(people) + 1}")

    return [
        _alert(one, called(one.judgement.author), called(one.judgement.second))
        | {"pictures": pictures.get(one.alert.alert_id, [])}
        for one in sorted(judged, key=lambda each: each.alert.alert_id)
    ]


def _alert(one: Judged, said_by: str, agreed_by: str) -> dict[str, Any]:
    draft, judgement = one.alert.draft, one.judgement
    model = draft.decision.model
    return {
        "alert_id": one.alert.alert_id,
        "incident_id": one.alert.incident_id,
        "camera_id": draft.camera_id,
        "preset": draft.preset,
        "first_seen_at": draft.first_seen_at.isoformat(),
        "captured_at": draft.captured_at.isoformat(),
        "label": draft.label.word,
        "mode": draft.mode.value,
        "provenance": draft.provenance.value,
        "score": draft.score,
        "log_odds": draft.decision.log_odds,
        "model": {"name": model.name, "version": model.version, "sha256": model.sha256},
        "decision_version": draft.decision.config_version,
        "verdict": "fire" if judgement.is_fire else "false_alarm",
        "reason": judgement.reason,
        "said_by": said_by,
        "said_at": judgement.at.isoformat(),
        "second_person": agreed_by,
        "use": one.part.value,
        "boxes": [
            {
                "captured_at": kept.captured_at.isoformat(),
                "label": box.label.word,
                "score": box.score,
                "box_px": [box.x_min, box.y_min, box.x_max, box.y_max],
                "size_px": [kept.width_px, kept.height_px],
            }
            for kept in one.alert.evidence
            for box in kept.boxes
        ],
    }
