"""``firewatch token``: what programs sign in with, from the machine itself."""

from contextlib import closing
from typing import Annotated

import typer

from api.commands.user import ACTOR, SettingsFile, Townships, open_store
from api.people.service import make_token
from models.clock import SystemClock
from models.user import Role, TokenScope

__all__ = ["tokens"]

tokens = typer.Typer(help="Tokens of programs that use the API.", no_args_is_help=True)


@tokens.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[list[TokenScope], typer.Option(help="Part of the API; repeat.")],
    *,
    role: Annotated[Role, typer.Option(help="viewer reads, monitor acts.")] = Role.VIEWER,
    township: Townships = [],  # noqa: B006  # typer reads it, nobody writes it
    days: Annotated[int, typer.Option(min=1, max=1098, help="That it lasts.")] = 365,
    settings_file: SettingsFile = None,
) -> None:
    """Make a token and print it; it cannot be had again."""
    with closing(open_store(settings_file)) as store:
        token, text = make_token(
            store,
            SystemClock(),
            name,
            role=role,
            scopes=tuple(scope),
            townships=tuple(township),
            days=days,
            actor=ACTOR,
        )
    typer.echo(f"Token {token.token_id} of {name}, until {token.expires_at:%Y-%m-%d}:")
    typer.echo(text)


@tokens.command("list")
def list_tokens(settings_file: SettingsFile = None) -> None:
    """List the tokens: number, name, role, scopes, townships, until when, last used, by whom."""
    now = SystemClock().now()
    with closing(open_store(settings_file)) as store:
        for token in store.tokens.all():
            state = f"until {token.expires_at:%Y-%m-%d}"
            if token.expires_at <= now:
                state = f"over since {token.expires_at:%Y-%m-%d}"
            if token.revoked_at is not None:
                state = f"revoked by {token.revoked_by} {token.revoked_at:%Y-%m-%d}"
            used = "never used"
            if token.last_used_at is not None:
                used = f"last used {token.last_used_at:%Y-%m-%d %H:%M} UTC"
            where = ", ".join(token.townships) or "whole district"
            scopes = ", ".join(token.scopes)
            typer.echo(
                f"{token.token_id}\t{token.name}\t{token.role}\t{scopes}\t{where}\t{state}\t{used}"
                f"\tmade by {token.created_by}"
            )


@tokens.command("revoke")
def revoke(
    number: Annotated[int, typer.Argument(min=1, help="As `firewatch token list` shows it.")],
    settings_file: SettingsFile = None,
) -> None:
    """End a token at once."""
    with closing(open_store(settings_file)) as store:
        token = store.tokens.revoke(number, actor=ACTOR)
    typer.echo(f"Token {token.token_id} of {token.name} is revoked.")
