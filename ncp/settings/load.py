"""Read the settings file; say everything that is wrong with it at once.

The environment stands above the file: ``NCP_GATEWAY__COUNTRY`` replaces
``gateway.country``; the environment cannot replace parts of a list.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from ncp.errors import ConfigurationError
from ncp.settings.model import Settings
from ncp.settings.types import base_folder

ENVIRONMENT_PREFIX = "NCP_"
NESTING = "__"


class SettingsError(ConfigurationError):
    """The settings are wrong; ``problems`` has a sentence for each fault."""

    def __init__(self, source: str, problems: Sequence[str]) -> None:
        count = len(problems)
        listing = "\n".join(f"  - {problem}" for problem in problems)
        faults = "1 fault" if count == 1 else f"{count} faults"
        super().__init__(
            f"The settings in {source} have {faults}:\n{listing}",
            "Correct the keys named above; docs/reference/luxembourg.toml explains "
            "each of them.",
        )
        self.problems = tuple(problems)


def load_settings(path: Path) -> Settings:
    """Read and validate the settings file at ``path``.

    Files named in it are relative to its folder; whether they exist is not asked here
    (``ncp.settings.inspection`` does). Raises :class:`SettingsError` with all faults.
    """
    return read_settings(_read_toml(path), str(path), path.resolve().parent)


def read_settings(data: Mapping[str, Any], source: str, folder: Path) -> Settings:
    """Validate settings already read from ``source``; files are beside ``folder``."""
    strays = list(_stray_environment(os.environ))
    token = base_folder.set(folder)
    try:
        settings = Settings(**data)
    except ValidationError as error:
        raise SettingsError(source, [*_problems(error), *strays]) from None
    finally:
        base_folder.reset(token)
    if strays:
        raise SettingsError(source, strays)
    return settings


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(
            f"There is no settings file at {path}.",
            "Name it with --settings; docs/reference/luxembourg.toml is a start.",
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"The settings file {path} cannot be read: {error.strerror}.",
            "Let the gateway's user read it.",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The settings file {path} is not TOML: {error}.",
            "Correct the line named; text stands in quotes, sections in [brackets].",
        ) from None


def _stray_environment(environment: Mapping[str, str]) -> Iterator[str]:
    """Find variables that look like an override and override nothing."""
    sections = Settings.model_fields
    for name in sorted(environment):
        upper = name.upper()
        if not upper.startswith(ENVIRONMENT_PREFIX) or NESTING not in upper:
            continue
        section = upper.removeprefix(ENVIRONMENT_PREFIX).split(NESTING)[0].lower()
        if section not in sections:
            yield (
                f"the environment variable {name} overrides nothing: there is no "
                f"section `{section}`{_suggestion(section, sections)}; unset it"
            )


def _problems(error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_input=False, include_url=False):
        yield _sentence(fault["type"], fault["loc"], fault["msg"])


def _sentence(kind: str, location: tuple[int | str, ...], message: str) -> str:
    key = _key_path(location)
    match kind:
        case "missing":
            return f"`{key}` is missing: add it"
        case "extra_forbidden":
            known = _keys_beside(location)
            hint = _suggestion(str(location[-1]), known)
            return f"`{key}` is not a setting{hint}: correct its spelling or remove it"
        case "value_error":
            text = message.removeprefix("Value error, ")
            return f"`{key}`: {text}" if key else text
        case _:
            return f"`{key}`: {_lower_first(message)}; correct the value"


def _key_path(location: tuple[int | str, ...]) -> str:
    """Write a location as it stands in the file: ``peers[2].certificates.seal``."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part + 1}]"
        else:
            path += f".{part}" if path else part
    return path


def _keys_beside(location: tuple[int | str, ...]) -> Sequence[str]:
    model: type[BaseModel] | None = Settings
    for part in location[:-1]:
        if model is None or isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        model = None if field is None else _model_in(field.annotation)
    return () if model is None else tuple(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Find the section class in ``X``, ``X | None`` or ``tuple[X, ...]``."""
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def _suggestion(name: str, known: Sequence[str] | Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean `{near[0]}`?)" if near else ""


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
