"""Footage, for whoever may see it: the API and the command line."""

from collections.abc import AsyncIterable
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from api.auth.scope import Scope, outside
from api.context import Context
from api.imagery.shelf import ImageryShelf, Received
from models.errors import InputRefused
from models.imagery import Imagery, ImageryDraft, ImageryHit, ImageryKind
from models.store import Store
from models.store.imagery import LONGEST_IMAGERY_NAME

__all__ = [
    "check_run",
    "check_zone",
    "hit_of",
    "hits_of",
    "is_drill",
    "keep",
    "one",
    "page",
    "receive",
    "shelf_of",
    "take_file",
]


def shelf_of(data_dir: Path, *, spare_bytes: int = 0) -> ImageryShelf:
    """Where footage lies."""
    return ImageryShelf(data_dir / "imagery", spare_bytes=spare_bytes)


async def receive(context: Context, name: str, body: AsyncIterable[bytes]) -> Received:
    """Take a file in; see :meth:`ImageryShelf.receive`."""
    spare_bytes = round(context.settings.recording.least_free_gb * 1e9)
    return await shelf_of(context.settings.data_dir, spare_bytes=spare_bytes).receive(name, body)


def keep(
    store: Store,
    name: str,
    received: Received,
    *,
    author: str,
    run_id: int | None = None,
    zone: str = "",
    stated_fov_deg: float | None = None,
) -> Imagery:
    """Queue a file that has come; see :meth:`models.store.ImageryRepository.add`."""
    sha256, size_bytes, kind = received
    draft = ImageryDraft(name, sha256, size_bytes, kind, run_id, zone, stated_fov_deg)
    kept, _ = store.imagery.add(draft, author=author)
    return kept


def take_file(
    store: Store,
    shelf: ImageryShelf,
    path: Path,
    *,
    author: str,
    run_id: int | None,
    zone: str,
    stated_fov_deg: float | None,
) -> Imagery:
    """Queue a file of this machine. Raises as :func:`receive` and :func:`keep`."""
    received = shelf.take_file(path)
    name = path.name[-LONGEST_IMAGERY_NAME:].strip()
    return keep(
        store,
        name,
        received,
        author=author,
        run_id=run_id,
        zone=zone,
        stated_fov_deg=stated_fov_deg,
    )


def check_zone(zone: str) -> None:
    """Refuse what is no time zone.

    Raises:
        InputRefused: code ``imagery_zone``.
    """
    try:
        if zone:
            ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputRefused(
            f"{zone[:60]} is no time zone.",
            remedy="Give one such as Asia/Shanghai, or none.",
            code="imagery_zone",
        ) from error


def one(context: Context, scope: Scope, imagery_id: int) -> Imagery:
    """A file.

    Raises:
        NotFound: no such file.
        NotPermitted: it shows what is not theirs; code ``outside_townships``.
    """
    found = context.store.imagery.get(imagery_id)
    if not _sees(context, scope, found):
        raise outside()
    return found


def hits_of(context: Context, scope: Scope, imagery: Imagery) -> list[ImageryHit]:
    """What was found in it, without what is of fires that they do not see."""
    return [
        hit
        for hit in context.store.imagery.hits(imagery.imagery_id)
        if hit.incident_id is None or _sees_fire(context, scope, hit.incident_id)
    ]


def hit_of(context: Context, scope: Scope, imagery: Imagery, hit_id: int) -> ImageryHit:
    """One find of it.

    Raises:
        NotFound: no such find; code ``no_such_imagery``.
        NotPermitted: it is of a fire that is not theirs; code ``outside_townships``.
    """
    hit = context.store.imagery.hit(imagery.imagery_id, hit_id)
    if hit.incident_id is not None and not _sees_fire(context, scope, hit.incident_id):
        raise outside()
    return hit


def check_run(context: Context, scope: Scope, run_id: int) -> None:
    """Refuse footage of a flight that is not there, or not theirs.

    Raises:
        NotFound: no such flight; code ``no_such_run``.
        NotPermitted: it is not theirs; code ``outside_townships``.
    """
    if not scope.sees_run(context.store.runs.get(run_id)):
        raise outside()


def page(
    context: Context,
    scope: Scope,
    *,
    before: int | None,
    limit: int,
    run_id: int | None,
    incident_id: int | None,
) -> tuple[list[Imagery], int | None]:
    """Files, the newest first, and where the next page begins."""
    found = context.store.imagery.page(
        before=before, limit=limit + 1, run_id=run_id, incident_id=incident_id
    )
    more = found[limit - 1].imagery_id if len(found) > limit else None
    return [each for each in found[:limit] if _sees(context, scope, each)], more


def is_drill(context: Context, imagery: Imagery) -> bool:
    """Whether a simulated aircraft took it, or a flight to an invented fire."""
    simulated = () if context.flights is None else context.flights.drills
    if imagery.draft.run_id is None:
        return imagery.draft.kind is ImageryKind.LIVE and imagery.draft.name in simulated
    run = context.store.runs.get(imagery.draft.run_id)
    if run.aircraft in simulated:
        return True
    return run.incident_id is not None and context.store.incidents.get(run.incident_id).is_drill


def _sees(context: Context, scope: Scope, imagery: Imagery) -> bool:
    """Somebody limited sees what a flight of theirs took, or what shows a fire that they see."""
    if scope.is_whole:
        return True
    store, run_id = context.store, imagery.draft.run_id
    if run_id is not None and scope.sees_run(store.runs.get(run_id)):
        return True
    fires = {hit.incident_id for hit in store.imagery.hits(imagery.imagery_id)}
    return any(fire is not None and _sees_fire(context, scope, fire) for fire in fires)


def _sees_fire(context: Context, scope: Scope, incident_id: int) -> bool:
    return scope.is_whole or scope.sees(context.store.incidents.get(incident_id))
