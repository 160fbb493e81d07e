"""From what a user writes on a command line or in a marker to a `WorldConfig`. No effects, only reading.

Every function raises ValueError with a sentence that says what would be accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mockservers import registry
from mockservers.kernel import instants
from mockservers.kernel.clock import Mode, checked
from mockservers.kernel.keeping import Database
from mockservers.kernel.operations import Recipe
from mockservers.kernel.store import Durability
from mockservers.kernel.world import WorldConfig

RECIPES = ("empty", "demo")
"""Recipes that every vendor has; to know them, no vendor need be loaded."""


def data(texts: Iterable[str]) -> dict[str, Recipe]:
    """Recipes by vendor, from `demo`, `demo:1000` (every vendor) and `VENDOR:100000`, `VENDOR:empty` (one)."""
    for_all: dict[str, Recipe] = {}
    for_one: dict[str, Recipe] = {}
    for text in texts:
        head, _, tail = text.partition(":")
        if head in registry.names():
            for_one[head] = Recipe.parse(tail or "demo")
            continue
        try:
            for_all = dict.fromkeys(registry.names(), Recipe.parse(text))
        except ValueError as error:
            raise ValueError(
                f"--data {text!r} is not understood: write demo, empty, demo:1000 or VENDOR:ROWS, where VENDOR is "
                f"one of {', '.join(registry.names())}"
            ) from error
    chosen = for_all | for_one  # what is said of one vendor wins, and of two sayings the later
    for vendor, recipe in chosen.items():
        if recipe.name in RECIPES:
            continue
        known = list(registry.emulator(vendor).recipes)
        if recipe.name not in known:
            raise ValueError(
                f"{vendor} has no data recipe {recipe.name!r}; there are {', '.join(known)}, and a vendor's name with a "
                f"number, such as {vendor}:1000 (vendors: {', '.join(registry.names())})"
                f"{registry.did_you_mean(recipe.name, known)}"
            )
    return chosen


def dialects(texts: Iterable[str]) -> dict[str, str | Mapping[str, Any]]:
    """Dialects by vendor, from `VENDOR=lenient` (a named one) and `VENDOR.errors=fault` (one switch)."""
    chosen: dict[str, str | Mapping[str, Any]] = {}
    for text in texts:
        left, equals, value = text.partition("=")
        vendor, dot, switch = left.partition(".")
        if not equals or vendor not in registry.names():
            raise ValueError(
                f"--dialect {text!r} is not understood: write VENDOR=NAME or VENDOR.SWITCH=VALUE, where VENDOR is one of "
                f"{', '.join(registry.names())}{registry.did_you_mean(vendor, registry.names()) if vendor else ''}"
            )
        family = registry.emulator(vendor).dialects
        before = family.dialect(chosen.get(vendor)).changes()
        if dot:
            chosen[vendor] = {**before, **family.default.with_({switch: plain(value)}).changes()}
        else:
            chosen[vendor] = {**before, **family.dialect(value).changes()}
    return chosen


def plain(text: str) -> Any:
    """A switch's value as written in a shell: numbers, lists and objects as in JSON, anything else as text."""
    import json

    try:
        return json.loads(text)
    except ValueError:
        return text


def clock(text: str) -> tuple[Mode, float]:
    """`real`, `frozen` or `scaled:60` (sixty virtual seconds in one)."""
    mode, _, rate = text.partition(":")
    if mode == "real" and not rate:
        return "real", 1.0
    if mode == "frozen" and not rate:
        return "frozen", 1.0
    if mode == "scaled":
        try:
            return "scaled", float(rate)
        except ValueError:
            pass
    raise ValueError(f"--clock {text!r} is not understood: write real, frozen, or scaled:60 for sixty seconds in one")


def database(text: str) -> Database:
    """The database of a `postgresql://` URL. The password is repeated in no message."""
    import importlib.util
    from urllib.parse import parse_qsl, urlencode

    if importlib.util.find_spec("psycopg") is None:
        raise ValueError("--store postgresql://... needs psycopg: pip install 'mockservers[postgres]'")
    head, _, query = text.partition("?")
    place = head.partition("://")[2]
    # A password that ends at a letter of its own would leave its rest as the host, which is told.
    if place.count("@") > 1 or (not place.startswith("/") and "@" in query and "@" not in place):
        raise ValueError(
            "--store postgresql://... has a user or password that ends too soon: write %40 for @, %3F for ?, %2F for / and %3A "
            "for : in them"
        )
    pairs = parse_qsl(query, keep_blank_values=True)
    named = [value for name, value in pairs if name == "namespace"]
    rest = urlencode([pair for pair in pairs if pair[0] != "namespace"])
    url = f"postgresql://{place}" + (f"?{rest}" if rest else "")
    return Database(url, *named[-1:])


def store(text: str | None) -> Path | Database | None:
    """The file of a `sqlite:///file.db` URL, the database of a `postgresql://` one, or None for memory (nothing given, or
    `sqlite://`)."""
    if text is None or text in ("", "sqlite://", "sqlite:///:memory:"):
        return None
    if text.startswith(("postgresql://", "postgres://")):
        return database(text)
    if not text.startswith("sqlite:///"):
        shown = text if "@" not in text else f"{text.partition('://')[0]}://..."  # it may hold a password
        raise ValueError(
            f"--store {shown!r} is not supported: write sqlite:///path/to/file.db, postgresql://user@host/database, or leave "
            "it out for memory"
        )
    path = Path(text.removeprefix("sqlite:///"))
    if not path.name or path.is_dir():
        raise ValueError(f"--store {text!r} names no file: write sqlite:///path/to/file.db, or leave it out for memory")
    if not path.parent.is_dir():
        raise ValueError(f"--store {text!r}: the folder {path.parent} does not exist")
    return path


def world(
    *,
    seed: int = 1,
    clock_text: str = "real",
    start: str | None = None,
    data_texts: Iterable[str] = (),
    dialect_texts: Iterable[str] = (),
    store_url: str | None = None,
    durability: Durability = "normal",
    lively: bool = False,
    listener_hosts: Iterable[str] = (),
) -> WorldConfig:
    """The whole configuration of a world."""
    mode, rate = clock(clock_text)
    return WorldConfig(
        seed=seed,
        mode=mode,
        rate=rate,
        start=None if start is None else checked(instants.from_iso(start)),
        data=data(data_texts),
        dialects=dialects(dialect_texts),
        store=store(store_url),
        durability=durability,
        lively=lively,
        listener_hosts=frozenset(each.strip("[]").lower() for each in listener_hosts),
    )
