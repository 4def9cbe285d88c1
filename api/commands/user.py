"""``firewatch user``: accounts from the machine itself; there is no default password."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.auth.service import AuthService
from api.backup import refuse_half_restored
from api.people.service import make_account, reset_password, set_rights
from models.clock import SystemClock
from models.config import load_settings
from models.errors import InputRefused, NotFound
from models.store import Store
from models.user import Role, User

__all__ = ["ACTOR", "SettingsFile", "Townships", "add_user", "open_store", "users"]

users = typer.Typer(help="Accounts of the console.", no_args_is_help=True)

SettingsFile = Annotated[Path | None, typer.Option("--settings", help="TOML settings file.")]

Name = Annotated[str, typer.Argument(help="Sign-in name.")]

Townships = Annotated[
    list[str], typer.Option("--township", help="Code of a township that it is limited to; repeat.")
]

ACTOR = "command line"


def add_user(store: Store, name: str, role: Role, *, must_change: bool = True) -> str:
    """Create an account with a random password.

    Returns:
        The password, which is nowhere stored in the clear.

    Raises:
        InputRefused: the name is taken or not usable.
    """
    return make_account(store, name, role, actor=ACTOR, must_change=must_change)


@users.command("add")
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="What the person may do.")] = Role.MONITOR,
    township: Townships = [],  # noqa: B006  # typer reads it, nobody writes it
    settings_file: SettingsFile = None,
) -> None:
    """Add an account and print its one-time password."""
    with closing(open_store(settings_file)) as store:
        password = make_account(store, name, role, actor=ACTOR, townships=tuple(township))
    typer.echo(f"{name} ({role}) signs in once with  {password}  and then chooses a password.")


@users.command("password")
def password(name: Name, settings_file: SettingsFile = None) -> None:
    """Give an account a new one-time password and sign it out everywhere."""
    with closing(open_store(settings_file)) as store:
        secret = reset_password(store, _known(store, name), actor=ACTOR)
    typer.echo(f"{name} signs in once with  {secret}  and then chooses a password.")


@users.command("list")
def list_users(settings_file: SettingsFile = None) -> None:
    """List the accounts: name, role, townships that they are limited to, and whether it is off."""
    with closing(open_store(settings_file)) as store:
        for user in store.users.all():
            where = ", ".join(user.townships) or "whole district"
            off = "\tswitched off" if user.disabled else ""
            typer.echo(f"{user.name}\t{user.role}\t{where}{off}")


@users.command("rights")
def change_rights(
    name: Name,
    role: Annotated[Role | None, typer.Option(help="What the person may do.")] = None,
    township: Townships = [],  # noqa: B006  # typer reads it, nobody writes it
    *,
    whole_district: Annotated[
        bool, typer.Option("--whole-district", help="Limited to no township any more.")
    ] = False,
    settings_file: SettingsFile = None,
) -> None:
    """Change role or townships; true from the person's next request on."""
    if whole_district and township:
        raise InputRefused("Either townships or the whole district.", remedy="Leave one out.")
    limits = tuple(township) if township or whole_district else None
    with closing(open_store(settings_file)) as store:
        user = set_rights(store, _known(store, name), role=role, townships=limits, actor=ACTOR)
    where = ", ".join(user.townships) or "the whole district"
    typer.echo(f"{user.name} is {user.role} of {where}.")


@users.command("disable")
def disable(name: Name, settings_file: SettingsFile = None) -> None:
    """Switch an account off and sign it out everywhere."""
    with closing(open_store(settings_file)) as store:
        store.users.set_disabled(name, disabled=True, actor=ACTOR)
    typer.echo(f"{name} is switched off.")


@users.command("enable")
def enable(name: Name, settings_file: SettingsFile = None) -> None:
    """Switch an account on again."""
    with closing(open_store(settings_file)) as store:
        store.users.set_disabled(name, disabled=False, actor=ACTOR)
    typer.echo(f"{name} is switched on.")


@users.command("remove")
def remove(name: Name, settings_file: SettingsFile = None) -> None:
    """Take an account away; its name stays in the history and nobody else may take it."""
    with closing(open_store(settings_file)) as store:
        store.users.remove(name, actor=ACTOR)
    typer.echo(f"{name} is removed.")


@users.command("sign-out")
def sign_out(name: Name, settings_file: SettingsFile = None) -> None:
    """Sign every browser of an account out."""
    with closing(open_store(settings_file)) as store:
        _known(store, name)
        count = AuthService(store, SystemClock()).sign_out_everywhere(name, actor=ACTOR)
    typer.echo(f"{name} is signed out of {count} browsers.")


def _known(store: Store, name: str) -> User:
    user = store.users.get(name)
    if user is None:
        raise NotFound(f"There is no account {name}.", remedy="See `firewatch user list`.")
    return user


def open_store(settings_file: Path | None) -> Store:
    """The store of the installation that a settings file describes."""
    settings = load_settings(settings_file)
    refuse_half_restored(settings.data_dir, settings.store_url)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return Store.open(settings.store_url, clock=SystemClock())
