"""``/api/users`` and ``/api/tokens``: who gets in, for administrators who have signed in."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.auth.roles import AdminUser
from api.context import Context, context_of
from api.people import service
from api.people.schemas import (
    AccountAnswer,
    AccountChange,
    AccountList,
    AccountRequest,
    NewAccount,
    NewToken,
    TokenAnswer,
    TokenList,
    TokenRequest,
)
from models.errors import NotFound
from models.user import User

__all__ = ["tokens", "users"]

users = APIRouter(prefix="/api/users", tags=["people"])
tokens = APIRouter(prefix="/api/tokens", tags=["people"])

InContext = Annotated[Context, Depends(context_of)]
Name = Annotated[str, Path(min_length=1, max_length=40)]
Number = Annotated[int, Path(ge=1, le=2**62)]


@users.get("")
def list_accounts(_user: AdminUser, context: InContext) -> AccountList:
    """Everybody, by name."""
    known = service.township_codes(context.store)
    everybody = context.store.users.all()
    return AccountList(accounts=tuple(AccountAnswer.of(one, known) for one in everybody))


@users.post("", status_code=201)
def add_account(
    body: AccountRequest, user: AdminUser, context: InContext, response: Response
) -> NewAccount:
    """Add somebody; the one-time password is told here and never again."""
    response.headers["Cache-Control"] = "no-store"
    password = service.make_account(
        context.store, body.name, body.role, actor=user.name, townships=body.townships
    )
    return NewAccount(account=_told(context, body.name), one_time_password=password)


@users.patch("/{name}")
def change_account(
    name: Name, body: AccountChange, user: AdminUser, context: InContext
) -> AccountAnswer:
    """Role, townships, switched off or on; true from the person's next request on."""
    known = _known(context, name)
    if body.role is not None or body.townships is not None:
        service.set_rights(
            context.store, known, role=body.role, townships=body.townships, actor=user.name
        )
    if body.disabled is not None and body.disabled is not known.disabled:
        context.store.users.set_disabled(name, disabled=body.disabled, actor=user.name)
    return _told(context, name)


@users.delete("/{name}", status_code=204)
def remove_account(name: Name, user: AdminUser, context: InContext) -> None:
    """Take somebody away: only the name stays, for the history."""
    context.store.users.remove(name, actor=user.name)


@users.post("/{name}/password")
def reset_password(
    name: Name, user: AdminUser, context: InContext, response: Response
) -> NewAccount:
    """A new one-time password; every browser of the account is signed out."""
    response.headers["Cache-Control"] = "no-store"
    password = service.reset_password(context.store, _known(context, name), actor=user.name)
    return NewAccount(account=_told(context, name), one_time_password=password)


@users.delete("/{name}/sessions", status_code=204)
def end_sessions(name: Name, user: AdminUser, context: InContext) -> None:
    """Sign every browser of an account out."""
    _known(context, name)
    context.auth.sign_out_everywhere(name, actor=user.name)


@tokens.get("")
def list_tokens(_user: AdminUser, context: InContext) -> TokenList:
    """Every token that there ever was, the newest first."""
    now = context.clock.now()
    return TokenList(tokens=tuple(TokenAnswer.of(one, now) for one in context.store.tokens.all()))


@tokens.post("", status_code=201)
def add_token(
    body: TokenRequest, user: AdminUser, context: InContext, response: Response
) -> NewToken:
    """Make a token; its text is told here and never again."""
    response.headers["Cache-Control"] = "no-store"
    token, text = service.make_token(
        context.store,
        context.clock,
        body.name,
        role=body.role,
        scopes=body.scopes,
        townships=body.townships,
        days=body.days,
        actor=user.name,
    )
    return NewToken(token=TokenAnswer.of(token, context.clock.now()), text=text)


@tokens.delete("/{token_id}")
def revoke_token(token_id: Number, user: AdminUser, context: InContext) -> TokenAnswer:
    """End a token at once."""
    token = context.store.tokens.revoke(token_id, actor=user.name)
    return TokenAnswer.of(token, context.clock.now())


def _known(context: Context, name: str) -> User:
    found = context.store.users.get(name)
    if found is None:
        raise NotFound(f"There is no account {name}.")
    return found


def _told(context: Context, name: str) -> AccountAnswer:
    return AccountAnswer.of(_known(context, name), service.township_codes(context.store))
