"""Large back-files: `make bench` for a million tickets, or `python tests/benchmarks/big.py [VENDOR ...] [--rows N]`.

Each vendor's usual polls are asked in a world of 1,000 tickets and in one of many, in turns, below the sockets; what is
compared is processor time, so that other work on the machine does not colour the ratio. Images lie in the cache folder: a
first run makes them, which takes some seconds for each vendor.
"""

from __future__ import annotations

import argparse
import gc
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from mockservers import registry
from mockservers.kernel import images, instants
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import World, WorldConfig
from tests.vendors.autotask import asking
from tests.vendors.get_tickets.conftest import Desk as GetTickets
from tests.vendors.querydata import desk as querydata
from tests.vendors.superoffice.conftest import Desk as SuperOffice
from tests.vendors.trackit.conftest import Desk as TrackIt

START = "2026-03-02T15:00:00Z"
SMALL, LARGE, MOST = 1_000, 1_000_000, 1.3
Ask = Callable[[], Any]
SCANS = {
    "get_tickets": "a keyword is looked for in every ticket, any of 38 columns can be the order, and skipped pages are counted",
    "superoffice": "an OData filter may compare any property, and skipped rows are counted",
    "autotask": "a query may compare any field; those of the vendor's own advice have indexes, and a copy is rendered when it "
    "is read first",
    "trackit": "there is no list: a client reads tickets by number",
    "querydata": "nothing: a window or an id must be given",
}
"""What takes longer with more tickets by a vendor's own semantics."""


def opened(vendor: str, rows: int) -> World:
    config = WorldConfig(
        mode="frozen",
        start=instants.from_iso(START),
        data={vendor: Recipe("demo", rows)},
        dialects={"autotask": {"threshold": "off"}},
    )
    world = World("desk", config, registry.emulator)
    world.installation(vendor)
    return world


def numbers(world: World, vendor: str, table: str, column: str, tenant: str) -> list[int]:
    """Some ticket numbers: the first, those in the middle, the last."""
    raw = world.installation(vendor).store._raw
    found = [
        each for (each,) in raw.execute(f'SELECT "{column}" FROM "{table}" WHERE tenant = ? ORDER BY 1', (tenant,))
    ]
    return found[:: max(len(found) // 50, 1)]


def _get_tickets(world: World) -> dict[str, Ask]:
    desk = GetTickets(world)
    ids = numbers(world, "get_tickets", "ticket", "tid", "demo")
    turn = _turns(ids)
    pages = world.config.data["get_tickets"].rows or 0
    return {
        "changed last": lambda: desk.get(tid="*", count=100, order="last_updated", order_direction="DESC"),
        "by number": lambda: desk.get(tid=next(turn)),
        "opened in an hour": lambda: desk.get(start_date="2025-12-01 10:00", end_date="2025-12-01 11:00", count=10),
        "open ones": lambda: desk.get(tid="*", status="Open", count=100),
        "page 1": lambda: desk.get(tid="*", count=100, page=1),
        "deep page": lambda: desk.get(tid="*", count=100, page=pages // 100 - 2),
    }


def _querydata(world: World) -> dict[str, Ask]:
    desk = querydata.Desk.__new__(querydata.Desk)
    desk.world = world
    ids = numbers(world, "querydata", "querydata_ticket", "id", "demo")
    turn = _turns(ids)
    return {
        "changed in an hour": lambda: desk.ids("2026/03/02 13:00-2026/03/02 14:00"),
        "created in an hour": lambda: desk.ids(
            "2026/03/02 13:00-2026/03/02 14:00", field=querydata.CREATED, warehouse=True
        ),
        "by number": lambda: desk.details(next(turn)),
    }


def _trackit(world: World) -> dict[str, Ask]:
    desk = TrackIt(world)
    ids = numbers(world, "trackit", "ticket", "f1", "demo")
    turn, other = _turns(ids), _turns(ids)
    return {
        "by number": lambda: desk.get(f"/tickets/{next(turn)}"),
        "notes": lambda: desk.get(f"/tickets/{next(other)}/Notes/1"),
        "next number": lambda: desk.get(f"/tickets/{ids[-1] + 10_000_000}"),
    }


def _superoffice(world: World) -> dict[str, Ask]:
    desk = SuperOffice(world)
    ids = numbers(world, "superoffice", "ticket", "TicketId", "Cust12345")
    turn = _turns(ids)
    rows = world.config.data["superoffice"].rows or 0
    path = "/Cust12345/api/v1/Ticket"

    def listed(query: str) -> Any:
        return desk.ask("GET", path, query.replace(" ", "%20"))

    return {
        "changed last": lambda: listed("$orderby=lastChanged desc&$top=50"),
        "changed since": lambda: listed("$filter=lastChanged gt 2026-03-01T00:00:00&$orderby=lastChanged&$top=50"),
        "by number": lambda: desk.ask("GET", f"{path}/{next(turn)}"),
        "page 1": lambda: listed("$top=50&$orderby=ticketId"),
        "deep page": lambda: listed(f"$top=50&$skip={rows - 60}&$orderby=ticketId"),
        "after a number": lambda: listed(f"$filter=ticketId gt {ids[-3]}&$orderby=ticketId&$top=50"),
    }


def _autotask(world: World) -> dict[str, Ask]:
    desk = asking.Desk.__new__(asking.Desk)
    desk.world, desk.user, desk.password = world, "api@demo.example", "demo-password"
    ids = numbers(world, "autotask", "at_Ticket", "id", "demo")
    turn = _turns(ids)

    def query(*tests: Any) -> Any:
        header = asking.Header(None, "DEMO-INTEGRATION-CODE", None)
        body = asking.Query("Ticket", tests)
        asked = asking.Asked(desk.user, desk.password, header, asking.ENDPOINT, "localhost", body)
        return world.perform(asking.Call("autotask", "query", asked))

    where = asking.where
    for id_ in ids:
        query(where("id", "equals", str(id_)))
    other = _turns([id_ + 1 for id_ in ids])
    return {
        "by number, first time": lambda: query(where("id", "equals", str(next(other)))),
        "changed since": lambda: query(where("LastActivityDate", "greaterthan", "2026-03-02T08:00:00")),
        "by number": lambda: query(where("id", "equals", str(next(turn)))),
        "page 1": lambda: query(where("id", "greaterthan", "0")),
        "deep page": lambda: query(where("id", "greaterthan", str(ids[len(ids) * 2 // 5]))),
        "last page": lambda: query(where("id", "greaterthan", str(ids[-25]))),
        "of an account": lambda: query(where("AccountID", "equals", "29683500"), where("Status", "equals", "1")),
    }


POLLS: Mapping[str, Callable[[World], dict[str, Ask]]] = {
    "autotask": _autotask,
    "get_tickets": _get_tickets,
    "querydata": _querydata,
    "superoffice": _superoffice,
    "trackit": _trackit,
}


def _turns(ids: list[int]) -> Iterator[int]:
    while True:
        yield from ids


def spent(ask: Ask) -> float:
    began = time.process_time()
    ask()
    return time.process_time() - began


def compare(vendor: str, rows: int) -> Iterator[tuple[str, float, float]]:
    """Each poll's median milliseconds in a small and in a large world, asked in turns."""
    small, large = opened(vendor, SMALL), opened(vendor, rows)
    few, many = POLLS[vendor](small), POLLS[vendor](large)
    gc.collect()
    gc.disable()
    for name, ask in few.items():
        times: tuple[list[float], list[float]] = ([], [])
        for turn in range(44):
            pair = spent(ask), spent(many[name])
            if turn >= 4:
                times[0].append(pair[0])
                times[1].append(pair[1])
        yield name, *(statistics.median(each) * 1000 for each in times)
    gc.enable()
    small.close()
    large.close()


def start(vendor: str, rows: int) -> None:
    """Open a large world twice, the first time without an image, and print what it took."""
    for kind in ("made", "copied"):
        began, cpu = time.perf_counter(), time.process_time()
        world = opened(vendor, rows)
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        size = world.installation(vendor).store.size / 1e6
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        told = f"{took:6.1f} s, {cpu:5.1f} s of processor, {size:6,.0f} MB on disk, at most {peak:.0f} MB held"
        print(f"{vendor:12} {kind:7} {told}", flush=True)
        world.close()


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("vendors", nargs="*", metavar="VENDOR")
    words.add_argument("--rows", type=int, default=LARGE)
    words.add_argument("--starts", action="store_true", help="make the images anew, and time it")
    given = words.parse_args()
    for vendor in given.vendors or registry.names():
        if given.starts:
            where = images.folder()
            for image in images.listed(where) if where is not None else ():
                if image.vendor == vendor and image.rows == given.rows:
                    image.path.unlink()
            start(vendor, given.rows)
        for name, few, many in compare(vendor, given.rows):
            word = "" if many <= few * MOST else f"  more than {MOST:g}"
            print(f"{vendor:12} {name:22} {few:8.3f} ms {many:8.3f} ms   x {many / few:5.2f}{word}", flush=True)
        print(f"{vendor:12} what hangs on the number of tickets: {SCANS[vendor]}")


if __name__ == "__main__":
    main()
