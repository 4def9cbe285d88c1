"""Which version a store has, and moving a store to another version or another place."""

from contextlib import closing
from dataclasses import dataclass

from models.clock import Clock
from models.errors import InputRefused
from models.store import schema
from models.store.engines import home_of
from models.store.failures import as_watch_errors
from models.store.store import Store

__all__ = ["StoreStatus", "move", "status_of", "step_back", "step_up"]


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """Where a store stands.

    Attributes:
        name: of its place; holds no password.
        revision: of its tables; None where nothing is kept.
        newest: that this program knows.
    """

    name: str
    revision: str | None
    newest: str


def status_of(url: str) -> StoreStatus:
    """Look at a store and change nothing.

    Raises:
        WatchError: as :meth:`models.store.Store.open`.
    """
    home = home_of(url)
    with home.locked(), as_watch_errors(home.name):
        revision = schema.current(home) if home.is_there() else None
    return StoreStatus(home.name, revision, schema.head())


def step_up(url: str) -> StoreStatus:
    """Bring a store to the newest version: wholly, or not at all.

    Raises:
        InputRefused: nothing is kept there; code ``store_absent``.
        WatchError: as :meth:`models.store.Store.open`.
    """
    home = home_of(url)
    with home.locked(), as_watch_errors(home.name):
        if not home.is_there():
            raise _absent(home.name)
        schema.current(home)  # refuses what is not ours before anything is written
        schema.upgrade(home)
    return status_of(url)


def step_back(url: str) -> StoreStatus:
    """Bring a store one version back; what the older tables cannot say is lost.

    Raises:
        InputRefused: nothing is kept there (``store_absent``), or it has the first version already
            (``store_first``).
        WatchError: as :meth:`models.store.Store.open`.
    """
    home = home_of(url)
    with home.locked(), as_watch_errors(home.name):
        if not home.is_there():
            raise _absent(home.name)
        older = schema.before(schema.current(home))
        if older is None:
            raise InputRefused(
                f"The store {home.name} has the first version.",
                remedy="There is nothing before it.",
                code="store_first",
            )
        schema.downgrade(home, older)
    return status_of(url)


def move(url: str, target_url: str, *, clock: Clock) -> dict[str, int]:
    """Copy a whole store to a place of whatever kind; the first one stays as it is.

    Args:
        url: of the store; migrated to the newest version first where it is older.
        target_url: where nothing is kept yet.
        clock: the installation's.

    Returns:
        Rows by table: each was read back there and compared, and the chain of the audit log proved.

    Raises:
        InputRefused: nothing is kept at the first place (``store_absent``), or something at the
            second.
        StoreDamaged: the audit log was broken before, or it did not arrive as it left
            (``store_not_copied``).
        WatchError: as :meth:`models.store.Store.open`, of either place.
    """
    target = home_of(target_url)
    if status_of(url).revision is None:
        raise _absent(home_of(url).name)
    with closing(Store.open(url, clock=clock)) as store:
        store.audit.verify()
        copied = store.copy_to(target)
    with closing(Store.open(target_url, clock=clock)) as moved:
        moved.audit.verify()
    return copied


def _absent(name: str) -> InputRefused:
    return InputRefused(
        f"There is no store at {name}.",
        remedy="Check database_url and data_dir in the settings.",
        code="store_absent",
    )
