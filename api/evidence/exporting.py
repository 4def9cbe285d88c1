"""What goes into an export: of an alert all that it has, of a span of a camera's time all of it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import av.error

from api.alerts.schemas import AlertAnswer
from camera_gateway.recording.cutting import cut
from camera_gateway.recording.export import ExportFacts, ExportItem, write_export
from camera_gateway.recording.salvage import pieces_of
from camera_gateway.recording.segment import Segment
from camera_gateway.recording.space import free_bytes
from camera_gateway.vault import EvidenceVault
from models.alert import Alert
from models.clock import Clock
from models.errors import InputRefused, NotFound, StorageFull
from models.recording import HELD_STATES, Recording
from models.site import Camera
from models.store import Store

__all__ = ["LONGEST", "Exporter"]

LONGEST: Final = timedelta(hours=24)
_MOMENT: Final = "%Y%m%dT%H%M%S"


class Exporter:
    """Writes exports.

    Args:
        store: says what belongs to what.
        vault: of evidence.
        ring: folder of the ring.
        clock: for the manifest.
        spare_bytes: so much of the disk must be left by an export.
    """

    def __init__(
        self, store: Store, vault: EvidenceVault, ring: Path, clock: Clock, spare_bytes: int = 0
    ) -> None:
        self._store = store
        self._vault = vault
        self._ring = ring
        self._clock = clock
        self._spare_bytes = spare_bytes

    def of_alert(
        self, alert_id: int, out: Path, *, actor: str, replace: bool = False
    ) -> ExportFacts:
        """All that an alert has: its record, pictures, clip and recordings.

        Raises:
            NotFound: no such alert.
            InputRefused: the file cannot be written.
            StorageFull: the disk takes no more.
        """
        alert = self._store.alerts.get(alert_id)
        recordings = self._store.recordings.of_alerts([alert_id]).get(alert_id, [])
        camera = self._camera(alert.draft.camera_id)
        clearings = self._store.keeping.clearings([alert_id]).get(alert_id, [])
        answer = AlertAnswer.of(alert, camera, recordings, clearings)
        items = [
            ExportItem(f"alert-{alert_id}.json", answer.model_dump_json(indent=1).encode()),
            *self._stills(alert),
            *self._parts(recordings),
        ]
        about = self._about(camera, actor) | {
            "alert": alert_id,
            "from": min([alert.draft.first_seen_at, *(one.from_at for one in recordings)]),
            "until": max([alert.last_seen_at, *(one.until_at for one in recordings)]),
            "cleared": [asdict(one) for one in clearings],
        }
        self._check_room(out, sum(_size(item) for item in items))
        facts = write_export(out, items, about, replace=replace)
        self._note(facts, camera, about, actor)
        return facts

    def of_span(
        self,
        camera_id: str,
        from_at: datetime,
        until_at: datetime,
        out: Path,
        *,
        actor: str,
        replace: bool = False,
    ) -> ExportFacts:
        """A camera's time: what the ring holds of it, and recordings and pictures of its alerts.

        Raises:
            NotFound: no such camera, or there is nothing of the span.
            InputRefused: a span that is none or longer than a day (``export_span``), or the file
                cannot be written.
            StorageFull: the disk takes no more.
        """
        if not timedelta(0) < until_at - from_at <= LONGEST:
            raise InputRefused(
                "An export has an end after its beginning, and at most 24 hours.",
                remedy="Give a shorter span, several times if need be.",
                code="export_span",
            )
        camera = self._camera(camera_id)
        recordings = self._store.recordings.overlapping(camera_id, from_at, until_at)
        pieces = [
            piece
            for piece in pieces_of(self._ring / camera_id)
            if piece.from_at < until_at and piece.until_at > from_at
        ]
        stills = [
            item
            for alert in self._store.alerts.of_cameras([camera_id], from_at)
            for item in self._stills(alert, from_at, until_at)
        ]
        needed = 2 * sum(piece.size_bytes for piece in pieces)
        needed += sum(_size(item) for item in (*stills, *self._parts(recordings)))
        self._check_room(out, needed)
        about = self._about(camera, actor) | {"from": from_at, "until": until_at}
        with _cuts(pieces, from_at, until_at, out.parent) as cuts:
            items = [*cuts, *self._parts(recordings), *stills]
            if not items:
                raise NotFound(
                    f"There is nothing of camera {camera_id} in that time.",
                    remedy="Video is there for as long as the ring lasts, and of alerts.",
                    code="export_empty",
                )
            facts = write_export(out, items, about, replace=replace)
        self._note(facts, camera, about, actor)
        return facts

    def _camera(self, camera_id: str) -> Camera:
        known = self._store.cameras.standpoints().get(camera_id)
        if known is None:
            raise NotFound(f"There is no camera {camera_id}.")
        return known

    def _about(self, camera: Camera, actor: str) -> dict[str, Any]:
        position = camera.position
        return {
            "made_by": f"Firewatch {version('forest-fire-watch')}",
            "exported_at": self._clock.now(),
            "exported_by": actor,
            "camera": {
                "camera_id": camera.camera_id,
                "name": camera.name,
                "lon_deg": position.lon_deg,
                "lat_deg": position.lat_deg,
                "datum": "WGS 84",
            },
            "times": "UTC, ISO 8601; a file's times are those of its first and last picture",
        }

    def _stills(
        self, alert: Alert, from_at: datetime | None = None, until_at: datetime | None = None
    ) -> list[ExportItem]:
        folder = f"alert-{alert.alert_id}"
        items = [
            ExportItem(
                f"{folder}/stills/{kept.captured_at:{_MOMENT}}Z-{number:03d}.jpg",
                self._vault.root / kept.key,
                kept.sha256,
                {"kind": "still", "captured_at": kept.captured_at, "received_at": kept.received_at},
            )
            for number, kept in enumerate(alert.evidence)
            if (from_at is None or kept.captured_at >= from_at)
            and (until_at is None or kept.captured_at < until_at)
        ]
        if alert.clip_key and from_at is None:
            clip = self._vault.root / alert.clip_key
            items.append(ExportItem(f"{folder}/clip.mp4", clip, facts={"kind": "clip"}))
        return items

    def _parts(self, recordings: list[Recording]) -> list[ExportItem]:
        return [
            ExportItem(
                f"alert-{one.alert_id}/video/{one.recording_id:06d}-{number:02d}"
                f"-{part.from_at:{_MOMENT}}Z.mp4",
                self._vault.root / part.key,
                part.sha256,
                {
                    "kind": "recording",
                    "from": part.from_at,
                    "until": part.until_at,
                    "codec": part.codec,
                },
            )
            for one in recordings
            if one.state in HELD_STATES
            for number, part in enumerate(one.parts)
        ]

    def _check_room(self, out: Path, needed_bytes: int) -> None:
        try:
            free = free_bytes(out.parent)
        except OSError as error:
            raise InputRefused(
                f"{out.parent} cannot be used: {error.strerror}.", remedy="Name another folder."
            ) from error
        if free - needed_bytes < self._spare_bytes:
            raise StorageFull(
                f"The export needs {needed_bytes / 1e6:.0f} MB on the disk of {out.parent}.",
                remedy="Free space, or export less.",
            )

    def _note(self, facts: ExportFacts, camera: Camera, about: dict[str, Any], actor: str) -> None:
        self._store.audit.record(
            actor=actor,
            action="evidence.exported",
            subject=camera.camera_id,
            details={
                "alert": about.get("alert"),
                "begins": about["from"].isoformat(),
                "until": about["until"].isoformat(),
                "files": facts.files,
                "megabytes": round(facts.size_bytes / 1e6),
            },
        )


@contextmanager
def _cuts(
    pieces: list[Segment], from_at: datetime, until_at: datetime, folder: Path
) -> Iterator[list[ExportItem]]:
    """The ring's part of a span, in files that are gone afterwards."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as place:
        try:
            made = cut(pieces, from_at, until_at, Path(place))
        except (OSError, av.error.FFmpegError) as error:
            raise StorageFull(
                "The video cannot be cut out of the ring.", remedy="Free space, or export less."
            ) from error
        yield [
            ExportItem(
                f"ring/{number:02d}-{one.from_at:{_MOMENT}}Z.mp4",
                one.path,
                facts={
                    "kind": "ring",
                    "from": one.from_at,
                    "until": one.until_at,
                    "codec": one.codec,
                },
            )
            for number, one in enumerate(made)
        ]


def _size(item: ExportItem) -> int:
    if isinstance(item.source, bytes):
        return len(item.source)
    try:
        return item.source.stat().st_size
    except OSError:
        return 0
