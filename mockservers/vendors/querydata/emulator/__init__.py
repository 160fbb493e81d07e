"""QueryData of Irth Utilisphere: 811 tickets over SOAP, a JSON text inside."""

from __future__ import annotations

import re

from mockservers.kernel.operations import Emulator, Operation, operations
from mockservers.kernel.places import Place
from mockservers.vendors.querydata import VENDOR, rules
from mockservers.vendors.querydata.dialects import DIALECTS
from mockservers.vendors.querydata.emulator import administration, payload, people
from mockservers.vendors.querydata.emulator.importing import import_
from mockservers.vendors.querydata.emulator.life import LIFE
from mockservers.vendors.querydata.emulator.model import METADATA
from mockservers.vendors.querydata.emulator.recipes import DEMO_CODE, RECIPES, seed
from mockservers.vendors.querydata.emulator.semantics import AUTH_CODE, identify, query_data, unauthorized

ENDPOINT = "/Irthnet/webservices/IRTHNetWOIntegration.asmx"

_BLANK = r"(?:\s|\+|%20|\\[nrt])*+"
_DOUBLE, _SINGLE = r'(?:\\*+"|&quot;|&#34;|&#x22;|%22)', r"(?:\\*+'|&apos;|&#39;|&#x27;|%27)"
_IS = rf"(?:{_DOUBLE}|{_SINGLE})?+{_BLANK}(?::|=|%3A|%3D){_BLANK}"
_VALUE = "|".join(
    (
        rf"{_IS}(?:[\[{{]|%5B|%7B)([^\]}}]++)",
        rf'{_IS}{_DOUBLE}((?:[^<"\\&%]++|\\++(?!")|&(?!quot;|#34;|#x22;)|%(?!22))*+)',
        rf"{_IS}{_SINGLE}((?:[^<'\\&%]++|\\++(?!')|&(?!apos;|#39;|#x27;)|%(?!27))*+)",
        rf"{_IS}(?!{_DOUBLE}|{_SINGLE})([^\s,&<>}}\]]++)",
        r"[^<>&]{0,200}+(?:>|&gt;)([^<&]++)",
    )
)
_CODES = tuple(Place(word, re.compile(rf"{word}(?i:[_\s-]?Code(?:{_VALUE}))")) for word in ("uth", "UTH"))
"""An AuthCode, right or wrong, in JSON and whatever else it is written like: as XML and forms escape it, in single
quotes or in none, in a list or an object, as an element or a variable."""

EMULATOR = Emulator(
    name=VENDOR.name,
    title=VENDOR.title,
    rules=rules.RULES,
    dialects=DIALECTS,
    metadata=METADATA,
    identify=identify,
    operations=operations(Operation("query_data", query_data, "ids or whole tickets, as the JSON text asks")),
    admin_operations=operations(
        Operation("create", administration.create, "a ticket arrives from the centre"),
        Operation("act", administration.act, "somebody acts on a ticket, or the centre revises it"),
        Operation("change", administration.change, "fields are edited"),
        Operation("delete", administration.delete, "a ticket vanishes"),
        Operation("read", administration.read, "the truth of one ticket"),
        Operation("list", administration.list_records, "the truth of many, a page at a time"),
        Operation("import", import_, "tickets as they are elsewhere: records, clear?"),
    ),
    recipes=RECIPES,
    seed=seed,
    wire="mockservers.vendors.querydata.emulator.wire:application",
    refusals={
        "auth": unauthorized,
        "json": lambda: payload.refuse("querydata.payload.root", "JSON", "Payload is not valid JSON."),
        "request": lambda: payload.refuse("querydata.payload.types", "REQUEST", "The request was refused."),
        "value": lambda: payload.refuse(
            "querydata.window.minute_notation", "VALUE", "Filter 1: the value was refused."
        ),
    },
    credential_kinds=(AUTH_CODE,),
    secret_patterns=_CODES,
    demo_credential={AUTH_CODE: DEMO_CODE},
    endpoint=ENDPOINT,
    life=LIFE,
    description=f"{ENDPOINT}?WSDL",
    actions=people.ACTIONS,
    facts=(),
)
