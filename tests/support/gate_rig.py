"""Gates of the drill district that tell who passed them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from api_rig import START, ApiRig
from starlette.testclient import TestClient

from api.auth.tokens import new_secret, secret_sha256, written
from models.user import Role, TokenScope

__all__ = ["GATE", "NAME", "PLATE", "gate_client", "passage", "push"]

GATE, NAME = "DRILL-CHECK-04", "演练检查站04 三岔检查站"
PLATE = "渝A·7Q8Z9"


def passage(minutes_before: float = 60.0, **changes: object) -> dict[str, object]:
    """What a gate sends; by the clock of the rig's start."""
    at: datetime = START - timedelta(minutes=minutes_before)
    told = {"gate": GATE, "at": at.isoformat(), "way": "in", "kind": "plate", "who": PLATE}
    return told | changes


def push(client: TestClient, *passages: Mapping[str, object]) -> dict[str, int]:
    """Hand them in; what became of them."""
    answer = client.post("/api/gates/passages", json={"passages": list(passages)})
    assert answer.status_code == 200, answer.text
    told: dict[str, int] = answer.json()
    return told


def gate_client(api: ApiRig, name: str, *scopes: TokenScope, role: Role) -> TestClient:
    """A program with a token."""
    secret = new_secret()
    token = api.context.store.tokens.add(
        name,
        secret_sha256(secret),
        role=role,
        scopes=scopes,
        townships=(),
        expires_at=api.clock.now() + timedelta(days=1),
        actor="admin",
    )
    client = api.client()
    client.headers["Authorization"] = f"Bearer {written(token.token_id, secret)}"
    return client
