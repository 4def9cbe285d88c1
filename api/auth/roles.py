"""Default deny: every route names the role and the reach that it needs, or stands on a short list.

Reach says what becomes of people who are limited to townships. A route that says nothing of it is
for people of the whole district only; one that shows what belongs to the district as a whole
(cameras, land, weather) says so; one that is about fires takes a :class:`Scope` and asks it. A test
walks the application's routes and fails for one that does neither.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Cookie, Depends, Header, Request

from api.auth.scope import Scope
from api.context import Context, context_of
from models.errors import NotPermitted
from models.user import Role, User

__all__ = [
    "COOKIE",
    "AdminUser",
    "AnyUser",
    "MonitorScope",
    "MonitorUser",
    "Reach",
    "SharedMonitor",
    "SharedViewer",
    "ViewerScope",
    "ViewerUser",
    "check_person",
    "reach_of",
    "role_of",
]

COOKIE = "firewatch_session"


class Reach(StrEnum):
    """What a route is about."""

    DISTRICT = "district"  # the whole district: nobody who is limited to townships
    SHARED = "shared"  # no fire: everybody of the role
    SCOPED = "scoped"  # fires: it asks the scope
    OWN = "own"  # the asker's own account: persons only, also with a one-time password


def _needs(role: Role, reach: Reach) -> Callable[..., User]:
    def check(
        request: Request,
        context: Annotated[Context, Depends(context_of)],
        token: Annotated[str | None, Cookie(alias=COOKIE)] = None,
        authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
    ) -> User:
        user = context.auth.asker(token, authorization, request.url.path)
        if user.must_change_password and reach is not Reach.OWN:
            raise NotPermitted(
                "The password was set by an administrator.",
                remedy="Choose your own password first.",
                code="must_change_password",
            )
        if not user.role.allows(role):
            raise NotPermitted(
                f"This needs the role {role}.", remedy="Ask an administrator for it."
            )
        if reach is Reach.DISTRICT and user.townships:
            raise NotPermitted(
                "This is for people of the whole district.",
                remedy="Ask one of them, or an administrator.",
                code="whole_district",
            )
        return user

    check.firewatch_role = role  # type: ignore[attr-defined]  # read by role_of
    check.firewatch_reach = reach  # type: ignore[attr-defined]  # read by reach_of
    return check


def _scoped(role: Role) -> Callable[..., Scope]:
    def scope(
        user: Annotated[User, Depends(_needs(role, Reach.SCOPED))],
        context: Annotated[Context, Depends(context_of)],
    ) -> Scope:
        return context.scopes.of(user, context.store, context.land_book.moment)

    return scope


ViewerUser = Annotated[User, Depends(_needs(Role.VIEWER, Reach.DISTRICT))]
MonitorUser = Annotated[User, Depends(_needs(Role.MONITOR, Reach.DISTRICT))]
AdminUser = Annotated[User, Depends(_needs(Role.ADMIN, Reach.DISTRICT))]
SharedViewer = Annotated[User, Depends(_needs(Role.VIEWER, Reach.SHARED))]
SharedMonitor = Annotated[User, Depends(_needs(Role.MONITOR, Reach.SHARED))]
ViewerScope = Annotated[Scope, Depends(_scoped(Role.VIEWER))]
MonitorScope = Annotated[Scope, Depends(_scoped(Role.MONITOR))]
AnyUser = Annotated[User, Depends(_needs(Role.VIEWER, Reach.OWN))]
"""Also somebody who still has to choose a password: to see who they are, and to choose it."""


def check_person(user: User) -> None:
    """Let people pass and no programs: a second look is a person's.

    Raises:
        NotPermitted: code ``second_person``.
    """
    if not user.is_person:
        raise NotPermitted(
            "A program cannot be the second person.",
            remedy="Let somebody do it who has signed in.",
            code="second_person",
        )


def role_of(dependant: Any) -> Role | None:  # noqa: ANN401  # FastAPI's own Dependant, untyped in public
    """The role that a route's dependency tree asks for, None when it asks for none."""
    found = _declared(dependant, "firewatch_role")
    return None if found is None else Role(found)


def reach_of(dependant: Any) -> Reach | None:  # noqa: ANN401  # as above
    """The reach that a route's dependency tree declares, None when it declares none."""
    found = _declared(dependant, "firewatch_reach")
    return None if found is None else Reach(found)


def _declared(dependant: Any, name: str) -> str | None:  # noqa: ANN401  # as above
    for dependency in dependant.dependencies:
        found: str | None = getattr(dependency.call, name, None) or _declared(dependency, name)
        if found is not None:
            return found
    return None
