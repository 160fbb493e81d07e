"""What a fresh installation holds: the demo key, and for `demo` some tickets."""

from __future__ import annotations

import sqlalchemy as sa

from mockservers.kernel.installation import Installation
from mockservers.kernel.instants import MINUTE
from mockservers.kernel.operations import Progress, Recipe
from mockservers.kernel.tenants import Tenant
from mockservers_toy.emulator.model import STATUSES, TICKETS
from mockservers_toy.emulator.semantics import KEY

RECIPES = ("empty", "demo")
DEMO_KEY = "demo-key"
DEMO_ROWS = 20


def seed(installation: Installation, recipe: Recipe, born: int, progress: Progress) -> None:
    """Fill an empty installation; the newest ticket changed a minute before `born`."""
    installation.tenants.add(Tenant("demo", installation.dialect))
    installation.tenants.grant("demo", KEY, DEMO_KEY)
    if recipe.name == "empty":
        return
    count = DEMO_ROWS if recipe.rows is None else recipe.rows
    rows = [
        {
            "tenant": "demo",
            "id": number,
            "title": f"Printer {installation.ids.number('printer', 1, 99)} does not print",
            "status": STATUSES[installation.ids.number("status", 0, len(STATUSES) - 1)],
            "changed": born - (count - number + 1) * MINUTE,
            "deleted": False,
        }
        for number in range(1, count + 1)
    ]
    with installation.store.transaction() as db:
        if rows:
            db.execute(sa.insert(TICKETS), rows)
    progress(count, count)
