"""Reading the settings: the TOML file, the environment over it, secrets from files of their own."""

import logging
import os
import stat
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models.config.settings import Settings
from models.errors import InputRefused

__all__ = ["ENVIRONMENT_PREFIX", "load_settings"]

logger = logging.getLogger(__name__)

ENVIRONMENT_PREFIX = "FIREWATCH_"
SECRETS = ("database_url",)
"""Keys that a file may hold instead: ``KEY_file`` names it."""

MOST_SECRET = 10_000


def load_settings(path: Path | None, environment: dict[str, str] | None = None) -> Settings:
    """Read the TOML file, lay the environment over it, validate the whole.

    Args:
        path: the file; None for defaults.
        environment: ``FIREWATCH_PORT=8080`` sets a top-level key,
            ``FIREWATCH_EVIDENCE__MIN_HITS=3`` one of a section; the process's own when left out.

    Raises:
        InputRefused: the file is missing or not TOML, or a key or value is not allowed.
    """
    values: dict[str, Any] = {}
    if path is not None:
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise InputRefused(
                f"The settings file {path} cannot be read: {error.strerror}.",
                remedy="Name an existing TOML file.",
            ) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputRefused(
                f"The settings file {path} is not TOML: {error}.", remedy="Mend that line."
            ) from error
    for key, value in (os.environ if environment is None else environment).items():
        if key.startswith(ENVIRONMENT_PREFIX):
            _lay_over(values, key.removeprefix(ENVIRONMENT_PREFIX).lower().split("__"), value)
    for name in SECRETS:
        if f"{name}_file" in values:
            values[name] = _secret_of(name, values.pop(f"{name}_file"), has_value=name in values)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise InputRefused(
            f"The setting {name} is refused: {first['msg']}.",
            remedy=f"See docs/settings.md; it was read from {path or 'the environment'}.",
        ) from error


def _secret_of(name: str, file: object, *, has_value: bool) -> str:
    """A secret from a file of its own, without the line's end."""
    if has_value:
        raise InputRefused(f"Both {name} and {name}_file are set.", remedy="Leave one of them out.")
    path = Path(str(file))
    try:
        with path.open(encoding="utf-8") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            text = opened.read(MOST_SECRET)
    except (OSError, UnicodeDecodeError) as error:
        raise InputRefused(
            f"The file {path} of {name} cannot be read.",
            remedy="Name a text file that the service may read.",
        ) from error
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        logger.warning("%s holds a secret and others may read or change it: chmod 640", path)
    return text.strip()


def _lay_over(values: dict[str, Any], path: list[str], value: str) -> None:
    for part in path[:-1]:
        section = values.setdefault(part, {})
        if not isinstance(section, dict):
            return  # validation names the key that is not a section
        values = section
    values[path[-1]] = value
