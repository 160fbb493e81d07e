"""Write fixtures/<vendor>/coverage.md anew."""

from __future__ import annotations

from mockservers import registry
from mockservers.harness.coverage import table
from mockservers.kernel import data

for vendor in registry.names():
    path = data.folder("fixtures") / vendor / "coverage.md"
    path.write_text(table(vendor), "utf-8")
    print(path)
