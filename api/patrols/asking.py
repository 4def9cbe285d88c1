"""What the routes of this room share: the context, and the key of a camera in an address."""

from typing import Annotated

from fastapi import Depends, Path

from api.context import Context, context_of

__all__ = ["InContext", "Key"]

InContext = Annotated[Context, Depends(context_of)]
Key = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$")]
