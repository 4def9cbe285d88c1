"""``/api/session``: who am I, sign in, sign out, change my password."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Request, Response
from pydantic import BaseModel, Field

from api.auth.passwords import MAX_LENGTH
from api.auth.roles import COOKIE, AnyUser
from api.bodies import RequestBody
from api.context import Context, context_of
from models.user import Role, User

__all__ = ["router"]

router = APIRouter(prefix="/api/session", tags=["session"])

Password = Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]


class Credentials(RequestBody):
    """Name and password."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    password: Password


class PasswordChange(RequestBody):
    """Old and new password."""

    current: Password
    new: Annotated[str, Field(max_length=MAX_LENGTH)]


class UserAnswer(BaseModel):
    """What a browser may know of its user."""

    name: str
    role: Role
    must_change_password: bool
    townships: tuple[str, ...] = ()

    @classmethod
    def of(cls, user: User) -> "UserAnswer":
        """Without the hash."""
        return cls(
            name=user.name,
            role=user.role,
            must_change_password=user.must_change_password,
            townships=user.townships,
        )


@router.post("")
def sign_in(
    body: Credentials,
    request: Request,
    response: Response,
    context: Annotated[Context, Depends(context_of)],
) -> UserAnswer:
    """Sign in; the session travels in a cookie that scripts cannot read."""
    address = request.client.host if request.client else "unknown"
    user, token = context.auth.sign_in(body.name, body.password, address)
    _set_cookie(response, request, token, context.auth.session_life)
    return UserAnswer.of(user)


@router.get("")
def who_am_i(user: AnyUser) -> UserAnswer:
    """The signed-in person."""
    return UserAnswer.of(user)


@router.delete("", status_code=204)
def sign_out(
    response: Response,
    context: Annotated[Context, Depends(context_of)],
    token: Annotated[str | None, Cookie(alias=COOKIE)] = None,
) -> None:
    """Forget this browser; anybody may."""
    context.auth.sign_out(token)
    response.delete_cookie(COOKIE)


@router.post("/password")
def change_password(
    body: PasswordChange,
    user: AnyUser,
    request: Request,
    response: Response,
    context: Annotated[Context, Depends(context_of)],
) -> UserAnswer:
    """Choose a new password; every other browser of the account is signed out."""
    changed, token = context.auth.change_password(user, body.current, body.new)
    _set_cookie(response, request, token, context.auth.session_life)
    return UserAnswer.of(changed)


def _set_cookie(response: Response, request: Request, token: str, life: timedelta) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(life.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
