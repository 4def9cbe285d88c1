"""What every route may use, built once by the composition root and carried by the application."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from fastapi import Request

from api.alerts.answer_shelf import AnswerShelf
from api.auth.scope import ScopeBook
from api.calibration.bench import Workbench
from api.cameras.thumbs import Thumbs
from api.context_site import SiteFacts
from api.coverage.room import CoverageRoom
from api.drone_live.book import LiveBook
from api.dual.at_hand import AtHand, NothingAtHand
from api.exchange.shelf import MappingShelf
from api.field.room import PhoneRoom
from api.flights.room import FlightRoom
from api.footage.room import FootageRoom
from api.gates.sealing import Seal
from api.heat.feeding import FeedCounts
from api.incidents.places import PlaceShelf
from api.land.imports.desk import ImportDesk
from api.land.network.desk import NetworkDesk
from api.land.shelf import AskerShelf
from api.live import LiveFeed
from api.nodes.room import NodeRoom
from api.notices.room import NoticeRoom
from api.orders.desk import OrderDesk
from api.orders.links import LinkMaker
from api.replays.room import ReplayRoom
from api.reports.shelf import ReportShelf
from api.weather.danger import DangerShelf
from camera_gateway.gateway import Gateway
from camera_gateway.masks import MaskBook
from camera_gateway.patrol import PatrolDesk
from camera_gateway.pose_check import PoseBook, ReferenceShelf
from camera_gateway.recording.recorder import Recorder
from camera_gateway.ring import FrameRing
from camera_gateway.vault import EvidenceVault
from camera_gateway.video.live import LiveViews
from camera_gateway.video.tap import TapBook
from camera_gateway.video.wall import WallStills
from detector.dual.board import HeatBoard
from detector.keeper import LostPictures
from detector.pipeline import PipelineCounts
from geo.land import LandBook
from geo.locate import Locator
from geo.terrain import Terrain
from models.clock import Clock, SystemClock
from models.config import Settings
from models.patrol import DangerClass
from models.store import Store

if TYPE_CHECKING:
    from api.auth.service import AuthService
    from api.releases.desk import ModelDesk

__all__ = ["Context", "SiteFacts", "context_of"]


def _no_masks() -> MaskBook:
    book = MaskBook(SystemClock().now)
    book.replace(())
    return book


@dataclass(frozen=True, slots=True)
class Context:
    """Hands of the routes."""

    settings: Settings
    clock: Clock
    store: Store
    vault: EvidenceVault
    auth: "AuthService"
    feed: LiveFeed
    site: SiteFacts
    terrain: Terrain | None
    gateways: dict[str, Gateway]
    counts: PipelineCounts
    land_imports: ImportDesk
    notices: NoticeRoom
    seal: Seal  # of plates and codes
    links: LinkMaker  # that phones open
    phones: PhoneRoom
    orders: OrderDesk
    lost_pictures: LostPictures = field(default_factory=LostPictures)
    cameras_changed: Callable[[], None] = lambda: None  # tells the fleet; from any thread
    taps: TapBook = field(default_factory=TapBook)
    ring: FrameRing = field(default_factory=lambda: FrameRing(1, 1))
    masks: MaskBook = field(default_factory=_no_masks)
    masks_changed: Callable[[], None] = lambda: None  # all follows; blocks, from any thread
    thumbs: Thumbs = field(default_factory=Thumbs)
    live: LiveViews = field(default_factory=lambda: LiveViews(SystemClock()))
    wall: WallStills = field(default_factory=lambda: WallStills(SystemClock()))
    patrols: PatrolDesk = field(default_factory=lambda: PatrolDesk(None, SystemClock()))
    recorder: Recorder | None = None
    places: PlaceShelf = field(default_factory=PlaceShelf)  # of fires
    answers: AnswerShelf = field(default_factory=AnswerShelf)  # of alerts
    scopes: ScopeBook = field(default_factory=ScopeBook)
    askers: AskerShelf = field(default_factory=AskerShelf)
    dangers: DangerShelf = field(default_factory=DangerShelf)
    network: NetworkDesk = field(default_factory=NetworkDesk)
    reports: ReportShelf = field(default_factory=ReportShelf)
    locator: Locator = field(default_factory=lambda: Locator(None))
    land_book: LandBook = field(default_factory=LandBook)
    workbench: Workbench = field(default_factory=Workbench)
    coverage: CoverageRoom | None = None
    poses: PoseBook = field(default_factory=PoseBook)
    exchange: MappingShelf = field(default_factory=MappingShelf)
    flights: FlightRoom | None = None
    footage: FootageRoom = field(default_factory=FootageRoom)
    replays: ReplayRoom = field(default_factory=ReplayRoom)
    lives: LiveBook = field(default_factory=LiveBook)  # of aircraft
    models: "ModelDesk | None" = None  # None where nothing looks
    references: ReferenceShelf = field(default_factory=lambda: ReferenceShelf(Path(os.devnull)))
    heat_board: HeatBoard | None = None  # what cameras of heat have seen of late
    heat_fed: FeedCounts = field(default_factory=FeedCounts)  # of thermal cameras
    dual_pictures: AtHand = field(default_factory=NothingAtHand)  # of pairs
    nodes: NodeRoom = field(init=False)

    def __post_init__(self) -> None:
        """Build what needs nothing but what is here."""
        made = NodeRoom.of(self.settings, self.store, self.clock, self._danger)
        object.__setattr__(self, "nodes", made)

    def _danger(self) -> DangerClass:
        return self.dangers.now(self.store, self.clock, self.settings).reckoned


def context_of(request: Request) -> Context:
    """The application's context, as a dependency."""
    return cast("Context", request.app.state.context)
