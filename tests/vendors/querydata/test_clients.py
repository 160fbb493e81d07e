"""Ordinary SOAP libraries, given only the address of the description, run the whole documented synchronisation."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from mockservers import registry
from mockservers.kernel import instants
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import WorldConfig, Worlds
from mockservers.server.http import Server
from tests.vendors.querydata.desk import LAST, PATH, START, between, equals, payload

# The libraries' own warnings (deprecated modules, sockets left to the garbage collector) are not ours to fail on.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

WINDOWS = ("2026/03/02 08:55-2026/03/02 09:30", "2026/03/02 09:25-2026/03/02 10:00")


@pytest.fixture
def door() -> Iterator[Server]:
    config = WorldConfig(mode="frozen", start=instants.from_iso(START), data={"querydata": Recipe("demo", 200)})
    worlds = Worlds(registry.emulator, config)
    worlds.create("blue")
    with Server(worlds) as opened:
        yield opened
    worlds.close()


def zeep_call(wsdl: str, binding: str) -> Callable[[str], str]:
    import zeep

    client = zeep.Client(wsdl)
    (service,) = client.wsdl.services.values()
    assert list(service.ports) == ["IRTHNetWOIntegrationSoap", "IRTHNetWOIntegrationSoap12"]
    call: Callable[[str], str] = client.bind("IRTHNetWOIntegration", binding).QueryData
    return call


def suds_call(wsdl: str, binding: str) -> Callable[[str], str]:
    from suds.client import Client

    client = Client(wsdl, cache=None, port=binding)
    call: Callable[[str], str] = client.service.QueryData
    return call


def synchronise(call: Callable[[str], str]) -> dict[int, Any]:
    """Summary over overlapping windows, then Details once for each id."""
    found: dict[int, Any] = {}
    for window in WINDOWS:
        for id_ in json.loads(call(json.dumps(payload("Summary", between(LAST, window)))))["UtilisphereIDs"]:
            (ticket,) = json.loads(call(json.dumps(payload("Details", equals(str(id_))))))["Tickets"]
            found[id_] = ticket
    return found


@pytest.mark.parametrize(
    ("library", "binding"),
    [
        (zeep_call, "IRTHNetWOIntegrationSoap"),
        (zeep_call, "IRTHNetWOIntegrationSoap12"),
        (suds_call, "IRTHNetWOIntegrationSoap"),  # SOAP 1.1 is all it speaks
    ],
)
@pytest.mark.parametrize("prefix", ["", "/w/blue"])
def test_libraries_synchronise(door: Server, library: Callable[..., Any], binding: str, prefix: str) -> None:
    found = synchronise(library(f"{door.url}{prefix}{PATH}?WSDL", binding))
    assert len(found) > 3
    world = door.worlds["blue" if prefix else "default"]
    for id_, ticket in found.items():
        truth = world.act("querydata", "read", {"id": str(id_)})["fields"]
        assert ticket["Status"] == truth["Status"]
        assert ticket["Remarks"] == truth["Remarks"]
        assert ticket["Excavator"] == truth["Excavator"]
    used = [entry for entry in world.journal if entry.operation == "query_data"]
    assert len(used) >= len(found) + 2
    assert all(entry.outcome == "ok" for entry in used)


def test_a_fault_reaches_a_library_as_one(door: Server) -> None:
    import zeep

    door.worlds.default.installation("querydata").switch({"errors": "fault"})
    call = zeep_call(f"{door.url}{PATH}?WSDL", "IRTHNetWOIntegrationSoap")
    with pytest.raises(zeep.exceptions.Fault, match=r"unable to process request\. ---> Payload is not valid JSON"):
        call("{")


def test_another_path_is_not_the_service(door: Server) -> None:
    for path in ("/Irthnet/webservices/Other.asmx", "/Irthnet/IRTHNetWOIntegration.asmx"):
        assert requests.post(door.url + path, data=b"", timeout=10).status_code == 404
