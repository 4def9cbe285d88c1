"""What is exchanged with the city's grid platform, and in whose words."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from models.config.section import Section

__all__ = ["ExchangeRule"]


class ExchangeRule(Section):
    """Exchange with the city's grid platform: ``docs/exchange.md``.

    Attributes:
        mapping_file: TOML file of names, words and codes as the platform has them; None for our
            own. It is read anew when it changes; one that cannot be used stops the exchange and
            nothing else.
        site_code: code of this site at the platform, told with every row; may be empty.
    """

    mapping_file: Path | None = None
    site_code: Annotated[str, Field(max_length=40)] = ""
