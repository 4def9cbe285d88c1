"""The city's platform at the door of the drill district, or of one in Qijiang."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from api_rig import ApiRig
from starlette.testclient import TestClient

from api.auth.tokens import new_secret, secret_sha256, written
from models.config import ExchangeRule
from models.order import ClosesAt, OrderDraft
from models.site import Camera, CameraKind, HeightDatum, Position
from models.user import Role, TokenScope

__all__ = ["EXAMPLE", "QIJIANG", "bearer", "in_qijiang", "mapped", "order_of", "platform"]

EXAMPLE = Path(__file__).resolve().parents[2] / "docs/examples/exchange.toml"
QIJIANG = (106.6512, 28.8512)


def bearer(
    api: ApiRig,
    name: str = "city",
    *townships: str,
    scope: TokenScope = TokenScope.EXCHANGE,
    role: Role = Role.MONITOR,
) -> str:
    """A token."""
    secret = new_secret()
    token = api.context.store.tokens.add(
        name,
        secret_sha256(secret),
        role=role,
        scopes=(scope,),
        townships=townships,
        expires_at=api.clock.now() + timedelta(days=30),
        actor="admin",
    )
    return written(token.token_id, secret)


def platform(
    api: ApiRig,
    name: str = "city",
    *townships: str,
    scope: TokenScope = TokenScope.EXCHANGE,
    role: Role = Role.MONITOR,
) -> TestClient:
    """The platform's program."""
    client = api.client()
    token = bearer(api, name, *townships, scope=scope, role=role)
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def mapped(api: ApiRig, text: str | Path, site_code: str = "") -> ApiRig:
    """The same with a mapping file: a path, or what stands in one."""
    path = text if isinstance(text, Path) else api.context.settings.data_dir / "exchange.toml"
    if isinstance(text, str):
        path.write_text(text, encoding="utf-8")
    rule = ExchangeRule(mapping_file=path, site_code=site_code)
    settings = api.context.settings.model_copy(update={"exchange": rule})
    return ApiRig(replace(api.context, settings=settings), api.clock)


def in_qijiang(api: ApiRig) -> None:
    """A camera there, so that it is not far from everything."""
    stand = Position(106.7, 28.9, 20.0, HeightDatum.GROUND)
    api.context.store.cameras.put(Camera("q1", "綦江塔", CameraKind.TOWER, stand, ()))


def order_of(
    api: ApiRig, incident_id: int, township: str, *villages: str, cause: str = "hand:1"
) -> int:
    """An order that is opened by hand, with a note that nobody else is to read."""
    draft = OrderDraft(
        incident_id, township, villages, 0.75, ClosesAt.DISTRICT, cause, "问王五 13800001234"
    )
    return api.context.store.orders.open([draft], author="monitor")[0].order_id
