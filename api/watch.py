"""The watch that was built: started, served, and stopped in order."""

import asyncio
import gc
import socket
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.context import Context
from api.coverage.room import CoverageRoom
from api.drone_live.desk import LiveDesk
from api.dual.checking import DualChecks
from api.footage.desk import FootageDesk
from api.heat.desk import HeatDesk
from api.heat.feeding import HeatFeed
from api.imagery.desk import ImageryDesk
from api.learning.desk import LearningDesk
from api.nodes.desk import NodeDesk
from api.orders.pushing import PushDesk
from api.poses import PoseRoom
from api.replays.desk import ReplayDesk
from api.retention import Retention
from api.roles import drain, keep_running, stop
from api.tls import check_tls
from camera_gateway.bus import MemoryBus
from camera_gateway.fleet import Fleet
from camera_gateway.recording.recorder import Recorder
from detector.desk import AlertDesk
from detector.incidents.ranker import Ranker
from detector.pipeline import Pipeline
from models.camera_setup import CameraSetup

__all__ = ["Watch", "serve"]

SWITCH_S = 0.0005
YOUNG = 5000, 10, 20


@dataclass(frozen=True, slots=True)
class Watch:
    """Everything built, nothing started; the store belongs to whoever opened it."""

    context: Context
    bus: MemoryBus
    pipeline: Pipeline
    desk: AlertDesk
    clips: ThreadPoolExecutor
    judging: ThreadPoolExecutor
    fleet: Fleet[CameraSetup]
    recorder: Recorder
    coverage: CoverageRoom
    poses: PoseRoom
    ranker: Ranker
    imagery: ImageryDesk
    lives: LiveDesk
    footage: FootageDesk
    replays: ReplayDesk
    heat: HeatDesk
    duals: DualChecks
    heat_feed: HeatFeed

    @property
    def retention(self) -> Retention:
        """Clears what is personal when its days are over."""
        context = self.context
        settings = context.settings
        return Retention(
            context.store,
            context.clock,
            settings.security,
            settings.gates,
            context.phones.uploads.tidy,
        )

    @property
    def pushing(self) -> PushDesk:
        """Sends the calls of orders."""
        context = self.context
        return PushDesk(
            context.store,
            context.clock,
            context.notices.desk,
            context.notices.writer,
            links=context.links,
            settings=context.settings,
        )

    @property
    def learning(self) -> LearningDesk:
        """Makes the night's digest of false alarms."""
        context = self.context
        return LearningDesk(context.store, context.clock, context.settings)

    @asynccontextmanager
    async def running(self, _app: FastAPI) -> AsyncIterator[None]:
        """Start gateways, pipeline and live feed; stop sources first, then drain what is left."""
        async with AsyncExitStack() as stack:
            stack.callback(self.clips.shutdown)
            stack.callback(self.judging.shutdown)
            stack.callback(self.poses.pool.shutdown)
            stack.callback(self.context.land_imports.close)
            stack.callback(self.context.network.close)
            stack.push_async_callback(asyncio.to_thread, self.recorder.stop)
            self.recorder.start()
            stack.callback(self.desk.flush)
            feed = asyncio.create_task(keep_running("live feed", self.context.feed.run))
            stack.push_async_callback(stop, feed)
            # What the last frames leave for it is kept after the pipeline has gone through them.
            stack.push_async_callback(asyncio.to_thread, self.heat_feed.close)
            pipeline = asyncio.create_task(
                keep_running("pipeline", lambda: self.pipeline.run(self.bus))
            )
            stack.push_async_callback(drain, self.bus, pipeline)
            for name, run in (
                ("patrols", self.context.patrols.run),
                ("retention", self.retention.run),
                ("coverage", self.coverage.desk.run),
                ("land", self.context.land_book.run),
                ("poses", self.poses.watch.run),
                ("ranking", self.ranker.run),
                ("cameras", self.fleet.run),
                ("land imports", self.context.land_imports.run),
                ("notices", self.context.notices.desk.run),
                ("orders", self.context.orders.run),
                ("calls", self.pushing.run),
                ("imagery", self.imagery.run),
                ("footage", self.footage.run),
                ("learning", self.learning.run),
                ("nodes", NodeDesk(self.context).run),
                ("broker of nodes", self.context.nodes.listener.run),
                ("replays", self.replays.run),
                ("heat", self.heat.run),
                ("registrations", self.duals.run),
                ("thermal cameras", self.heat_feed.run),
                *(() if self.context.models is None else (("models", self.context.models.run),)),
                ("live pictures", self.lives.run),
                *(() if self.context.flights is None else (("flights", self.context.flights.run),)),
            ):
                task = asyncio.create_task(keep_running(name, run))
                stack.push_async_callback(stop, task)
            # A full collection walks everything there is, 200 ms with every thread standing still;
            # what is built by now stays as long as the process does, and is walked no more.
            gc.collect()
            gc.freeze()
            stack.callback(gc.unfreeze)
            yield


def serve(watch: Watch, listening: socket.socket) -> None:
    """Serve until interrupted."""
    # Every statement to SQLite lets other threads run and waits for its turn afterwards; at the
    # usual 5 ms a request of twenty statements waited 100 ms beside threads that compute.
    sys.setswitchinterval(SWITCH_S)
    # A collection of everything that came since the start holds every thread for 50 to 80 ms; with
    # Python's own 700 it came every seven seconds under load, now within a minute not once.
    gc.set_threshold(*YOUNG)
    app = create_app(watch.context, lifespan=watch.running)
    settings = watch.context.settings
    config = uvicorn.Config(
        app,
        log_config=None,
        timeout_graceful_shutdown=1,
        server_header=False,
        # Nobody's word is taken for who asks but that of the proxies that the settings name.
        proxy_headers=bool(settings.security.trusted_proxies),
        forwarded_allow_ips=list(settings.security.trusted_proxies),
        ssl_certfile=settings.tls.certificate,
        ssl_keyfile=settings.tls.key,
    )
    check_tls(settings.tls)
    uvicorn.Server(config).run(sockets=[listening])
