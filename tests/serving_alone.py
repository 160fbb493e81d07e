"""The command `mockservers` as in an environment that holds `mockservers/serving.txt` and nothing else.

python -m tests.serving_alone serve -- COMMAND
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from importlib import metadata
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from mockservers.cli import distributions


def closure(names: Iterable[str]) -> set[str]:
    """These distributions and all that they need, as far as they are installed, in lower case with hyphens."""
    found: set[str] = set()
    due = [_canonical(name) for name in names]
    while due:
        name = due.pop()
        if name in found:
            continue
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        found.add(name)
        # Of extras only psycopg's own, its compiled part, is on the list.
        due += [_canonical(distributions.name_of(line)) for line in needs if "extra ==" not in line]
    return found


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def absent() -> set[str]:
    """The top-level modules that such an environment lacks and this one has."""
    kept = {*closure(distributions.serving()), "psycopg-binary", "mockservers"}
    return {
        module
        for module, owners in metadata.packages_distributions().items()
        if not kept & {_canonical(owner) for owner in owners}
    }


class Absent(MetaPathFinder):
    """Finds nothing for modules that are to be absent, and stops others from finding them."""

    def __init__(self, modules: set[str]) -> None:
        self.modules = modules

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in self.modules:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


def main() -> None:
    modules = absent()
    sys.meta_path.insert(0, Absent(modules))
    there, kept = metadata.version, {*closure(distributions.serving()), "mockservers"}

    def version(name: str) -> str:
        if _canonical(name) not in kept:
            raise metadata.PackageNotFoundError(name)
        return there(name)

    metadata.version = version
    from mockservers.cli import main as command

    command()


if __name__ == "__main__":
    main()
