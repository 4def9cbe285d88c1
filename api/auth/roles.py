"""Default deny: every route names the role that it needs, or stands on a short public list.

A test walks the application's routes and fails for one that does neither.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Cookie, Depends

from api.context import Context, context_of
from models.errors import NotPermitted
from models.user import Role, User

__all__ = ["COOKIE", "AdminUser", "AnyUser", "MonitorUser", "ViewerUser", "role_of"]

COOKIE = "firewatch_session"


def _needs(role: Role, *, with_temporary_password: bool = False) -> Callable[..., User]:
    def check(
        context: Annotated[Context, Depends(context_of)],
        token: Annotated[str | None, Cookie(alias=COOKIE)] = None,
    ) -> User:
        user = context.auth.user_of(token)
        if user.must_change_password and not with_temporary_password:
            raise NotPermitted(
                "The password was set by an administrator.",
                remedy="Choose your own password first.",
                code="must_change_password",
            )
        if not user.role.allows(role):
            raise NotPermitted(
                f"This needs the role {role}.", remedy="Ask an administrator for it."
            )
        return user

    check.firewatch_role = role  # type: ignore[attr-defined]  # read by role_of
    return check


ViewerUser = Annotated[User, Depends(_needs(Role.VIEWER))]
MonitorUser = Annotated[User, Depends(_needs(Role.MONITOR))]
AdminUser = Annotated[User, Depends(_needs(Role.ADMIN))]
AnyUser = Annotated[User, Depends(_needs(Role.VIEWER, with_temporary_password=True))]
"""Also somebody who still has to choose a password: to see who they are, and to choose it."""


def role_of(dependant: Any) -> Role | None:  # noqa: ANN401  # FastAPI's own Dependant, untyped in public
    """The role that a route's dependency tree asks for, None when it asks for none."""
    for dependency in dependant.dependencies:
        role: Role | None = getattr(dependency.call, "firewatch_role", None)
        if role is not None:
            return role
    return None
