"""Every error that Firewatch raises on purpose, one class per decision of the caller.

::

    WatchError
    ├── InputRefused         wrong file, value or command: tell the person, exit 1 (HTTP 422)
    ├── SourceUnavailable    a camera or recording cannot be read now: retry later
    │   └── SourceRefused    credentials or address are not taken: retry seldom, tell a person
    ├── SourceEnded          a recording has no more frames: stop reading
    ├── FrameCorrupt         one damaged picture: skip it, count it
    ├── ModelMismatch        weights do not fit their card: stop, never run with them
    ├── StoreDamaged         the database cannot be trusted: stop, keep the file
    ├── StoreUnreachable     the database server does not answer now: retry later (HTTP 503)
    ├── StorageFull          nothing more can be written: shed evidence, never alerts
    ├── NotSignedIn          (HTTP 401)
    ├── NotPermitted         (HTTP 403)
    ├── NotFound             (HTTP 404)
    └── Conflict             somebody was faster, or the state forbids it (HTTP 409)

A message says what is wrong and names the thing; ``remedy`` says what to do. Both are English: a
terminal prints them, and the console shows its own wording, in the monitor's language, by ``code``.
Credentials never enter a message.
"""

from typing import ClassVar

__all__ = [
    "Conflict",
    "FrameCorrupt",
    "InputRefused",
    "ModelMismatch",
    "NotFound",
    "NotPermitted",
    "NotSignedIn",
    "SourceEnded",
    "SourceRefused",
    "SourceUnavailable",
    "StorageFull",
    "StoreDamaged",
    "StoreUnreachable",
    "WatchError",
]


class WatchError(Exception):
    """Root of all deliberate errors.

    Args:
        message: what is wrong, one sentence, naming the file, camera or value.
        remedy: what to do about it, one sentence; empty when there is nothing to do.
        code: stable snake_case key by which the console finds its translated wording; the class's
            own code when left out.
    """

    default_code: ClassVar[str] = "watch_error"

    def __init__(self, message: str, *, remedy: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.code = code or self.default_code

    def __str__(self) -> str:
        """Message and remedy as the one line that a terminal shows."""
        return f"{self.message} {self.remedy}".rstrip()


class InputRefused(WatchError):
    """A file, a value or a command from outside cannot be accepted."""

    default_code = "input_refused"


class SourceUnavailable(WatchError):
    """A camera or recording cannot be read now; the gateway retries with back-off."""

    default_code = "source_unavailable"


class SourceRefused(SourceUnavailable):
    """A camera does not take our credentials or has no such address; trying fast locks us out."""

    default_code = "source_refused"


class SourceEnded(WatchError):
    """A recording is over."""

    default_code = "source_ended"


class FrameCorrupt(WatchError):
    """One picture is damaged; it is counted and never scored."""

    default_code = "frame_corrupt"


class ModelMismatch(WatchError):
    """Weights do not match their card: sha256, shape, classes or opset."""

    default_code = "model_mismatch"


class StoreDamaged(WatchError):
    """The database is not one of ours, half written, or from a newer version."""

    default_code = "store_damaged"


class StoreUnreachable(WatchError):
    """The server of the database does not answer; what was asked may be asked again.

    What a change was cut off from may have been done: whoever retries one hands in its key again.
    """

    default_code = "store_unreachable"


class StorageFull(WatchError):
    """The disk takes no more."""

    default_code = "storage_full"


class NotSignedIn(WatchError):
    """No valid session."""

    default_code = "not_signed_in"


class NotPermitted(WatchError):
    """The signed-in person's role does not allow this."""

    default_code = "not_permitted"


class NotFound(WatchError):
    """No such thing."""

    default_code = "not_found"


class Conflict(WatchError):
    """The state changed under the caller, or does not allow the step."""

    default_code = "conflict"
