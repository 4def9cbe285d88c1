"""What a person sends about a file that is being imported."""

from typing import Annotated

from pydantic import Field

from api.bodies import RequestBody
from api.land.imports.outcome import Mode
from geo.land.importing import Mapping
from models.land import Layer

__all__ = ["ApplyBody", "CheckBody", "MappingBody", "ReadBody"]

Heading = Annotated[str, Field(max_length=400)]
Word = Annotated[str, Field(max_length=400)]


class MappingBody(RequestBody):
    """How a layer of a file is to be understood; see :class:`geo.land.importing.Mapping`."""

    layer: Layer
    name_column: Heading | None = None
    code_column: Heading | None = None
    columns: Annotated[dict[Heading, Heading], Field(max_length=500)] = Field(default_factory=dict)
    system: Annotated[str, Field(max_length=40)]
    drill: bool = False
    choices: Annotated[
        dict[Heading, Annotated[dict[Word, Word], Field(max_length=200)]], Field(max_length=60)
    ] = Field(default_factory=dict)

    def mapping(self) -> Mapping:
        """As the floors below have it."""
        return Mapping(
            layer=self.layer,
            name_column=self.name_column,
            code_column=self.code_column,
            columns=dict(self.columns),
            system=self.system,
            drill=self.drill,
            choices={key: dict(words) for key, words in self.choices.items()},
        )

    @classmethod
    def of(cls, mapping: Mapping) -> "MappingBody":
        """As it travels."""
        return cls(
            layer=mapping.layer,
            name_column=mapping.name_column,
            code_column=mapping.code_column,
            columns=mapping.columns,
            system=mapping.system,
            drill=mapping.drill,
            choices=mapping.choices,
        )


class ReadBody(RequestBody):
    """In which encoding a file's texts are to be read; null to find out."""

    encoding: Annotated[str, Field(pattern=r"^(utf-8|gb18030)$")] | None = None


class CheckBody(RequestBody):
    """Which layer of the file, understood how."""

    layer_number: Annotated[int, Field(ge=0, le=10_000)]
    mapping: MappingBody


class ApplyBody(RequestBody):
    """What is to be taken.

    Attributes:
        draft: number of the report that was looked at.
        mode: ``add``: new and changed ones; ``replace``: and the others of the layer go.
        note: why; free text.
        key: 32 hexadecimal digits, chosen at random for this request and its repetitions.
    """

    draft: Annotated[int, Field(ge=1)]
    mode: Mode
    note: Annotated[str, Field(max_length=500)] = ""
    key: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
