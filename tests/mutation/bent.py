"""A pytest plugin that bends one module of the emulators: `MOCKSERVERS_BENT='{"module": ..., "old": ..., "new": ...}'`.

The text `old` is replaced by `new` while the module is loaded; nothing on the disk changes. Load it with
`-p tests.mutation.bent`, before anything imports the module.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any


class _BentLoader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType | None:
        """Compiled from the source each time: neither read from a cache nor kept in one."""
        path = self.get_filename(fullname)
        text = self.get_data(path).decode("utf-8")
        old, new = _BENT["old"], _BENT["new"]
        if text.count(old) != 1:
            raise ImportError(f"{path} has {old!r} {text.count(old)} times; expected once")
        return compile(text.replace(old, new), path, "exec", dont_inherit=True)


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != _BENT["module"]:
            return None
        found = PathFinder.find_spec(fullname, path, target)
        if found is not None and found.origin is not None:
            found.loader = _BentLoader(fullname, found.origin)
        return found


_BENT: dict[str, Any] = json.loads(os.environ["MOCKSERVERS_BENT"])
assert _BENT["module"] not in sys.modules, f"{_BENT['module']} is loaded already"
sys.meta_path.insert(0, _Finder())
