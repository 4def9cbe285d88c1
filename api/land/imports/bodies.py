"""What a person sends about a file that is being imported."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.land.imports.outcome import Mode
from geo.land.importing import Mapping
from models.land import Layer

__all__ = ["ApplyBody", "CheckBody", "MappingBody", "ReadBody"]

Heading = Annotated[str, Field(max_length=400)]
Word = Annotated[str, Field(max_length=400)]


class MappingBody(BaseModel):
    """How a layer of a file is to be understood; see :class:`geo.land.importing.Mapping`."""

    model_config = ConfigDict(extra="forbid")

    layer: Layer
    name_column: Heading | None = None
    code_column: Heading | None = None
    columns: Annotated[dict[Heading, Heading], Field(max_length=500)] = {}
    system: Annotated[str, Field(max_length=40)]
    drill: bool = False
    choices: Annotated[
        dict[Heading, Annotated[dict[Word, Word], Field(max_length=200)]], Field(max_length=60)
    ] = {}

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


class ReadBody(BaseModel):
    """In which encoding a file's texts are to be read; null to find out."""

    model_config = ConfigDict(extra="forbid")

    encoding: Annotated[str, Field(pattern=r"^(utf-8|gb18030)$")] | None = None


class CheckBody(BaseModel):
    """Which layer of the file, understood how."""

    model_config = ConfigDict(extra="forbid")

    layer_number: Annotated[int, Field(ge=0, le=10_000)]
    mapping: MappingBody


class ApplyBody(BaseModel):
    """What is to be taken.

    Attributes:
        draft: number of the report that was looked at.
        mode: ``add``: new and changed ones; ``replace``: and the others of the layer go.
        note: why; free text.
        key: 32 hexadecimal digits, chosen at random for this request and its repetitions.
    """

    model_config = ConfigDict(extra="forbid")

    draft: Annotated[int, Field(ge=1)]
    mode: Mode
    note: Annotated[str, Field(max_length=500)] = ""
    key: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
