"""Logging, configured here and nowhere else: JSON in service, readable lines on a terminal."""

import logging
import sys

import structlog

from camera_gateway.redaction import SecretFilter

__all__ = ["configure_logging"]


def configure_logging(*, level: str = "INFO", terminal: bool | None = None) -> SecretFilter:
    """Send every logger of the process to standard error.

    Args:
        level: of the root logger.
        terminal: readable lines instead of JSON; asked of standard error when left out.

    Returns:
        What keeps passwords out of every line; to be told of them.
    """
    readable = sys.stderr.isatty() if terminal is None else terminal
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if readable else "iso", utc=not readable),
    ]
    renderer: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(pad_event_to=0)]
        if readable
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    secrets = SecretFilter()
    handler.addFilter(secrets)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.getLogger("uvicorn.access").setLevel("WARNING")  # a line a picture helps nobody
    logging.getLogger("httpx").setLevel("WARNING")  # the same, once a snapshot
    logging.getLogger("alembic").setLevel("WARNING")
    return secrets
