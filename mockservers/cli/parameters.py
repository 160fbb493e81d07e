"""Parameters that several commands share."""

from __future__ import annotations

from typing import Any

import click
from click.shell_completion import CompletionItem

from mockservers import registry
from mockservers.cli.errors import stop


class VendorName(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """The name of a vendor; looked up when a command runs, so that a broken package does not break the program.

    With `part` only vendors that have it are meant: one without a contract cannot be checked.
    """

    name = "vendor"

    def __init__(self, part: registry.Part = "emulator") -> None:
        self.part = part

    def _names(self) -> list[str]:
        return [name for name, vendor in registry.vendors().items() if getattr(vendor, self.part) is not None]

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str | None:
        try:
            return "{" + "|".join(self._names()) + "}"
        except registry.VendorError:
            return "VENDOR"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            if value in self._names():
                return str(value)
            registry.vendor(value)
        except registry.VendorError as error:
            stop(str(error))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return self.fail(f"{value!r} has no {self.part}; expected one of: {', '.join(self._names())}", param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(name) for name in self._names() if name.startswith(incomplete)]
