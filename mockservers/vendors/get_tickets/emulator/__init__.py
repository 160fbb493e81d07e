"""ReadyDesk 9's API action get_tickets: tickets over plain HTTP, as XML, JSON or URL-delimited text."""

from __future__ import annotations

import re

from mockservers.kernel.operations import Emulator, said
from mockservers.vendors.get_tickets import VENDOR
from mockservers.vendors.get_tickets.dialects import DIALECTS
from mockservers.vendors.get_tickets.emulator import customer, people, recipes
from mockservers.vendors.get_tickets.emulator.administration import ADMIN_OPERATIONS
from mockservers.vendors.get_tickets.emulator.errors import REFUSALS
from mockservers.vendors.get_tickets.emulator.life import LIFE
from mockservers.vendors.get_tickets.emulator.model import METADATA
from mockservers.vendors.get_tickets.emulator.semantics import OPERATIONS, identify
from mockservers.vendors.get_tickets.rules import RULES

# The key may hide in a URL's query, in a Referer and in a form, its name partly percent-encoded. Two patterns, each with
# a plain beginning: every answer is searched, and an alternative at the start makes that ten times slower.
_NAME = r"(?:[kK]|%[46][bB])(?:[eE]|%[46]5)(?:[yY]|%[57]9)"
_VALUE = r"=([^&#\s\"'<>]++)"
_PART = re.compile(r"name=\"?[kK][eE][yY]\"?[^\r\n]*+(?:\r?\n[^\r\n]++)*+\r?\n\r?\n([^\r\n]++)")
"""The key as a part of a multipart form: its value stands after an empty line."""
_KEYS = (re.compile(rf"[?&]{_NAME}{_VALUE}"), re.compile(rf"\A{_NAME}{_VALUE}"), _PART)

EMULATOR = Emulator(
    name=VENDOR.name,
    title=VENDOR.title,
    rules=RULES,
    dialects=DIALECTS,
    metadata=METADATA,
    identify=identify,
    operations=OPERATIONS,
    admin_operations=ADMIN_OPERATIONS,
    recipes=recipes.RECIPES,
    seed=recipes.seed,
    wire="mockservers.vendors.get_tickets.emulator.wire:application",
    refusals=REFUSALS,
    credential_kinds=("key",),
    secret_patterns=_KEYS,
    demo_credential={"key": recipes.KEY},
    endpoint="/API/default.aspx",
    life=LIFE,
    actions=people.ACTIONS,
    administrator=said(customer.ACTIONS),
    facts=(),
)
