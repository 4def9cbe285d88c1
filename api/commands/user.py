"""``firewatch user``: accounts from the machine itself; there is no default password."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.auth.passwords import hash_password, make_one_time_password
from api.backup import refuse_half_restored
from models.clock import SystemClock
from models.config import load_settings
from models.errors import NotFound
from models.store import Store
from models.user import Role, User

__all__ = ["SettingsFile", "add_user", "open_store", "users"]

users = typer.Typer(help="Accounts of the console.", no_args_is_help=True)

SettingsFile = Annotated[Path | None, typer.Option("--settings", help="TOML settings file.")]

ACTOR = "command line"


def add_user(store: Store, name: str, role: Role, *, must_change: bool = True) -> str:
    """Create an account with a random password.

    Returns:
        The password, which is nowhere stored in the clear.

    Raises:
        InputRefused: the name is taken or not usable.
    """
    password = make_one_time_password()
    store.users.add(User(name, role, hash_password(password), must_change), actor=ACTOR)
    return password


@users.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Sign-in name.")],
    role: Annotated[Role, typer.Option(help="What the person may do.")] = Role.MONITOR,
    settings_file: SettingsFile = None,
) -> None:
    """Add an account and print its one-time password."""
    with closing(open_store(settings_file)) as store:
        password = add_user(store, name, role)
    typer.echo(f"{name} ({role}) signs in once with  {password}  and then chooses a password.")


@users.command("password")
def reset_password(
    name: Annotated[str, typer.Argument(help="Sign-in name.")], settings_file: SettingsFile = None
) -> None:
    """Give an account a new one-time password and sign it out everywhere."""
    with closing(open_store(settings_file)) as store:
        if store.users.get(name) is None:
            raise NotFound(f"There is no account {name}.", remedy="See `firewatch user list`.")
        password = make_one_time_password()
        store.users.set_password(name, hash_password(password), must_change=True, actor=ACTOR)
        store.sessions.delete_all_of(name)
    typer.echo(f"{name} signs in once with  {password}  and then chooses a password.")


@users.command("list")
def list_users(settings_file: SettingsFile = None) -> None:
    """List the accounts."""
    with closing(open_store(settings_file)) as store:
        for user in store.users.all():
            typer.echo(f"{user.name}\t{user.role}")


def open_store(settings_file: Path | None) -> Store:
    """The store of the installation that a settings file describes."""
    settings = load_settings(settings_file)
    refuse_half_restored(settings.data_dir, settings.store_url)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return Store.open(settings.store_url, clock=SystemClock())
