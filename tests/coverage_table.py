"""Write fixtures/<vendor>/coverage.md and docs/administration.md anew."""

from __future__ import annotations

from mockservers import registry
from mockservers.harness.coverage import table
from mockservers.kernel import data
from mockservers.server.control.administration import page

for vendor in registry.names():
    path = data.folder("fixtures") / vendor / "coverage.md"
    path.write_text(table(vendor), "utf-8")
    print(path)

path = data.folder("fixtures").parent / "docs" / "administration.md"
path.write_text(page(registry.emulator(vendor) for vendor in registry.names()), "utf-8")
print(path)
