"""The web application on a real store, without cameras or network."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from anyio.from_thread import BlockingPortal
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from api.app import create_app
from api.auth.service import AuthService
from api.context import Context, SiteFacts
from api.field.room import PhoneRoom
from api.gates.sealing import Seal
from api.incidents.places import PlaceShelf
from api.land.imports.desk import ImportDesk
from api.live import LiveFeed
from api.notices.room import NoticeRoom
from api.orders.assigning import Assigner
from api.orders.desk import OrderDesk
from api.orders.links import LinkMaker
from api.site import Site, read_site
from camera_gateway.gateway import Gateway
from camera_gateway.vault import EvidenceVault
from detector.pipeline import PipelineCounts
from geo.land import LandBook
from geo.relief import drill_relief
from models.clock import ManualClock
from models.config import Settings
from models.detection import ModelReference
from models.land import Layer
from models.store import Store
from models.user import Role, User

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
PASSWORDS = {
    Role.VIEWER: "viewer-viewer",
    Role.MONITOR: "monitor-monitor",
    Role.ADMIN: "admin-admin-1",
}
# The product's own takes 0.1 s of all cores, and the suite signs in four thousand times.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HASHES = {role: QUICK.hash(password) for role, password in PASSWORDS.items()}


@dataclass
class ApiRig:
    """An application and its hands."""

    context: Context
    clock: ManualClock
    portal: BlockingPortal | None = None  # to an event loop; None: a new one for each request

    def client(self, role: Role | None = None) -> TestClient:
        """A browser; signed in when a role is given."""
        client = TestClient(_app(self.context), base_url="http://testserver")
        client.portal = self.portal
        if role is not None:
            body = {"name": role.value, "password": PASSWORDS[role]}
            assert client.post("/api/session", json=body).status_code == 200
        return client


_ROUTES: list[BaseRoute] = []
"""Of the first application. FastAPI makes routes when they are first asked for, and for each
application anew: up to half a second of a test's time."""


def _app(context: Context) -> FastAPI:
    app = create_app(context, console_dir=None)
    if not _ROUTES:
        _ROUTES.extend(app.router.routes)
    app.router.routes[:] = _ROUTES
    return app


@cache
def _drill_district() -> Site:
    return read_site(ROOT / "examples" / "drill")


@cache
def _filled_database() -> bytes:
    """A store with the district and the people; filling one takes 0.4 s, and two thousand tests."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "firewatch.db"
        store = Store.open(f"sqlite:///{path}", clock=ManualClock(START))
        _fill(store)
        store.close()
        return path.read_bytes()


def _fill(store: Store) -> None:
    site = _drill_district()
    for camera in site.cameras.values():
        store.cameras.put(camera)
    for layer in Layer:
        store.land.replace(layer, [one for one in site.land if one.layer is layer])
    for role, password_hash in HASHES.items():
        user = User(role.value, role, password_hash, must_change_password=False)
        store.users.add(user, actor="t")


def build_api(
    folder: Path,
    gateways: Mapping[str, Gateway] | None = None,
    *,
    portal: BlockingPortal | None = None,
) -> ApiRig:
    """One user of each role, the drill district, no alerts."""
    clock = ManualClock(START)
    site, database = _drill_district(), folder / "firewatch.db"
    if database.exists():  # somebody keeps something in it already
        store = Store.open(f"sqlite:///{database}", clock=clock)
        _fill(store)
    else:
        database.write_bytes(_filled_database())
        store = Store.open(f"sqlite:///{database}", clock=clock)
    settings, land_book, places = Settings(data_dir=folder), LandBook(store.land), PlaceShelf()
    context = Context(
        settings=settings,
        clock=clock,
        store=store,
        vault=EvidenceVault(folder / "evidence"),
        auth=AuthService(store, clock),
        feed=LiveFeed(store, clock),
        site=SiteFacts(
            site.name,
            drill=True,
            replay_rate=30.0,
            model=ModelReference(Settings().model_card, "1", "0" * 64),
            provider="CPU",
            arrangement="2 x 1, usual",
        ),
        terrain=drill_relief(),
        gateways=dict(gateways or {}),
        counts=PipelineCounts(),
        land_imports=ImportDesk(store, clock, folder, spare_bytes=0),
        notices=NoticeRoom.of(
            settings, store, clock, land_book=land_book, places=places, site_name=site.name
        ),
        seal=Seal.later(settings.gates_key_file),
        links=LinkMaker.later(settings.links_key_file, settings.notices.public_url),
        phones=PhoneRoom.of(settings, clock),
        orders=OrderDesk(
            store, clock, settings.orders, Assigner(store, land_book, places, settings.orders)
        ),
        land_book=land_book,
        places=places,
    )
    return ApiRig(context, clock, portal)
