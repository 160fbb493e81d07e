"""Loads one module from its file with one piece of text exchanged; nothing on the disk changes."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType


class Finder(MetaPathFinder):
    """Put first into `sys.meta_path`, it gives `module` with `new` where `old` stands; raises ImportError unless that is once."""

    def __init__(self, module: str, old: str, new: str) -> None:
        self.module = module
        self.old, self.new = old, new

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.module:
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is not None and spec.origin is not None:
            spec.loader = _Loader(fullname, spec.origin, self)
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, finder: Finder) -> None:
        super().__init__(fullname, path)
        self.finder = finder

    def get_code(self, fullname: str) -> CodeType:
        """Compiled from the source each time: neither read from a cache nor kept in one."""
        text = self.get_data(self.path).decode("utf-8")
        old, new = self.finder.old, self.finder.new
        if text.count(old) != 1:
            raise ImportError(f"{self.path} has {old!r} {text.count(old)} times; expected once")
        code: CodeType = compile(text.replace(old, new), self.path, "exec", dont_inherit=True)
        return code
