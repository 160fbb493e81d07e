"""ReadyDesk 9's API action get_tickets: tickets over plain HTTP, as XML, JSON or URL-delimited text."""

from __future__ import annotations

import re

from mockservers.kernel.operations import Emulator
from mockservers.vendors.get_tickets import seeding
from mockservers.vendors.get_tickets.dialects import DIALECTS
from mockservers.vendors.get_tickets.errors import REFUSALS
from mockservers.vendors.get_tickets.model import METADATA
from mockservers.vendors.get_tickets.records import RECORDS
from mockservers.vendors.get_tickets.rules import RULES
from mockservers.vendors.get_tickets.semantics import OPERATIONS, identify

# The key may hide in a URL's query, in a Referer and in a form, its name partly percent-encoded.
_KEY = re.compile(r"(?i)(?:^|[?&])(?:k|%[46]b)(?:e|%[46]5)(?:y|%[57]9)=([^&#\s\"'<>]+)")

EMULATOR = Emulator(
    name="get_tickets",
    title="ReadyDesk 9 get_tickets",
    rules=RULES,
    dialects=DIALECTS,
    metadata=METADATA,
    identify=identify,
    operations=OPERATIONS,
    records=RECORDS,
    recipes=seeding.RECIPES,
    seed=seeding.seed,
    wire="mockservers.vendors.get_tickets.wire:application",
    refusals=REFUSALS,
    credential_kinds=("key",),
    secret_patterns=(_KEY,),
    demo_credential={"key": seeding.KEY},
    endpoint="/API/default.aspx",
)
