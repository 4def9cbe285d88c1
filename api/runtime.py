"""Composition root: builds the watch from its settings and a site; it runs as ``watch.py`` says.

Here, and only here, the floors are joined: sources to gateways, gateways to the bus, the bus to the
pipeline, the pipeline to the store, the store to the console.
"""

import random
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from api.auth.service import AuthService
from api.calibration.bench import Workbench
from api.cameras.running import CameraBook, fleet_of, fov_of
from api.cameras.thumbs import Thumbs
from api.context import Context
from api.context_site import SiteFacts, arrangement_of
from api.coverage.room import CoverageRoom
from api.drone_live.book import LiveBook
from api.drone_live.desk import LiveDesk
from api.dual.checking import DualChecks
from api.dual.sampling import PicturesAtHand
from api.field.room import PhoneRoom
from api.flights.room import FlightRoom
from api.footage.desk import FootageDesk
from api.footage.service import shelf_of as footage_shelf_of
from api.gates.sealing import Seal
from api.heat.desk import HeatDesk
from api.heat.feeding import HeatFeed
from api.heat.views import ViewShelf
from api.imagery.desk import ImageryDesk
from api.imagery.service import shelf_of
from api.incidents.places import PlaceShelf
from api.land.around import land_around
from api.land.imports.desk import ImportDesk
from api.live import LiveFeed
from api.masks.watching import MaskWatch
from api.notices.room import NoticeRoom
from api.orders.assigning import Assigner
from api.orders.desk import OrderDesk
from api.orders.links import LinkMaker
from api.poses import PoseRoom
from api.releases.desk import ModelDesk
from api.replays.desk import ReplayDesk
from api.replays.service import shelf_of as replay_shelf_of
from api.roles import logged
from api.watch import Watch
from camera_gateway.bus import MemoryBus
from camera_gateway.gateway import Gateway
from camera_gateway.masks import MaskBook, PictureVeil
from camera_gateway.patrol import PatrolDesk
from camera_gateway.patrol.visits import Standing
from camera_gateway.recording.recorder import Recorder
from camera_gateway.recording.rules import RecorderRules
from camera_gateway.redaction import SecretFilter
from camera_gateway.ring import FrameRing
from camera_gateway.source import FrameSource
from camera_gateway.vault import EvidenceVault
from camera_gateway.video.live import LiveViews
from camera_gateway.video.tap import TapBook
from camera_gateway.video.wall import WallStills
from detector.desk import AlertDesk
from detector.dual.board import HeatBoard
from detector.incidents.ranker import Ranker
from detector.keeper import EvidenceKeeper, LostPictures
from detector.pipeline import Pipeline
from detector.release.in_force import open_start
from detector.swapping import Outfit, SwappingDetector, SwappingScorer
from geo.land import LandBook
from geo.locate import Locator
from geo.terrain import Terrain
from models.clock import Clock, SystemClock
from models.config import Settings
from models.site import Camera
from models.store import Store

__all__ = ["CameraFeed", "build_watch"]

RING_BYTES_PER_CAMERA = 10 * 2**20  # 110 cameras then hold 1.1 GiB at the most
RING_FRAMES = 48  # some for each view of a camera that turns
JUDGING_THREADS = 2  # a picture of 100 million pixels holds one of them up for a second


@dataclass(frozen=True, slots=True)
class CameraFeed:
    """A camera and how its pictures are had.

    Attributes:
        camera: as configured.
        preset: number of the preset in force.
        open_source: opens a fresh source; called again after a loss.
    """

    camera: Camera
    preset: int
    open_source: Callable[[], FrameSource]


def build_watch(
    settings: Settings,
    store: Store,
    feeds: Mapping[str, CameraFeed],
    *,
    site_name: str,
    drill: bool,
    terrain: Terrain | None,
    replay_rate: float | None = None,
    clock: Clock | None = None,
    secrets: SecretFilter | None = None,
) -> Watch:
    """Build a watch on an open store.

    Args:
        settings: of the installation.
        store: with cameras and land layers in it.
        feeds: cameras that have pictures whatever the store says, by key; the linked and enabled
            cameras of the store run besides, and follow its changes.
        site_name: shown in the console.
        drill: something of the site is invented.
        terrain: None when no relief is loaded.
        replay_rate: of recordings, for the console.
        clock: the machine's when left out.
        secrets: keeps passwords out of the log; told of every camera's.

    Raises:
        ModelMismatch: the weights are missing or not what their card says.
    """
    clock = clock or SystemClock()
    start = open_start(settings, store.releases.activations())
    detector = SwappingDetector(Outfit.of(start.detector, settings.attention))
    site = SiteFacts(
        site_name,
        drill,
        replay_rate,
        start.detector.reference,
        start.detector.provider,
        arrangement_of(start.detector),
    )
    bus = MemoryBus(clock, max_age_s=settings.max_frame_age_s)
    ring = FrameRing(RING_BYTES_PER_CAMERA, RING_FRAMES)
    book = CameraBook({camera.camera_id: camera for camera in store.cameras.all()})
    masks = MaskBook(clock.now)
    vault = EvidenceVault(settings.data_dir / "evidence")
    rules = RecorderRules(settings.recording, settings.keeping)
    recorder = Recorder(store, vault, settings.data_dir / "ring", rules, clock)
    taps = TapBook(masks.hides, recorder.listen)
    thumbs, workbench = Thumbs(), Workbench()

    def forget(camera_id: str) -> None:
        ring.forget(camera_id)
        thumbs.forget(camera_id)
        workbench.pictures.forget(camera_id)

    mask_watch = MaskWatch(store.masks, masks, taps, forget)
    mask_watch.refresh()  # before any picture can come
    scorer = SwappingScorer(
        detector,
        settings.attention,
        lambda view: masks.in_force(*view, fov_of(book, *view)),
    )
    clips = ThreadPoolExecutor(1, thread_name_prefix="clips")
    locator = Locator(terrain, folder=settings.data_dir / "horizons")
    land_book = LandBook(store.land)
    patrols = PatrolDesk(store, clock)
    poses = PoseRoom.of(
        settings,
        store,
        clock,
        ring=ring,
        cameras=book,
        tours=lambda camera_id: patrols.status(camera_id) is not None,
    )
    lost_pictures = LostPictures()
    board = HeatBoard(store.duals.pairs, store.duals.registration, clock)
    desk = AlertDesk(
        store=store,
        keeper=EvidenceKeeper(vault, ring, clock, lost_pictures),
        cameras=book,
        locator=locator,
        land=land_book,
        settings=settings,
        clock=clock,
        later=lambda job: clips.submit(logged, job),
        masks_of=masks.nuisance,
        believed=poses.book.believed,
        heat=board,
    )
    heat_feed = HeatFeed(
        store, clock, ViewShelf(store, settings.heat, fixed=feeds), lambda: context.nodes
    )
    pipeline = Pipeline(
        scorer, desk, settings.evidence, clock, max_batch=settings.max_batch, heat=heat_feed
    )
    judging = ThreadPoolExecutor(JUDGING_THREADS, thread_name_prefix="judging")
    fixed = {
        key: Gateway(
            feed.camera,
            feed.preset,
            feed.open_source,
            bus=bus,
            ring=ring,
            clock=clock,
            random=random.random,  # jitter of retries, not a secret
            veil=PictureVeil(key, masks, judging),
            standing=Standing(patrols.visits, key),
        )
        for key, feed in feeds.items()
    }
    fleet = fleet_of(
        store,
        book,
        bus=bus,
        ring=ring,
        clock=clock,
        secrets=secrets or SecretFilter(),
        fixed=fixed,
        pool=judging,
        views=settings.data_dir / "views",
        zone=ZoneInfo(settings.time_zone),
        taps=taps,
        masks=masks,
        refresh_masks=mask_watch.refresh,
        patrols=patrols,
    )
    folder, running = settings.data_dir / "coverage", patrols.visits.running
    coverage = CoverageRoom.of(
        store, clock, locator=locator, ring=ring, folder=folder, running=running
    )
    places = PlaceShelf()
    orders = OrderDesk(
        store, clock, settings.orders, Assigner(store, land_book, places, settings.orders)
    )
    notices = NoticeRoom.of(
        settings, store, clock, land_book=land_book, places=places, site_name=site_name
    )
    flights = FlightRoom.of(
        settings,
        store,
        clock,
        terrain=terrain,
        danger=lambda: context.dangers.now(store, clock, settings).reckoned,
    )
    context = Context(
        settings=settings,
        clock=clock,
        store=store,
        vault=vault,
        auth=AuthService(store, clock, settings.security),
        feed=LiveFeed(store, clock),
        site=site,
        models=ModelDesk(settings, store, clock, site, detector, problem=start.problem),
        terrain=terrain,
        gateways=fleet.gateways,
        counts=pipeline.counts,
        lost_pictures=lost_pictures,
        land_imports=ImportDesk(
            store, clock, settings.data_dir, spare_bytes=rules.least_free_bytes
        ),
        notices=notices,
        seal=Seal.later(settings.gates_key_file),
        links=LinkMaker.later(settings.links_key_file, settings.notices.public_url),
        phones=PhoneRoom.of(settings, clock),
        orders=orders,
        places=places,
        cameras_changed=fleet.nudge,
        taps=taps,
        ring=ring,
        thumbs=thumbs,
        masks=masks,
        masks_changed=mask_watch.refresh,
        live=LiveViews(clock),
        wall=WallStills(clock),
        patrols=patrols,
        recorder=recorder,
        locator=locator,
        land_book=land_book,
        workbench=workbench,
        coverage=coverage,
        poses=poses.book,
        flights=flights,
        lives=LiveBook.of(rule.aircraft for rule in settings.drones.links if rule.live_url),
        references=poses.shelf,
        dual_pictures=PicturesAtHand(ring, store, settings.data_dir),
        heat_board=board,
        heat_fed=heat_feed.counts,
    )
    ranker = Ranker(
        store,
        clock,
        ZoneInfo(settings.time_zone),
        place_of=places.of,
        land_of=lambda found: land_around(context, found),
        land_version=lambda: land_book.version,
        danger=lambda: context.dangers.now(store, clock, settings),
    )
    shelf = shelf_of(settings.data_dir)
    lives = LiveDesk(context, shelf, detector, bus.backlog)
    return Watch(
        context,
        bus,
        pipeline,
        desk,
        clips,
        judging,
        fleet,
        recorder,
        coverage,
        poses,
        ranker,
        ImageryDesk(
            context,
            shelf,
            detector,
            lambda: bus.backlog() + lives.waits,  # what a drone shows now goes before files
        ),
        lives,
        FootageDesk(
            context,
            footage_shelf_of(settings),
            detector,
            lambda: bus.backlog() + lives.waits,
        ),
        replays=ReplayDesk(
            context,
            replay_shelf_of(settings),
            footage_shelf_of(settings),
            lambda: bus.backlog() + lives.waits,
        ),
        heat=HeatDesk.of(context, bus.backlog),
        duals=DualChecks(context, bus.backlog),
        heat_feed=heat_feed,
    )
