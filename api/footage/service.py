"""The library of footage, for the API and the command line: what comes in, and what goes."""

import tempfile
from collections.abc import AsyncIterable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import av.error
from starlette.concurrency import run_in_threadpool

from api.context import Context
from api.footage.room import FootageRoom
from api.footage.shelf import BLOCK_BYTES, Coming, FootageShelf, on_disk, plain_name
from api.imagery.service import shelf_of as imagery_shelf_of
from camera_gateway.recording.cutting import Cut, cut
from camera_gateway.recording.salvage import pieces_of
from camera_gateway.sources.name_times import time_in_name, view_in_name
from camera_gateway.sources.video_frames import iterate_frames
from models.config import Settings
from models.errors import InputRefused, NotFound
from models.footage import MOST_NAME, Conditions, FootageKind, Rights
from models.footage_library import Footage, FootageDraft
from models.imagery import ImageryKind
from models.store import Store
from models.store.footage_rows import check_words

__all__ = [
    "LONGEST_RING",
    "from_imagery",
    "from_ring",
    "receive",
    "remove",
    "scene_of",
    "shelf_of",
    "take_file",
]

LONGEST_RING: Final = timedelta(hours=6)
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_STILLS: Final = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*")


def shelf_of(settings: Settings) -> FootageShelf:
    """Where the library lies."""
    spare_bytes = round(settings.recording.least_free_gb * 1e9)
    return FootageShelf(settings.data_dir / "footage", spare_bytes=spare_bytes)


async def receive(
    context: Context, name: str, body: AsyncIterable[bytes], *, scene: str, author: str
) -> Footage:
    """Take a video or a zip of pictures in as it comes; it is looked through in its turn.

    Raises:
        InputRefused: it is neither (``footage_kind``, ``not_a_video`` and others), empty, or too
            large.
        StorageFull: the disk does not take it; code ``footage_disk``.
        Conflict: too much comes already; code ``footage_busy``.
    """
    scene = scene or scene_of(name)
    check_words(name, scene)  # before gigabytes come
    shelf, room = shelf_of(context.settings), context.footage
    with room.receiving(), shelf.coming(name) as coming:
        pending = bytearray()
        async for chunk in body:
            pending += chunk
            if len(pending) >= BLOCK_BYTES:
                await run_in_threadpool(coming.write, bytes(pending))
                pending.clear()
        await run_in_threadpool(coming.write, bytes(pending))
        draft = FootageDraft(name, FootageKind.VIDEO, "", 0, scene)
        return await run_in_threadpool(
            lambda: _kept(context.store, shelf, room, coming, draft, author=author)
        )


def take_file(
    store: Store,
    shelf: FootageShelf,
    path: Path,
    *,
    name: str,
    scene: str,
    author: str,
    conditions: Conditions,
    rights: Rights,
) -> Footage:
    """Copy a video or a zip of this machine in, by a name. Raises as :func:`receive`."""
    name = plain_name(name)[-MOST_NAME:].strip(" .")
    scene = scene or scene_of(name)
    check_words(name, scene, rights)
    with shelf.coming(name) as coming:
        try:
            with path.open("rb") as file:
                while block := file.read(BLOCK_BYTES):
                    coming.write(block)
        except OSError as error:
            raise InputRefused(
                f"{path.name} cannot be read: {error.strerror}.",
                remedy="Give a file that the watch may read.",
                code="footage_unreadable",
            ) from error
        draft = FootageDraft(name, FootageKind.VIDEO, "", 0, scene, conditions, rights)
        return _kept(store, shelf, FootageRoom(), coming, draft, author=author)


def from_ring(
    context: Context,
    camera_id: str,
    from_at: datetime,
    until_at: datetime,
    *,
    scene: str,
    author: str,
) -> Footage:
    """Cut a span of a camera's time out of its recorder.

    Raises:
        NotFound: no such camera (``no_such_camera``), or nothing of that time is there
            (``footage_ring_empty``).
        InputRefused: the span is none, or longer than six hours (``footage_span``); or the recorder
            has it in several pieces, which are told (``footage_ring_gap``).
        StorageFull: the disk does not take it; code ``footage_disk``.
        Conflict: as :func:`receive`.
    """
    if not timedelta(0) < until_at - from_at <= LONGEST_RING:
        raise InputRefused(
            "Footage of a recorder ends after it begins, and lasts at most 6 hours.",
            remedy="Give a shorter span, several times if need be.",
            code="footage_span",
        )
    check_words(camera_id, scene)
    known = context.store.cameras.standpoints().get(camera_id)
    if known is None:
        raise NotFound(f"There is no camera {camera_id}.", code="no_such_camera")
    pieces = [
        piece
        for piece in pieces_of(context.settings.data_dir / "ring" / camera_id)
        if piece.from_at < until_at and piece.until_at > from_at
    ]
    shelf, room = shelf_of(context.settings), context.footage
    shelf.check_room(sum(piece.size_bytes for piece in pieces))
    with (
        room.receiving(),
        on_disk(),
        tempfile.TemporaryDirectory(dir=shelf.workplace()) as place,
    ):
        try:
            made = cut(pieces, from_at, until_at, Path(place))
        except av.error.FFmpegError as error:
            raise OSError(error.errno, "the video cannot be cut") from error
        one = _only(made, camera_id)
        name = f"{camera_id}_{_said(one.from_at)}.mp4"
        draft = FootageDraft(
            name,
            FootageKind.RING,
            "",
            0,
            scene or camera_id,
            camera_id=camera_id,
            begins_at=one.from_at,
        )
        with shelf.coming(name) as coming, one.path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                coming.write(block)
            return _kept(context.store, shelf, room, coming, draft, author=author)


def from_imagery(context: Context, imagery_id: int, *, scene: str, author: str) -> Footage:
    """Take a drone's video into the library; its file is not copied where the disk knows links.

    Raises:
        NotFound: no such footage of a flight (``no_such_imagery``), or its file is gone
            (``footage_gone``).
        InputRefused: it is no video (``footage_kind``).
        Conflict: as :func:`receive`.
    """
    imagery = context.store.imagery.get(imagery_id)
    if imagery.draft.kind is not ImageryKind.VIDEO:
        raise _no_recording(imagery.draft.name)
    taken_at = None if imagery.result is None else imagery.result.taken_at
    name, sha256 = imagery.draft.name, imagery.draft.sha256
    if taken_at is not None and time_in_name(name) != taken_at:
        name = f"{_said(taken_at)}_{name}"[:MOST_NAME].strip(" .")
    check_words(name, scene)
    draft = FootageDraft(
        name,
        FootageKind.DRONE,
        sha256,
        imagery.draft.size_bytes,
        scene or scene_of(imagery.draft.name),
        begins_at=taken_at,
        imagery_id=imagery_id,
    )
    shelf, room = shelf_of(context.settings), context.footage
    with room.receiving(), room.placing:
        shelf.link(imagery_shelf_of(context.settings.data_dir).path_of(sha256), sha256, name)
        kept, _ = context.store.footage.add(draft, author=author)
    return kept


def remove(
    store: Store, shelf: FootageShelf, room: FootageRoom, footage_id: int, *, author: str
) -> None:
    """Take a recording out of the library, and its files from the disk.

    Raises:
        NotFound: no such recording; code ``no_such_footage``.
        StorageFull: its files cannot be removed; code ``footage_disk``.
    """
    with room.placing:
        gone = store.footage.remove(footage_id, author=author)
        shelf.remove(gone.draft.sha256)


def scene_of(name: str) -> str:
    """Whose pictures look alike, by a file's name without its ending and its time.

    >>> scene_of("tower-7_20260108_093634.mp4")
    'tower-7'
    """
    stem = name.rpartition(".")[0] or name
    scene = view_in_name(name) or ("" if time_in_name(name) is not None else stem)
    return "".join(letter for letter in scene if letter.isprintable())[:MOST_NAME]


def _kept(
    store: Store,
    shelf: FootageShelf,
    room: FootageRoom,
    coming: Coming,
    draft: FootageDraft,
    *,
    author: str,
) -> Footage:
    coming.ended()
    kind = draft.kind if draft.kind is FootageKind.RING else _kind_of(coming)
    with room.placing:
        sha256, size_bytes = shelf.place(coming, is_zip=kind is FootageKind.PICTURES)
        whole = replace(draft, kind=kind, sha256=sha256, size_bytes=size_bytes)
        kept, _ = store.footage.add(whole, author=author)
    return kept


def _kind_of(coming: Coming) -> FootageKind:
    """By content: a zip, or a video of which a frame can be decoded."""
    with on_disk(), coming.path.open("rb") as file:
        head = file.read(16)
    if head.startswith(_ZIP):
        return FootageKind.PICTURES
    if head.startswith(_STILLS):
        raise _no_recording(coming.name)
    try:
        with closing(iterate_frames(coming.path)) as frames:
            next(frames)
    except InputRefused as error:
        told = error.message.replace(str(coming.path), coming.name)
        raise InputRefused(told, remedy=error.remedy, code=error.code) from error
    return FootageKind.VIDEO


def _only(made: list[Cut], camera_id: str) -> Cut:
    if not made:
        raise NotFound(
            f"The recorder has nothing of camera {camera_id} in that time.",
            remedy="Video is there for as long as the ring lasts.",
            code="footage_ring_empty",
        )
    if len(made) > 1:
        told = ", ".join(f"{_said(one.from_at)} to {_said(one.until_at)}" for one in made[:20])
        raise InputRefused(
            f"The recorder has that time in {len(made)} pieces: {told}.",
            remedy="Ask for each piece by itself: a recording has no holes.",
            code="footage_ring_gap",
        )
    return made[0]


def _no_recording(name: str) -> InputRefused:
    return InputRefused(
        f"{name} is no recording.",
        remedy="Give a video, or a zip of the pictures of one view.",
        code="footage_kind",
    )


def _said(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f")[:-3] + "Z"
