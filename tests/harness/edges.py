"""What the tests of the judges' edges share: where the judges stand, small plays, wires, and values beside an edge.

Each test compares a judge with a naive one: a second implementation, written from the duty's sentence and the rules that
it names, which counts and lists where the judge reckons. Tests here take no fixtures, and ask for the judges by
`module` whenever they need one, so that `judge_mutants.py` can call them with a judge that has a seeded bug.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any
from xml.sax.saxutils import escape

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mockservers.harness.drivers import Hello
from mockservers.harness.history import Exchanged, History, Record, Task
from mockservers.kernel.dialects import Dialect
from mockservers.kernel.instants import MINUTE, SECOND
from mockservers.registry import emulator
from tests.examples import examples
from tests.harness.conftest import START, exchanged, sync

MODULES: Mapping[str, str] = {
    "history": "mockservers.harness.history",
    "comparing": "mockservers.harness.comparing",
    "duties": "mockservers.harness.duties",
    "shared": "mockservers.harness.duties.shared",
    "writing": "mockservers.harness.duties.writing",
    "querydata": "mockservers.vendors.querydata.contract.duties",
    "querydata.reading": "mockservers.vendors.querydata.contract.duties.reading",
    "querydata.economy": "mockservers.vendors.querydata.contract.duties.economy",
    "querydata.access": "mockservers.vendors.querydata.contract.duties.access",
    "get_tickets": "mockservers.vendors.get_tickets.contract.duties",
    "autotask": "mockservers.vendors.autotask.contract.duties",
    "autotask.reading": "mockservers.vendors.autotask.contract.duties.reading",
    "autotask.access": "mockservers.vendors.autotask.contract.duties.access",
    "autotask.writing": "mockservers.vendors.autotask.contract.duties.writing",
    "trackit": "mockservers.vendors.trackit.contract.duties",
    "trackit.seen": "mockservers.vendors.trackit.contract.duties.seen",
    "trackit.notes": "mockservers.vendors.trackit.contract.duties.notes",
    "trackit.reading": "mockservers.vendors.trackit.contract.duties.reading",
    "trackit.access": "mockservers.vendors.trackit.contract.duties.access",
    "trackit.writing": "mockservers.vendors.trackit.contract.duties.writing",
    "superoffice": "mockservers.vendors.superoffice.contract.duties",
    "superoffice.visibility": "mockservers.vendors.superoffice.contract.duties.visibility",
    "superoffice.reading": "mockservers.vendors.superoffice.contract.duties.reading",
    "superoffice.values": "mockservers.vendors.superoffice.contract.duties.values",
    "superoffice.access": "mockservers.vendors.superoffice.contract.duties.access",
    "superoffice.writing": "mockservers.vendors.superoffice.contract.duties.writing",
}
"""Where each judge stands; the one place that names them."""

DEEP = "MOCKSERVERS_EXAMPLES" in os.environ
EXAMPLES = examples(40)


def module(name: str) -> ModuleType:
    """A judge's module, as it is now."""
    return import_module(MODULES[name])


def judged(id: str, history: History) -> tuple[int, int]:
    """How often a duty was put to the test in a history, and how often it was broken."""
    vendor = id.partition(".")[0]
    (duty,) = [each for each in module("duties").of(vendor) if each.id == id]
    said = duty.judge(history)
    return said.exercised, len(said.breaches)


def counted(exercised: int, breaches: int) -> tuple[int, int]:
    """What a naive judge found, as `judged` tells it: a breach is an occasion, too."""
    return max(exercised, breaches), breaches


def for_all(share: float = 1.0, **strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Any]:
    """A property: the test holds for all of these. `share` is its part of the usual number of examples.

    The same examples each time, unless MOCKSERVERS_EXAMPLES asks for more. `unshrunk` is the same property for runs that
    ask only whether it holds.
    """

    def property_of(test: Callable[..., None]) -> Any:
        found = given(**strategies)(test)
        settled = settings(
            max_examples=max(1, int(EXAMPLES * share)),
            database=None,
            deadline=None,
            derandomize=not DEEP,
            suppress_health_check=list(HealthCheck),
        )
        made = settled(found)
        made.unshrunk = settings(settled, phases=[Phase.generate])(given(**strategies)(test))
        return made

    return property_of


# --- plays ------------------------------------------------------------------------------------------------------------


@cache
def _dialect(vendor: str, switches: str) -> Dialect:
    return emulator(vendor).dialects.dialect(json.loads(switches))


def play(vendor: str, **facts: Any) -> History:
    """A history of a few facts, as the fixture `history` makes it; of the class that the judges have now."""
    mirror = facts.pop("mirror", None)
    plain: dict[str, Any] = {
        "vendor": vendor,
        "start": START,
        "end": START + 60 * MINUTE,
        "dialect": _dialect(vendor, json.dumps(facts.pop("dialect", None))),
        "hello": Hello(mirrors=facts.pop("mirrors", None)),
        "options": {},
        "secrets": (),
        "changes": (),
        "exchanges": (),
        "tasks": (),
        "truth": {record.id: record for record in facts.pop("truth", ())},
        "mirror": None if mirror is None else {record.id: record for record in mirror},
        "listed": tuple(mirror or ()),
    }
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()}
    made: History = module("history").History(**{**plain, **given})
    return made


def ticket(id: str, exists: bool = True, **fields: Any) -> Record:
    """A record; fields whose names are numbers are written f22."""
    named = {name[1:] if name[:1] == "f" and name[1:].isdecimal() else name: value for name, value in fields.items()}
    return Record(id, named, exists)


def numbered(tasks: Iterable[Task]) -> list[Task]:
    """Tasks with their place as their index."""
    return [replace(task, index=n) for n, task in enumerate(tasks)]


def apart(ends: list[int]) -> list[Task]:
    """Tasks that do not overlap, from ascending numbers of the journal."""
    return numbered(sync(first, last) for first, last in zip(ends[::2], ends[1::2], strict=False))


# --- values beside an edge --------------------------------------------------------------------------------------------

MOMENT = (-SECOND, -2, -1, 0, 1, 2, SECOND)
"""How far from an edge, in microseconds, things are most likely to be judged wrongly."""


def near(*edges: int, by: Iterable[int] = (-2, -1, 0, 1, 2)) -> st.SearchStrategy[int]:
    """Whole numbers at some edges, and right beside them."""
    return st.sampled_from(sorted({edge + step for edge in edges for step in by}))


def beside(edges: Iterable[int]) -> list[int]:
    """Each edge and its two neighbours, in order: every stretch between edges begins and ends with one of these."""
    return sorted({edge + step for edge in edges for step in (-1, 0, 1)})


# --- wires ------------------------------------------------------------------------------------------------------------


def sent(n: int, at: int, **more: Any) -> Exchanged:
    """A request at an instant, counted in microseconds from the start."""
    return replace(exchanged(n, **more), at=START + at)


def soap(inside: str) -> bytes:
    return f"<s:Envelope xmlns:s='urn:s'><s:Body>{inside}</s:Body></s:Envelope>".encode()


def data_asked(result: str, field: str, value: str, warehouse: bool = False) -> bytes:
    """A question to QueryData."""
    payload = {"ResultType": result, "UseWarehouse": warehouse, "Filters": [{"Field": field, "Value": value}]}
    return soap(f"<QueryData><json>{escape(json.dumps({'QueryData_V1': payload}))}</json></QueryData>")


def data_told(value: Any) -> bytes:
    """An answer of QueryData."""
    text = escape(json.dumps(value))
    return soap(f"<QueryDataResponse><QueryDataResult>{text}</QueryDataResult></QueryDataResponse>")


def rows_asked(entity: str = "Ticket") -> bytes:
    """A query of Autotask."""
    query = escape(f"<queryxml><entity>{entity}</entity><query/></queryxml>")
    return soap(f"<query><sXML>{query}</sXML></query>")


def rows_told(ids: Iterable[str]) -> bytes:
    """A good answer to it."""
    rows = "".join(f"<Entity><id>{each}</id></Entity>" for each in ids)
    return soap(f"<r><ReturnCode>1</ReturnCode><EntityResults>{rows}</EntityResults></r>")


def rows_failed(message: str) -> bytes:
    """One that tells of an error."""
    error = f"<Errors><ATWSError><Message>{escape(message)}</Message></ATWSError></Errors>"
    return soap(f"<r><ReturnCode>-1</ReturnCode>{error}</r>")


def desk(n: int, at: int, path: str, answer: Any, body: bytes = b"", **more: Any) -> Exchanged:
    """A call of Track-It!; with a body it is a POST."""
    received = None if answer is None else json.dumps(answer).encode()
    target, method = f"/TrackIt/WebApi/{path}", "POST" if body else "GET"
    return sent(n, at, **{"target": target, "method": method, "body": body, "received": received, **more})


def office(n: int, at: int, path: str, answer: Any, body: Any = None, **more: Any) -> Exchanged:
    """A call of SuperOffice; with a body it is a POST."""
    received = None if answer is None else json.dumps(answer).encode()
    asked = b"" if body is None else json.dumps(body).encode()
    method = "GET" if body is None else "POST"
    return sent(n, at, **{"target": f"/api/v1/{path}", "method": method, "body": asked, "received": received, **more})
