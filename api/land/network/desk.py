"""The network view of an installation: surveyed aside when somebody asks, kept until it changes."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from api.coverage.desk import CoverageDesk, CoverageState, be_nice, towers_of
from geo.land import LandBook
from geo.land.book import LandMoment
from geo.land.network import Sights, survey
from geo.terrain import Terrain
from models.config import Settings
from models.land import NetworkReport
from models.site import Camera

__all__ = ["NetworkDesk", "NetworkState", "Standing", "sights_of"]

_logger = logging.getLogger(__name__)
WAIT_S: Final = 2.0
"""A small district is surveyed meanwhile: whoever asks need not ask again."""


class NetworkState(StrEnum):
    """How far it is."""

    COVERAGE = "coverage"  # what the towers see is still being computed
    COMPUTING = "computing"  # the former report stands meanwhile, when there is one
    READY = "ready"
    FAILED = "failed"  # the log tells why; another land or coverage is tried


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is to tell.

    Attributes:
        state: how far it is.
        report: the newest; None before the first.
    """

    state: NetworkState
    report: NetworkReport | None


def sights_of(
    cameras: list[Camera], terrain: Terrain | None, coverage: CoverageDesk | None
) -> tuple[str, Sights]:
    """What is known of towers and ground, and a mark that differs when it does."""
    towers = towers_of(cameras)
    eyes = tuple((each.name, each.position.lon_deg, each.position.lat_deg) for each in towers)
    network = None if coverage is None else coverage.ready
    sights = Sights(
        coverage=None if network is None else network.coverage,
        eyes=eyes,
        ground_m=None if terrain is None else terrain.height_at,
    )
    return (repr(eyes) if network is None else network.version), sights


class NetworkDesk:
    """Holds the newest report; may be asked from any thread.

    Args:
        wait_s: for a report that is being made, before the former one is told.
    """

    def __init__(self, wait_s: float = WAIT_S) -> None:
        self._wait_s = wait_s
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._key: tuple[int, str] | None = None
        self._work: Future[NetworkReport] | None = None
        self._report: NetworkReport | None = None

    def ask(
        self,
        book: LandBook,
        settings: Settings,
        *,
        now: datetime,
        cameras: list[Camera],
        terrain: Terrain | None,
        coverage: CoverageDesk | None,
    ) -> Standing:
        """The report on the land as it is; begun when there is none, and waited for a little.

        Args:
            book: whose land it is.
            settings: of the installation.
            now: UTC.
            cameras: of the installation.
            terrain: None where no relief is loaded.
            coverage: what the towers see; None where nobody computes it.
        """
        waits = coverage is not None and coverage.ready is None
        if coverage is not None and waits and coverage.state is CoverageState.COMPUTING:
            return Standing(NetworkState.COVERAGE, self._report)
        moment = book.refresh()
        mark, sights = sights_of(cameras, terrain, coverage)
        work = self._begun((moment.version, mark), _survey(moment, settings, sights, now))
        try:
            report = work.result(self._wait_s)
        except NotYet:
            return Standing(NetworkState.COMPUTING, self._report)
        except Exception:
            _logger.exception("the network was not surveyed")
            return Standing(NetworkState.FAILED, self._report)
        with self._lock:
            if work is self._work:
                self._report = report
        same = self._key == (report.land_version, mark)
        return Standing(NetworkState.READY if same else NetworkState.COMPUTING, report)

    def close(self) -> None:
        """Begin nothing more."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _begun(
        self, key: tuple[int, str], job: Callable[[], NetworkReport]
    ) -> Future[NetworkReport]:
        """The work in hand; another is begun when it is done and the land or the towers moved."""
        with self._lock:
            if self._work is None or (self._key != key and self._work.done()):
                if self._pool is None:
                    self._pool = ThreadPoolExecutor(
                        1, thread_name_prefix="network", initializer=be_nice
                    )
                self._key, self._work = key, self._pool.submit(job)
            return self._work


def _survey(
    moment: LandMoment, settings: Settings, sights: Sights, now: datetime
) -> Callable[[], NetworkReport]:
    def job() -> NetworkReport:
        return survey(
            moment.features,
            settings.network,
            settings.helicopter,
            sights,
            at=now,
            land_version=moment.version,
        )

    return job
