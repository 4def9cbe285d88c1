"""The store of one installation: open it once, share it between threads."""

from collections.abc import Collection
from pathlib import Path
from typing import Final

from models.clock import Clock
from models.errors import InputRefused
from models.store import schema
from models.store.aircraft import AircraftRepository
from models.store.alerts import AlertRepository
from models.store.answers import AnswerRepository
from models.store.audit import AuditRepository
from models.store.calibrations import CalibrationRepository
from models.store.cameras import CameraRepository
from models.store.candidates import CandidateRepository
from models.store.copying import copy_rows
from models.store.database import Database
from models.store.digests import DigestRepository
from models.store.duals import DualRepository
from models.store.duty import DutyRepository
from models.store.engines import Home, Serving, SqliteHome, home_of
from models.store.engines.sqlite import copy_database
from models.store.events import EventRepository
from models.store.exchange import ExchangeRepository
from models.store.failures import as_watch_errors
from models.store.footage import FootageRepository
from models.store.footage_proposals import ProposalRepository
from models.store.handovers import HandoverRepository
from models.store.heat_looks import HeatLookRepository
from models.store.imagery import ImageryRepository
from models.store.incident_joins import IncidentJoins
from models.store.incidents import IncidentRepository
from models.store.keeping import KeepingRepository
from models.store.land import LandRepository
from models.store.learning import LearningReads
from models.store.leases import LeaseRepository
from models.store.ledger import LedgerRepository
from models.store.links import LinkRepository
from models.store.live_imagery import LiveImageryRepository
from models.store.masks import MaskRepository
from models.store.nodes import NodeRepository
from models.store.notice_channels import ChannelRepository
from models.store.notices import DeliveryRepository
from models.store.observations import ObservationRepository
from models.store.orders import OrderRepository
from models.store.passages import PassageRepository
from models.store.patrols import PatrolRepository
from models.store.pose_checks import PoseCheckRepository
from models.store.recordings import RecordingRepository
from models.store.releases import ReleaseRepository
from models.store.replays import ReplayRepository
from models.store.reporting import ReportReads
from models.store.runs import RunRepository
from models.store.schedules import ScheduleRepository
from models.store.sessions import SessionRepository
from models.store.sign_ins import SignInRepository
from models.store.steady import SteadyRepository
from models.store.sweeps import SweepRepository
from models.store.tables import camera_credential, channel_secret, heat_node_key
from models.store.tokens import TokenRepository
from models.store.tracks import TrackRepository
from models.store.users import UserRepository
from models.store.verdicts import VerdictRepository
from models.store.weather import WeatherRepository
from models.store.winds import WindRepository

__all__ = ["Store"]

_SECRETS: Final = (camera_credential.name, channel_secret.name, heat_node_key.name)


class Store:
    """Everything that must outlive the process.

    All methods of all repositories may be called from any thread at any time, and block: an
    event loop calls them through ``asyncio.to_thread``. Readers run side by side, each seeing one
    moment; writers take turns. A change is on the disk when its method returns.

    Attributes:
        cameras: and their presets.
        links: how cameras are read.
        calibrations: by what their poses were found.
        land: layers.
        incidents: fires.
        verdicts: what people say that a fire is.
        incident_joins: the same, merged and split by hand.
        alerts: what cameras saw, with pictures: evidence of fires.
        candidates: what was seen and did not become an alert.
        ledger: known false alarms and registered burns.
        masks: regions of views that are hidden, or known to be a nuisance.
        observations: what people saw and told.
        patrols: who steers a camera, what was visited, when nobody watched.
        pose_checks: reference pictures of presets, and the checks against them.
        recordings: video of cameras that alerts want to have.
        keeping: which files alerts have, and what of them was cleared.
        events: what happened, in order.
        users: people.
        sessions: signed-in browsers.
        sign_ins: attempts to sign in.
        tokens: of programs.
        answers: to requests that may come again.
        weather: readings of stations and of the district.
        winds: of the day.
        duty: who is on, and when.
        passages: who passed the gates of the forest.
        steady: seconds that no set clock moves.
        orders: people who are sent to look at a fire.
        handovers: pages that shifts sign.
        aircraft: of the bureau's own.
        sweeps: with their missions, every version.
        schedules: when sweeps are flown.
        runs: flights, and what became of each.
        tracks: where they went.
        imagery: footage of them, and what was found in it.
        live_imagery: the same while it grows.
        footage: the library of recordings, and what is true of each.
        proposals: of the detector for it.
        replays: of recordings, that people asked for.
        nodes: under the trees, and what they send.
        heat_looks: that heat under the trees proposes.
        duals: cameras of visible light and of heat that look as one.
        digests: of what alarmed falsely, and what is proposed for the ledger.
        learning: what people said of alerts, read for learning.
        releases: sets that judge models, their verdicts, and what is in force.
        leases: who alone may do what only one may.
        exchange: with the city's grid platform.
        reports: what the reports are reckoned from.
        channels: through which people are told.
        deliveries: what is told through them: the outbox.
        audit: who did what.
    """

    def __init__(  # noqa: PLR0915  # a line for each repository
        self, database: Database, clock: Clock, serving: Serving
    ) -> None:
        self._database = database
        self._engine = serving.reading
        self.cameras = CameraRepository(database, clock)
        self.links = LinkRepository(database, clock)
        self.calibrations = CalibrationRepository(database, clock)
        self.land = LandRepository(database, clock)
        self.incidents = IncidentRepository(database, clock)
        self.verdicts = VerdictRepository(database, clock)
        self.incident_joins = IncidentJoins(database, clock)
        self.alerts = AlertRepository(database, clock)
        self.candidates = CandidateRepository(database, clock)
        self.ledger = LedgerRepository(database, clock)
        self.masks = MaskRepository(database, clock)
        self.observations = ObservationRepository(database, clock)
        self.patrols = PatrolRepository(database, clock)
        self.pose_checks = PoseCheckRepository(database)
        self.recordings = RecordingRepository(database, clock)
        self.keeping = KeepingRepository(database, clock)
        self.events = EventRepository(database)
        self.users = UserRepository(database, clock)
        self.sessions = SessionRepository(database, clock)
        self.sign_ins = SignInRepository(database, clock)
        self.tokens = TokenRepository(database, clock)
        self.channels = ChannelRepository(database, clock)
        self.deliveries = DeliveryRepository(database, clock)
        self.answers = AnswerRepository(database, clock)
        self.weather = WeatherRepository(database, clock)
        self.winds = WindRepository(database, clock)
        self.duty = DutyRepository(database, clock)
        self.passages = PassageRepository(database, clock)
        self.steady = SteadyRepository(database, clock)
        self.orders = OrderRepository(database, clock, self.steady)
        self.handovers = HandoverRepository(database, clock)
        self.reports = ReportReads(database, clock)
        self.exchange = ExchangeRepository(database, clock, self.observations)
        self.aircraft = AircraftRepository(database, clock)
        self.sweeps = SweepRepository(database, clock)
        self.schedules = ScheduleRepository(database, clock)
        self.runs = RunRepository(database, clock)
        self.tracks = TrackRepository(database)
        self.imagery = ImageryRepository(database, clock)
        self.live_imagery = LiveImageryRepository(database, clock)
        self.footage = FootageRepository(database, clock)
        self.proposals = ProposalRepository(database, clock)
        self.replays = ReplayRepository(database, clock)
        self.nodes = NodeRepository(database, clock)
        self.heat_looks = HeatLookRepository(database, clock, self.observations)
        self.duals = DualRepository(database, clock)
        self.digests = DigestRepository(database, clock)
        self.learning = LearningReads(database)
        self.releases = ReleaseRepository(database, clock)
        self.leases = LeaseRepository(database, self.steady)
        self.audit = AuditRepository(database, clock)

    @classmethod
    def open(cls, url: str, *, clock: Clock) -> "Store":
        """Open a store; make it where there is none, migrate it where it is older.

        One process at a time does this to a database; others wait. What is refused is left as it
        is, byte for byte.

        Args:
            url: ``sqlite:////path/to/firewatch.db``, or
                ``postgresql+psycopg://user@host/database``.
            clock: the installation's.

        Raises:
            InputRefused: the URL, the folder, the server or the database cannot be used.
            StoreDamaged: what is there is empty, cut off, damaged, another program's or a newer
                Firewatch's.
            StoreUnreachable: the server of the database does not answer.
            StorageFull: the disk is full.
            Conflict: another process holds the database for too long; code ``store_busy``.
        """
        home = home_of(url)
        with home.locked(), as_watch_errors(home.name):
            if not home.is_there():
                home.make(schema.upgrade)
            elif schema.current(home) != schema.head():
                schema.upgrade(home)
            serving = home.serve()
            serving.reading.connect().close()  # stays in the pool: it is in use from here on
        return cls(Database(serving, home.name), clock, serving)

    def backup_to(self, path: Path, *, with_credentials: bool = True) -> None:
        """Copy the whole store to a file of SQLite, as of one moment, while it is in use.

        Args:
            path: of the new file; opens as a store, whatever this one is kept in.
            with_credentials: False leaves out the users and passwords of cameras, and the keys of
                channels and nodes.

        Raises:
            InputRefused: the file exists, or its folder cannot be written.
            StorageFull: its disk is full.
        """
        emptied = () if with_credentials else _SECRETS
        if self._engine.dialect.name == "sqlite":
            copy_database(self._engine, path.absolute(), emptied=emptied)
            return
        self.copy_to(SqliteHome(path), emptied=emptied)

    def copy_to(self, home: Home, *, emptied: Collection[str] = ()) -> dict[str, int]:
        """Copy the whole store to another place, as of one moment, while it is in use.

        Args:
            home: where nothing is kept yet.
            emptied: tables of which nothing is copied.

        Returns:
            Rows by table; each was read back there and compared.

        Raises:
            InputRefused: something is kept there, or the place cannot be used.
            StorageFull: its disk is full.
            StoreDamaged: it did not arrive as it left; then nothing is there. Code
                ``store_not_copied``.
        """
        copied: dict[str, int] = {}

        def fill(new: Home) -> None:
            with self._database.read() as source, new.migrating() as target:
                schema.upgrade_within(target)
                copied.update(copy_rows(source, target, emptied=emptied))

        with home.locked(), as_watch_errors(home.name):
            if home.is_there():
                raise InputRefused(
                    f"{home.name} exists already.", remedy="Name a new file, or an empty database."
                )
            home.make(fill)
        return copied

    def close(self) -> None:
        """Wait for the writer, then let the file go; the store cannot be used afterwards."""
        self._database.close()
