"""Requests of other people at get_tickets: outputs in kept form, custom fields as they are defined.

Knows no operation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mockservers.kernel import arguments
from mockservers.kernel.rules import Misuse
from mockservers.vendors.get_tickets.emulator.model import OUTPUTS, kept

Values = dict[str, Any]
"""Outputs of a ticket, in kept form."""


class Arguments(arguments.Arguments):
    """A request about tickets."""

    __slots__ = ()
    ID = "must be a ticket's number, as text"

    def like(self, name: str, output: str, default: str | None = None) -> Any:
        """A value that goes into the field `output`, in kept form."""
        try:
            return kept(output, self.take(name, default))
        except ValueError as error:
            raise Misuse(str(error).replace(output, repr(name))) from error

    def fields(self) -> Values:
        """The given fields in kept form."""
        values: Values = {}
        for name, value in self.members("fields").items():
            if name not in OUTPUTS:
                raise Misuse(f"a ticket has no field {name!r}; it has {', '.join(OUTPUTS)}")
            try:
                values[name] = kept(name, value)
            except ValueError as error:
                raise Misuse(str(error)) from error
        if "custom_fields" in values:
            values["custom_fields"] = self._defined(json.loads(values["custom_fields"]))
        return values

    def _defined(self, given: Mapping[str, str]) -> str:
        assert self.ctx.tenant is not None
        defined = {name.lower(): name for name in self.ctx.tenant.facts["custom_fields"]}
        named = {name.replace(" ", "_"): text for name, text in given.items()}
        for name in named:
            if name.lower() not in defined:
                raise Misuse(f"custom field {name!r} is not defined; there are {', '.join(defined.values()) or 'none'}")
        return json.dumps({defined[name.lower()]: text for name, text in named.items()})
