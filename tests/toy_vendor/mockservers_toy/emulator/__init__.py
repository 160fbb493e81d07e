"""Toy's emulator."""

from __future__ import annotations

import re

from mockservers.kernel.operations import Emulator, Operation, operations
from mockservers_toy import VENDOR
from mockservers_toy.dialects import DIALECTS
from mockservers_toy.emulator import administration, recipes, semantics
from mockservers_toy.emulator.life import LIFE
from mockservers_toy.emulator.model import METADATA
from mockservers_toy.rules import RULES

EMULATOR = Emulator(
    name=VENDOR.name,
    title=VENDOR.title,
    rules=RULES,
    dialects=DIALECTS,
    metadata=METADATA,
    identify=semantics.identify,
    operations=operations(Operation("tickets.list", semantics.list_tickets, "tickets, those that changed if asked so")),
    admin_operations=operations(
        Operation("create", administration.create, "somebody opens a ticket: fields?"),
        Operation("act", administration.act, f"somebody acts on one: id, action ({', '.join(administration.ACTIONS)})"),
        Operation("change", administration.change, "somebody edits fields: id, fields"),
        Operation("delete", administration.delete, "a ticket is deleted: id"),
        Operation("read", administration.read, "the truth of a ticket: id"),
        Operation("list", administration.list_records, "the truth of many: after?, most?"),
        Operation("import", administration.import_, "tickets as they are elsewhere: records, clear?"),
    ),
    recipes=recipes.RECIPES,
    seed=recipes.seed,
    wire="mockservers_toy.emulator.wire:application",
    refusals={"key": semantics.refuse_key},
    credential_kinds=(semantics.KEY,),
    secret_patterns=(re.compile(r"[?&]key=([^&\s\"]*)"),),
    demo_credential={semantics.KEY: recipes.DEMO_KEY},
    endpoint="/toy/tickets",
    life=LIFE,
    actions={"close": "Close the ticket.", "reopen": "Open it again."},
    facts=(),
)
