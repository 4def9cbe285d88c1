"""A room of flights that people reach over HTTP, as a watch serves it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
from api_rig import HASHES, PASSWORDS, ApiRig, build_api
from room_rig import Office
from served import served

from api.auth.service import AuthService
from api.live import LiveFeed
from models.user import Role, User

__all__ = ["person", "served_room"]


@contextmanager
def served_room(made: Office, folder: Path, *, console: bool = False) -> Iterator[str]:
    """Serve an office with an account of each role, perhaps with the console; its address."""
    for role, password_hash in HASHES.items():
        user = User(role.value, role, password_hash, must_change_password=False)
        made.store.users.add(user, actor="t")
    folder.mkdir(exist_ok=True)
    context = replace(
        build_api(folder).context,
        clock=made.clock,
        store=made.store,
        auth=AuthService(made.store, made.clock),
        feed=LiveFeed(made.store, made.clock),
        flights=made.room,
    )
    rig = ApiRig(context, made.clock)  # type: ignore[arg-type]  # a faster clock
    with served(rig, console=console) as address:
        yield address


@contextmanager
def person(address: str, role: Role) -> Iterator[httpx.Client]:
    """Somebody who has signed in."""
    with httpx.Client(base_url=address, timeout=30.0) as client:
        body = {"name": role.value, "password": PASSWORDS[role]}
        assert client.post("/api/session", json=body).status_code == 200
        yield client
