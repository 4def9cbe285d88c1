"""What people said of alerts, as sets to train on: one zip with a manifest of where each is from.

``set/`` is what burns and what does not, ``smoking/`` what smokes and is no wildfire, each as
:mod:`detector.footage` writes sets, all views of a camera on one side. A box is the detector's own:
a person has said that it is a fire, and drew none.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from api.footage.exporting import MOST_PICTURES, pack
from api.footage.shelf import FootageShelf, on_disk
from api.learning.manifest import alert_rows
from api.learning.set_making import SetMaker
from api.learning.sorting import Judged, sorted_by_view
from camera_gateway.masks import MaskBook
from camera_gateway.vault import EvidenceVault
from models.alert import Alert
from models.clock import Clock
from models.errors import InputRefused
from models.footage import Rights
from models.judgement import judgement_of
from models.store import Store

__all__ = ["ExportWish", "export_verdicts"]

_PAGE: Final = 200
_FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(2200, 1, 1, tzinfo=UTC)
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What is wanted.

    Attributes:
        from_at: UTC, of the first alert's raising; None for all.
        until_at: UTC, before which alerts were raised; None for all.
        val_share: of the cameras that judge, above 0 and below 1.
        names: who said it is told by name; else people are numbered.
    """

    from_at: datetime | None = None
    until_at: datetime | None = None
    val_share: float = 0.2
    names: bool = False


def export_verdicts(
    store: Store,
    vault: EvidenceVault,
    shelf: FootageShelf,
    out: Path,
    *,
    wish: ExportWish,
    owner: str,
    clock: Clock,
    author: str,
) -> dict[str, int]:
    """Write the zip; it is written down who took it.

    Args:
        store: of the watch.
        vault: of evidence.
        shelf: where the sets are put together, and whose disk must not fill.
        out: of the new zip.
        wish: which alerts, and how.
        owner: whose pictures they are.
        clock: of the watch.
        author: who wants it.

    Returns:
        How many alerts, pictures and boxes are in it.

    Raises:
        InputRefused: nobody has judged an alert of that time whose pictures could be learnt from
            (``learning_nothing``), or there are more than fit (``export_size``).
        StorageFull: the disk does not take it; code ``footage_disk``.
    """
    now = clock.now()
    begins = _FIRST if wish.from_at is None else wish.from_at
    ends = _LAST if wish.until_at is None else wish.until_at
    judged = list(_judged(store, begins, ends))
    left_out: Counter[str] = Counter()
    views = sorted_by_view(judged, _not_dismissed(store, judged), left_out)
    if sum(len(view.pictures) for view in views) > MOST_PICTURES:
        raise InputRefused(
            f"People have judged more than {MOST_PICTURES} pictures.",
            remedy="Export a shorter time.",
            code="export_size",
        )
    book = MaskBook(lambda: now)
    book.replace(kept.mask for kept in store.masks.unended())
    with on_disk(), tempfile.TemporaryDirectory(dir=shelf.workplace()) as place:
        folder = Path(place) / "zip"
        maker = SetMaker(vault, shelf, book, Path(place) / "pictures", left_out)
        rights = Rights("the bureau's own", owner, may_train=True)
        rows: list[dict[str, Any]] = []
        counts = {"alerts": len(judged), "pictures": 0, "boxes": 0}
        notes: list[str] = []
        for part, is_smoking in (("set", False), ("smoking", True)):
            mine = [view for view in views if view.is_smoking is is_smoking]
            made = maker.write(mine, folder / part, rights, wish.val_share, notes)
            if made is not None:
                counts["pictures"] += sum(made.pictures.values())
                counts["boxes"] += made.boxes
                rows += maker.rows(mine, folder / part, part)
        if not rows:
            raise InputRefused(
                "Nobody has judged an alert of that time whose pictures can be learnt from.",
                remedy="Judge alerts, or choose another time; evidence that was cleared is gone.",
                code="learning_nothing",
            )
        about = {
            "firewatch_verdicts": 1,
            "made_by": f"Firewatch {version('forest-fire-watch')}",
            "made_at": now.isoformat(),
            "from": None if wish.from_at is None else begins.isoformat(),
            "until": (now if wish.until_at is None else ends).isoformat(),
            "owner": owner,
            "boxes": "drawn by the detector; a person said what the alert is, and drew none",
            "left_out": dict(sorted((+left_out).items())),
            "notes": notes,
            "alerts": alert_rows(judged, rows, names=wish.names),
        }
        text = json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True)
        (folder / "manifest.json").write_text(text + "\n", "utf-8")
        pack(folder, out, check=lambda: shelf.check_room(0))
    store.audit.record(
        actor=author,
        action="learning.exported",
        subject="verdicts",
        details={
            "files": counts["pictures"],
            "count": counts["boxes"],
            "alerts": counts["alerts"],
            "begins": None if wish.from_at is None else begins.isoformat(),
            "until": (now if wish.until_at is None else ends).isoformat(),
            "names": "yes" if wish.names else "no",
        },
    )
    return counts


def _judged(store: Store, begins: datetime, ends: datetime) -> Iterator[Judged]:
    before: int | None = None
    while page := store.learning.fires(begins, ends, before=before, limit=_PAGE):
        for fire in page:
            judgement = judgement_of(fire)
            if judgement is not None:
                yield from (
                    Judged(alert, judgement)
                    for alert in fire.alerts
                    if begins <= alert.opened_at < ends
                )
        before = page[-1].incident_id


def _not_dismissed(store: Store, judged: Sequence[Judged]) -> list[Alert]:
    if not judged:
        return []
    times = [kept.captured_at for one in judged for kept in one.alert.evidence]
    if not times:
        return []
    cameras = {one.alert.draft.camera_id for one in judged}
    return store.learning.not_dismissed(
        cameras, from_at=min(times) - _HOUR, until_at=max(times) + _HOUR
    )
