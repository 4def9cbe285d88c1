"""The web application: routers, error handling, headers, and the built console."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final

from fastapi import Depends, FastAPI
from starlette.middleware.gzip import GZipMiddleware

from api import feed, health, openapi
from api.aircraft import routes as aircraft
from api.alerts import routes as alerts
from api.audit import routes as audit
from api.auth import routes as session
from api.auth.origin import check_same_origin
from api.body_limit import BodyLimit
from api.calibration import photo_marks
from api.calibration import routes as calibration
from api.cameras import routes as cameras
from api.candidates import routes as candidates
from api.console import Console
from api.context import Context
from api.coverage import routes as coverage
from api.crossings import routes as crossings
from api.drone_live import routes as drone_live
from api.dual import routes as duals
from api.duty import routes as duty
from api.errors import install_error_handlers
from api.evidence import routes as evidence
from api.exchange import routes as exchange
from api.exports import routes as exports
from api.field import routes as field
from api.flights import routes as flights
from api.flights import schedule_routes as schedules
from api.footage import proposal_routes as proposals
from api.footage import routes as footage
from api.gates import routes as gates
from api.handovers import routes as handovers
from api.headers import HostCheck, SecurityHeaders
from api.heat import routes as heat_looks
from api.idempotency import Idempotency
from api.imagery import routes as imagery
from api.incidents import deeds as incident_deeds
from api.incidents import look_routes as incident_looks
from api.incidents import routes as incidents
from api.land import answers as land_answers
from api.land import attributes, exporting, features, winds
from api.land import changes as land_changes
from api.land.imports import routes as land_imports
from api.land.network import routes as land_network
from api.learning import routes as learning
from api.ledger import routes as ledger
from api.live_view import routes as live_view
from api.maps import routes as maps
from api.masks import routes as masks
from api.nodes import routes as nodes
from api.notices import routes as notices
from api.observations import routes as observations
from api.ogc import routes as ogc
from api.orders import routes as orders
from api.patrols import routes as patrols
from api.patrols import steering
from api.patrols import sweeps as tower_sweeps
from api.people import routes as people
from api.releases import routes as releases
from api.replays import routes as replays
from api.reports import files_routes as report_files
from api.reports import routes as reports
from api.sweeps import routes as sweeps
from api.weather import routes as weather

__all__ = ["CONSOLE_DIR", "create_app"]

CONSOLE_DIR = Path(__file__).parent / "static"

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

SMALLEST_ZIPPED: Final = 1400
"""Bytes: less fits into one packet anyway."""

ZIP_LEVEL: Final = 4
"""A hundred cameras: 134 kB become 3 in 0.4 ms, and level 9 takes twice that for a tenth less."""


def create_app(
    context: Context, *, lifespan: Lifespan | None = None, console_dir: Path | None = CONSOLE_DIR
) -> FastAPI:
    """Build the application.

    Args:
        context: what the routes use.
        lifespan: starts and stops the watch around the server's life.
        console_dir: the built console; None serves the API alone.
    """
    app = FastAPI(
        title="Firewatch",
        lifespan=lifespan,
        dependencies=[Depends(check_same_origin)],
        docs_url=None,  # the bundled pages would fetch their scripts from outside
        redoc_url=None,
        openapi_url=None,  # served by a route of its own, for those who are signed in
        generate_unique_id_function=openapi.operation_id,
    )
    app.state.context = context
    app.add_middleware(Idempotency, context=context)
    # Never pictures, clips and the live feed: the middleware leaves those out by their kind.
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST_ZIPPED, compresslevel=ZIP_LEVEL)
    app.add_middleware(BodyLimit)
    app.add_middleware(HostCheck, hosts=context.settings.security.hosts)
    app.add_middleware(SecurityHeaders)  # the last is the outermost: refusals carry them too
    install_error_handlers(app)
    for router in (
        session.router,
        people.users,
        people.tokens,
        incidents.router,
        incident_deeds.router,
        incident_looks.router,
        alerts.router,
        crossings.router,
        observations.router,
        heat_looks.router,
        notices.router,
        duty.router,
        report_files.router,
        reports.router,
        orders.router,
        orders.of_fires,
        field.router,
        handovers.router,
        candidates.router,
        ledger.router,
        land_answers.router,
        winds.router,
        weather.router,
        gates.router,
        exchange.router,
        attributes.router,
        exporting.router,
        features.router,
        land_changes.router,
        land_imports.router,
        land_network.router,
        nodes.router,
        cameras.router,
        duals.router,
        photo_marks.router,
        calibration.router,
        live_view.router,
        maps.router,
        coverage.router,
        masks.router,
        steering.router,
        tower_sweeps.router,
        patrols.router,
        aircraft.router,
        sweeps.router,
        imagery.router,
        footage.router,
        learning.router,
        proposals.router,
        replays.router,
        releases.router,
        drone_live.router,
        schedules.router,
        flights.router,
        audit.router,
        evidence.router,
        feed.router,
        health.router,
        openapi.router,
        ogc.router,
        exports.router,
    ):
        app.include_router(router)
    if console_dir is not None and (console_dir / "index.html").is_file():
        app.mount("/", Console(console_dir), name="console")
    return app
