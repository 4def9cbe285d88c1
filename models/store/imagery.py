"""Footage: each file once, with what was found in it."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from models.clock import Clock
from models.errors import InputRefused, NotFound
from models.imagery import (
    Imagery,
    ImageryDraft,
    ImageryHit,
    ImageryHitDraft,
    ImageryKind,
    ImageryResult,
    ImageryState,
)
from models.observation import Observation
from models.store import audit
from models.store.database import Database
from models.store.observation_rows import load_observations
from models.store.tables import flight_run, imagery, imagery_hit, observation

__all__ = ["LONGEST_IMAGERY_NAME", "ImageryRepository"]

LONGEST_IMAGERY_NAME: Final = 120
_LARGEST: Final = 2**63 - 1
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_EMPTY: Final = ImageryResult(ImageryState.QUEUED)


class ImageryRepository:
    """The footage of one store; the files themselves lie elsewhere, named by their content.

    Args:
        database: to work on.
        clock: for times of entry and the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, draft: ImageryDraft, *, author: str) -> tuple[Imagery, bool]:
        """Take a file in; it waits to be scored.

        The same content, of the same flight and with the same that people stated, is taken once.

        Returns:
            The file, and whether it is new.

        Raises:
            InputRefused: no such file can be (``imagery_name``, ``imagery_content``,
                ``drone_lens``), or no author (``author_missing``).
            NotFound: no such flight; code ``no_such_run``.
        """
        _check(draft, author)
        said = f"{draft.run_id}|{draft.zone}|{draft.stated_fov_deg}"
        key = f"{draft.sha256}|{said}"
        with self._database.write() as connection:
            if draft.run_id is not None:
                _check_run(connection, draft.run_id)
            known = connection.execute(select(imagery).where(imagery.c.key == key)).one_or_none()
            if known is not None:
                return _imagery(known), False
            row = connection.execute(
                insert(imagery)
                .values(
                    key=key,
                    **{name: getattr(draft, name) for name in ImageryDraft.__slots__},
                    author=author,
                    entered_at=self._clock.now(),
                    round=1,
                    **_values(_EMPTY),
                )
                .returning(imagery)
            ).one()
            audit.append(
                connection,
                self._clock,
                actor=author,
                action="imagery.added",
                subject=str(row.imagery_id),
                details={"file": draft.name, "key": draft.sha256},
            )
            return _imagery(row), True

    def get(self, imagery_id: int) -> Imagery:
        """One file.

        Raises:
            NotFound: no such file; code ``no_such_imagery``.
        """
        with self._database.read() as connection:
            return _one(connection, imagery_id)

    def hits(self, imagery_id: int) -> list[ImageryHit]:
        """What was found in a file, in the order of its pictures."""
        return self._hits(imagery_hit.c.imagery_id == _number(imagery_id))

    def hit(self, imagery_id: int, hit_id: int) -> ImageryHit:
        """One find of a file.

        Raises:
            NotFound: no such find; code ``no_such_imagery``.
        """
        found = self._hits(
            imagery_hit.c.imagery_id == _number(imagery_id),
            imagery_hit.c.hit_id == _number(hit_id),
        )
        if not found:
            raise NotFound(f"There is no find {hit_id} of {imagery_id}.", code="no_such_imagery")
        return found[0]

    def page(
        self,
        *,
        before: int | None = None,
        limit: int = 50,
        run_id: int | None = None,
        incident_id: int | None = None,
    ) -> list[Imagery]:
        """Files, the newest number first.

        Args:
            before: only those with a smaller number; None for all.
            limit: at most so many.
            run_id: only those of this flight; None for all.
            incident_id: only those of flights that look at this fire, or with finds that are
                evidence of it; None for all.
        """
        wanted = []
        if before is not None:
            wanted.append(imagery.c.imagery_id < _number(before))
        if run_id is not None:
            wanted.append(imagery.c.run_id == _number(run_id))
        if incident_id is not None:
            number = _number(incident_id)
            flown = select(flight_run.c.run_id).where(flight_run.c.incident_id == number)
            told = (
                select(imagery_hit.c.imagery_id)
                .join(observation, observation.c.observation_id == imagery_hit.c.observation_id)
                .where(observation.c.incident_id == number)
            )
            wanted.append(imagery.c.run_id.in_(flown) | imagery.c.imagery_id.in_(told))
        query = select(imagery).where(*wanted).order_by(imagery.c.imagery_id.desc()).limit(limit)
        with self._database.read() as connection:
            return [_imagery(row) for row in connection.execute(query)]

    def witnesses(self, of: Imagery, *, from_at: datetime, until_at: datetime) -> list[Observation]:
        """What other files of its flight told of fires, also what was taken back; newest first.

        Args:
            of: the file. Of one without a flight, those without one are meant.
            from_at: UTC; of a file without a flight, only what was seen since.
            until_at: and until then.
        """
        wanted = [imagery.c.imagery_id != of.imagery_id]
        seen = []
        if of.draft.run_id is None:
            wanted.append(imagery.c.run_id.is_(None))
            seen += [observation.c.seen_at >= from_at, observation.c.seen_at <= until_at]
        else:
            wanted.append(imagery.c.run_id == of.draft.run_id)
        told = (
            select(imagery_hit.c.observation_id)
            .join(imagery, imagery.c.imagery_id == imagery_hit.c.imagery_id)
            .where(*wanted)
        )
        with self._database.read() as connection:
            return load_observations(connection, observation.c.observation_id.in_(told), *seen)

    def next_queued(self) -> Imagery | None:
        """The file that waits longest; None when none does."""
        query = (
            select(imagery)
            .where(imagery.c.state == ImageryState.QUEUED)
            .order_by(imagery.c.imagery_id)
            .limit(1)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _imagery(row)

    def subtitles_of(self, video: Imagery) -> Imagery | None:
        """The newest subtitles of a video: of the same base name and flight; None for none."""
        found = self._beside(video, ImageryKind.SUBTITLES)
        return found[0] if found else None

    def queue_videos_of(self, subtitles: Imagery) -> list[int]:
        """Have the videos of some subtitles scored anew that came before them and lacked them.

        Those of which something became an observation stay as they are: people have seen it.

        Returns:
            Their numbers.
        """
        queued = []
        for video in self._beside(subtitles, ImageryKind.VIDEO):
            lacked = video.result is not None and bool(video.result.gaps)
            if not lacked or any(one.draft.observation_id for one in self.hits(video.imagery_id)):
                continue
            with self._database.write() as connection:
                chosen = imagery.c.imagery_id == video.imagery_id
                connection.execute(
                    delete(imagery_hit).where(imagery_hit.c.imagery_id == video.imagery_id)
                )
                connection.execute(
                    update(imagery)
                    .where(chosen)
                    .values(round=imagery.c.round + 1, **_values(_EMPTY))
                )
            queued.append(video.imagery_id)
        return queued

    def finish(
        self, imagery_id: int, round_: int, result: ImageryResult, hits: Sequence[ImageryHitDraft]
    ) -> bool:
        """Keep what became of a file, all at once.

        Args:
            imagery_id: of it.
            round_: in which it was scored.
            result: scored or refused.
            hits: what was found.

        Returns:
            Whether it was kept: of a file that was finished, or queued anew, since nothing is.
        """
        with self._database.write() as connection:
            mine = (
                imagery.c.imagery_id == _number(imagery_id),
                imagery.c.round == round_,
                imagery.c.state == ImageryState.QUEUED,
            )
            changed = connection.execute(update(imagery).where(*mine).values(**_values(result)))
            if changed.rowcount != 1:
                return False
            for hit in hits:
                values = {name: getattr(hit, name) for name in ImageryHitDraft.__slots__}
                connection.execute(insert(imagery_hit).values(imagery_id=imagery_id, **values))
            return True

    def _hits(self, *wanted: ColumnElement[bool]) -> list[ImageryHit]:
        query = (
            select(imagery_hit, observation.c.incident_id)
            .outerjoin(observation, observation.c.observation_id == imagery_hit.c.observation_id)
            .where(*wanted)
            .order_by(imagery_hit.c.hit_id)
        )
        with self._database.read() as connection:
            return [_hit(row) for row in connection.execute(query)]

    def _beside(self, one: Imagery, kind: ImageryKind) -> list[Imagery]:
        stem = _stem(one.draft.name)
        of_flight: ColumnElement[bool] = imagery.c.run_id.is_(None)
        if one.draft.run_id is not None:
            of_flight = imagery.c.run_id == one.draft.run_id
        query = (
            select(imagery)
            .where(imagery.c.kind == kind, of_flight)
            .where(func.lower(imagery.c.name).startswith(stem.lower(), autoescape=True))
            .order_by(imagery.c.imagery_id.desc())
        )
        with self._database.read() as connection:
            found = [_imagery(row) for row in connection.execute(query)]
        return [each for each in found if _stem(each.draft.name) == stem]


def _stem(name: str) -> str:
    return name.rpartition(".")[0].lower() if "." in name else name.lower()


def _check(draft: ImageryDraft, author: str) -> None:
    if not author.strip():
        raise InputRefused("Footage needs somebody who handed it in.", code="author_missing")
    name = draft.name
    is_name = 0 < len(name) <= LONGEST_IMAGERY_NAME and name.isprintable() and name.strip() == name
    if not is_name or "/" in name or "\\" in name:
        raise InputRefused(
            f"A file's name has 1 to {LONGEST_IMAGERY_NAME} letters and no folders.",
            remedy="Give the file another name.",
            code="imagery_name",
        )
    if _SHA256.fullmatch(draft.sha256) is None or draft.size_bytes <= 0:
        raise InputRefused("The file has no content.", remedy="Copy it.", code="imagery_content")
    if draft.stated_fov_deg is not None and not 0.0 < draft.stated_fov_deg < 180.0:
        raise InputRefused(
            f"A field of view of {draft.stated_fov_deg:g} degrees is none.",
            remedy="Give the full horizontal angle, above 0 and below 180.",
            code="drone_lens",
        )


def _check_run(connection: Connection, run_id: int) -> None:
    key = flight_run.c.run_id == _number(run_id)
    if connection.execute(select(flight_run.c.run_id).where(key)).one_or_none() is None:
        raise NotFound(f"There is no flight {run_id}.", code="no_such_run")


def _number(number: int) -> int:
    return max(0, min(number, _LARGEST))


def _values(result: ImageryResult) -> dict[str, Any]:
    return {name: getattr(result, name) for name in ImageryResult.__slots__}


def _one(connection: Connection, imagery_id: int) -> Imagery:
    query = select(imagery).where(imagery.c.imagery_id == _number(imagery_id))
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no footage {imagery_id}.", code="no_such_imagery")
    return _imagery(row)


def _imagery(row: Row[Any]) -> Imagery:
    draft = ImageryDraft(**{name: getattr(row, name) for name in ImageryDraft.__slots__})
    result = None
    if row.state is not ImageryState.QUEUED:
        result = ImageryResult(**{name: getattr(row, name) for name in ImageryResult.__slots__})
    return Imagery(row.imagery_id, draft, row.author, row.entered_at, row.round, result)


def _hit(row: Row[Any]) -> ImageryHit:
    draft = ImageryHitDraft(**{name: getattr(row, name) for name in ImageryHitDraft.__slots__})
    return ImageryHit(row.hit_id, draft, row.incident_id)
