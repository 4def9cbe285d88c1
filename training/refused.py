"""The one error of the training room: what is wrong, and what to do about it."""

__all__ = ["Refused"]


class Refused(Exception):
    """Data or a checkpoint that must not be trained with.

    Args:
        message: what is wrong, naming the file, picture or group.
        remedy: what to do about it.
    """

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        """Message and remedy as the one line that a terminal shows."""
        return f"{self.message} {self.remedy}"
