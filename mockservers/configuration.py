"""What a project says of itself in a file: `mockservers.toml`, or the table `[tool.mockservers]` of `pyproject.toml`.

An option of the command line wins over a variable, that over `mockservers.toml`, that over `pyproject.toml`, and that over the
default. The files are those of the nearest folder that has one, from the current one up to the repository's root. No effects,
only reading; every mistake raises ValueError with a sentence that names file and key.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mockservers.registry import did_you_mean

FILE, SHARED = "mockservers.toml", "pyproject.toml"
IN_SHARED = ("tool", "mockservers")
"""Where in `pyproject.toml` the same tables stand."""
_ROOTS = (".git", ".hg", ".svn")


@dataclass(frozen=True, slots=True)
class Said:
    """A value, and where it was said."""

    value: Any
    file: str
    key: str

    def wrong(self, why: str) -> ValueError:
        """The error of a value that cannot be used."""
        return ValueError(f"{self.file}: {self.key} {why}")


@dataclass(frozen=True)
class Configuration:
    """What a project's files say. `without` are reasons by the full id of the duty that they switch off; `options` are values
    by command and option."""

    without: Mapping[str, Said] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Said]] = field(default_factory=dict)

    def __or__(self, other: Configuration) -> Configuration:
        """Both; of two sayings about the same, the one of `other`."""
        commands = dict.fromkeys((*self.options, *other.options))
        both = {name: {**self.options.get(name, {}), **other.options.get(name, {})} for name in commands}
        return Configuration({**self.without, **other.without}, both)


Options = Mapping[str, Collection[str]]
"""By command, the names of the options that may stand in its table."""
Known = Callable[[], Options]


def load(folder: Path | None = None, options: Known | None = None) -> Configuration:
    """What the files say that count in a folder (the current one when None); nothing where there are none.

    `options` tells those that the commands have, and other keys are refused; it is asked where there is a file, for to know them
    takes a while. Who does not know the commands leaves it out, and is told of the duties alone.
    """
    for place in _folders((folder or Path.cwd()).absolute()):
        found = [each for each in (_shared(place / SHARED, options), _own(place / FILE, options)) if each is not None]
        if found:
            made = Configuration()
            for each in found:
                made |= each
            return made
    return Configuration()


def _folders(folder: Path) -> list[Path]:
    """The folder and those above it, up to the repository's root; outside a repository the folder alone."""
    chain = [folder, *folder.parents]
    root = next((n for n, each in enumerate(chain) if any((each / name).exists() for name in _ROOTS)), 0)
    return chain[: root + 1]


def _own(file: Path, options: Known | None) -> Configuration | None:
    return _read(options, _toml(file, _text(file)), _named(file), ()) if file.is_file() else None


def _shared(file: Path, options: Known | None) -> Configuration | None:
    """The part of a `pyproject.toml` that is ours. One that never names us is nobody's business here, whatever is in it."""
    text = _text(file) if file.is_file() else ""
    if IN_SHARED[-1] not in text:
        return None
    table: Any = _toml(file, text)
    for key in IN_SHARED:
        table = table.get(key) if isinstance(table, dict) else None
    return None if table is None else _read(options, table, _named(file), IN_SHARED)


def _named(file: Path) -> str:
    """How a sentence calls a file: as one would type it."""
    try:
        return os.path.relpath(file)
    except ValueError:  # on another drive
        return str(file)


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{_named(file)} must be UTF-8, got other bytes at place {error.start}") from error
    except OSError as error:
        raise ValueError(f"{_named(file)} cannot be read: {error.strerror or error}") from error


def _toml(file: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ValueError(f"{_named(file)} is not TOML: {error}") from error


def _read(options: Known | None, table: Any, file: str, path: tuple[str, ...]) -> Configuration:
    if options is None:
        known, table = _known({}), _of_duties(table)
    else:
        known = _known(options())
    without: dict[str, Said] = {}
    said: dict[str, dict[str, Said]] = {}
    for command, inside in _values(known, table, file, path).items():
        values = _values(known[command], inside.value, file, (*path, command))
        without |= _reasons(values.pop(WITHOUT)) if WITHOUT in values and command == OF_DUTIES else {}
        said[command] = values
    return Configuration(without, said)


def _of_duties(table: Any) -> Any:
    """A table without all that is not about duties."""
    if not isinstance(table, dict) or not isinstance(table.get(OF_DUTIES, {}), dict):
        return table
    return {OF_DUTIES: {key: value for key, value in table.get(OF_DUTIES, {}).items() if key == WITHOUT}}


def _values(known: Collection[str], table: Any, file: str, path: tuple[str, ...]) -> dict[str, Said]:
    """The values of a table by their keys; `max_seconds` is `max-seconds`, as both are usual in such files."""
    if not isinstance(table, dict):
        raise Said(table, file, _key(path)).wrong(f"must be a table, got {table!r}")
    found: dict[str, Said] = {}
    for key, value in table.items():
        name = key if key in known else key.replace("_", "-")
        if name not in known:
            where = f" in {_key(path)}" if path else ""
            expected = f"expected one of: {', '.join(known)}{did_you_mean(key, known)}"
            raise ValueError(f"{file}: unknown key {key!r}{where}; {expected}")
        said = Said(value, file, _key((*path, key)))
        if name in found:
            raise said.wrong(f"is there twice, as {found[name].key} too; keep one of them")
        found[name] = said
    return found


def _key(path: tuple[str, ...]) -> str:
    """A key as it stands in the file."""
    return ".".join(each if each.replace("_", "").replace("-", "").isalnum() else f'"{each}"' for each in path)


def _reasons(said: Said) -> dict[str, Said]:
    """A reason for each duty that is switched off, in a table by the duties' ids."""
    if not isinstance(said.value, dict):
        raise said.wrong(f'must be a table of reasons by duty, such as "vendor.duty" = "why", got {said.value!r}')
    found: dict[str, Said] = {}
    for duty, reason in _by_id(said.value):
        each = Said(reason, said.file, f'{said.key}."{duty}"')
        if duty in found:
            raise each.wrong("is there twice; keep one of the reasons")
        if not isinstance(reason, str):
            raise each.wrong(f"must be a text that says why the duty is switched off, got {reason!r}")
        words = " ".join(reason.split())
        if not any(letter.isprintable() and not letter.isspace() for letter in words):
            raise each.wrong("has no reason; say in its text why the duty is switched off, for the report prints it")
        found[duty] = Said(words, each.file, each.key)
    return found


def _by_id(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Ids with values: an id without quotes is a table in a table to TOML."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _by_id(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


Tables = Mapping[str, Collection[str]]
OF_DUTIES, WITHOUT = "check", "without"
"""The table that switches duties off stands in that of the command, but counts wherever duties judge."""


def _known(options: Options) -> Tables:
    """The tables of the file with their keys."""
    keys = {OF_DUTIES: [WITHOUT]}
    return keys | {name: list(dict.fromkeys((*keys.get(name, ()), *found))) for name, found in options.items()}
