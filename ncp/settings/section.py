"""What every section of the settings is: frozen, and closed to unknown keys."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Port = Annotated[int, Field(ge=0, le=65535)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Bytes = Annotated[int, Field(ge=1_024, le=1_073_741_824)]
Text = Annotated[str, Field(min_length=1)]

MEBIBYTE = 1_048_576


class Section(BaseModel):
    """A part of the settings: frozen, and closed to keys it does not know."""

    # Built with the whole of the settings, once: not each section for itself as well.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
