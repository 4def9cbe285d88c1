"""Makes an alert of a candidate: a person has seen in it what the evidence had not."""

from dataclasses import replace

from camera_gateway.pictures import picture_size
from camera_gateway.vault import EvidenceVault
from detector.drafting import Drafter
from detector.evidence import Weighing
from detector.incidents import Correlator
from detector.sighting import Sighting
from detector.tracker import Track
from models.alert import Alert, EvidenceFrame, Finding
from models.candidate import Candidate
from models.frame import Frame
from models.store import Store

__all__ = ["promote"]


def promote(
    candidate: Candidate,
    *,
    store: Store,
    vault: EvidenceVault,
    drafter: Drafter,
    author: str,
) -> Alert:
    """Open an alert of a candidate, or give the one that it has become already.

    The place is where its track was last seen; the picture is the small one that was kept.

    Args:
        candidate: from the store.
        store: takes the alert, and the audit entry.
        vault: takes the picture.
        drafter: says where it is and what land lies there.
        author: user name.

    Raises:
        WatchError: the store or the vault failed.
    """
    if candidate.alert_id is not None:
        return store.alerts.get(candidate.alert_id)
    draft = candidate.draft
    sighting = _sighting_of(candidate)
    alert_draft = replace(
        drafter.draft(sighting, drafter.fix(sighting), findings=(Finding.PROMOTED,)),
        idempotency_key=f"{draft.key}/promoted",
    )
    evidence = []
    if candidate.has_picture:
        jpeg = store.candidates.picture(candidate.candidate_id)
        key = f"{draft.first_seen_at:%Y/%m/%d}/candidate-{candidate.candidate_id}.jpg"
        width_px, height_px = picture_size(jpeg)
        evidence.append(
            EvidenceFrame(
                frame_sequence=sighting.frame.sequence,
                captured_at=draft.last_seen_at,
                received_at=draft.received_at,
                key=key,
                sha256=vault.put(key, jpeg),
                width_px=width_px,
                height_px=height_px,
                boxes=(),
            )
        )
    correlator = Correlator(store, store.cameras.standpoints())
    link = correlator.link_of_promoted(alert_draft, draft.held)
    alert, _ = store.alerts.open_alert(alert_draft, evidence, link)
    store.candidates.promoted(candidate.candidate_id, alert.alert_id, author=author)
    correlator.settle(alert.incident_id)
    return store.alerts.get(alert.alert_id)


def _sighting_of(candidate: Candidate) -> Sighting:
    draft = candidate.draft
    track = Track(0, draft.label)
    for score in draft.scores:
        track.add(score)
    frame = Frame(
        camera_id=draft.camera_id,
        preset=draft.preset,
        sequence=track.last_hit.frame_sequence,
        captured_at=draft.last_seen_at,
        received_at=draft.received_at,
        time_source=draft.time_source,
        jpeg=b"",
        mode=draft.mode,
        provenance=draft.provenance,
        pose=draft.pose,
    )
    weighing = Weighing(draft.peak_log_odds, alerts=False, findings=draft.findings)
    return Sighting(frame, draft.width_px, draft.height_px, track, weighing, draft.model)
