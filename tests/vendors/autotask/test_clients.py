"""Published clients, unmodified, against a port, do what integrations do: atws, zeep, suds-community, atrest, and one of npm.

Zone look-up, connection, a fetch of 1,034 changed tickets by pages, picklists, create, update with user-defined fields,
and the threshold.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from mockservers import registry
from mockservers.kernel import instants
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import World, WorldConfig, Worlds
from mockservers.server.http import Server
from tests import node_packages
from tests.vendors.autotask.post import CODE, PASSWORD, START, USER, queryxml, where

# The libraries' own warnings (deprecated modules, sockets left to the garbage collector) are not ours to fail on.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::SyntaxWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

NODE = Path(__file__).resolve().parent / "node"
WSDL = "/atservices/1.6/atws.wsdl"
SINCE = "2000-01-01T00:00:00"
TICKETS = 1034
NAMED = "Backhoe & Sons <test> \u00fc\u4e16"


@pytest.fixture
def door() -> Iterator[Server]:
    config = WorldConfig(
        mode="frozen",
        start=instants.from_iso(START),
        data={"autotask": Recipe("demo", TICKETS)},
        dialects={"autotask": {"latency": "off"}},
    )
    worlds = Worlds(registry.emulator, config)
    try:
        with Server(worlds) as opened:
            yield opened
    finally:
        worlds.close()


def truth(world: World, id_: int) -> dict[str, Any]:
    found: dict[str, Any] = world.act("autotask", "read", {"entity": "Ticket", "id": str(id_)})["fields"]
    return found


def calls(world: World, operation: str) -> int:
    found = [entry for entry in world.journal if entry.operation == operation and entry.actor == "client"]
    assert all(entry.outcome == "ok" for entry in found), [(entry.outcome, entry.refusal) for entry in found]
    return len(found)


def settled(world: World) -> None:
    assert {entry.outcome for entry in world.journal} <= {"ok", "page"}
    assert all(entry.exchange is None or CODE.encode() not in entry.exchange.body for entry in world.journal)


@pytest.fixture(autouse=True)
def unpatched() -> Iterator[None]:
    """suds keeps its classes for the whole process, and atws patches them: other tests get new ones."""
    from suds.sudsobject import Factory

    yield
    Factory.cache.clear()


# --- atws -------------------------------------------------------------------------------------------------------------


@pytest.mark.rule(
    "autotask.request.info_parameter",
    "autotask.request.types",
    "autotask.zone.info",
    "autotask.query.top_500",
    "autotask.threshold.answer",
    "autotask.wire.net_style",
    "autotask.wire.collections",
    "autotask.wire.order",
    "autotask.wire.result_type",
    "autotask.wire.return_info",
)
def test_atws(door: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    import atws

    # Its one address is a constant of the package, and may be set.
    monkeypatch.setattr(atws.connection, "AUTOTASK_API_V1_6_BASE_URL", door.url + WSDL)
    at = atws.connect(username=USER, password=PASSWORD, apiversion=1.6, integrationcode=CODE)
    world = door.worlds.default
    assert calls(world, "getZoneInfo") == 1
    assert atws.helpers.get_api_threshold(at) == (10000, 60, 0)

    query = atws.Query("Ticket")
    query.WHERE("LastActivityDate", query.GreaterThanorEquals, datetime.fromisoformat(SINCE))
    tickets = at.query(query).fetch_all()
    assert len({ticket.id for ticket in tickets}) == len(tickets) == TICKETS
    assert [ticket.id for ticket in tickets] == sorted(ticket.id for ticket in tickets)
    assert calls(world, "query") == 3

    status, priority = at.picklist["Ticket"]["Status"], at.picklist["Ticket"]["Priority"]
    assert (status["New"], status["Complete"]) == (1, 5)
    assert priority.reverse_lookup(1) == "High"
    assert at.picklist["Ticket"]["SubIssueType"]["Network"]["Wireless"] == 150
    assert {field.Name for field in at.get_udf_info("Ticket").Field} >= {"Locate Ref", "Utility", "Depth & Width"}
    assert calls(world, "GetFieldInfo") == 1

    made = at.new(
        "Ticket", AccountID=tickets[0].AccountID, Title=NAMED, Status=status["New"], Priority=priority["High"]
    )
    made.QueueID, made.DueDateTime = at.picklist["Ticket"]["QueueID"]["Field Service"], datetime(2026, 3, 5, 12, 30)
    made.set_udf("Locate Ref", "1-CALL")
    created = at.create(made).fetch_one()
    fields = truth(world, created.id)
    assert (fields["Title"], fields["Priority"], fields["QueueID"]) == (NAMED, 1, 29683378)
    assert fields["DueDateTime"] == "2026-03-05T12:30:00Z"  # the client's own zone is London, the wire's Eastern

    ticket = atws.query.get_entity_by_id(at, "Ticket", created.id)
    assert ticket.Title == NAMED
    assert ticket.get_udf("Locate Ref") == "1-CALL"
    ticket.Status = status["Complete"]
    ticket.set_udf("Locate Ref", "2-CALL")
    ticket.set_udf("Utility", "W")
    assert at.update(ticket).fetch_one().id == created.id
    fields = truth(world, created.id)
    assert (fields["Status"], fields["Title"]) == (5, NAMED)
    udfs = {
        udf.Name: getattr(udf, "Value", None)
        for udf in atws.helpers.get_udfs(atws.query.get_entity_by_id(at, "Ticket", created.id))
    }
    assert (udfs["Locate Ref"], udfs["Utility"]) == ("2-CALL", "W")
    assert atws.helpers.get_api_threshold(at)[2] == calls(world, "query") + 5
    settled(world)


def test_atws_meets_errors_as_such(door: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    import atws

    monkeypatch.setattr(atws.connection, "AUTOTASK_API_V1_6_BASE_URL", door.url + WSDL)
    with pytest.raises(ValueError, match="failed to resolve to a zone"):
        atws.connect(username="nobody@nowhere.example", password="x", apiversion=1.6, integrationcode=CODE)
    at = atws.connect(username=USER, password=PASSWORD, apiversion=1.6, integrationcode=CODE)
    query = atws.Query("Ticket")
    query.WHERE("NoSuchField", query.Equals, 1)
    with pytest.raises(atws.wrapper.AutotaskAPIException, match="Unable to find NoSuchField in the Ticket Entity"):
        at.query(query).fetch_all()
    wrong = at.new("Ticket", Title="without an account", Status=1, Priority=1)
    with pytest.raises(atws.wrapper.AutotaskAPIException, match="required field AccountID"):
        at.create(wrong).execute()
    stranger = atws.connect(username=USER, password="wrong-password", apiversion=1.6, integrationcode=CODE)
    with pytest.raises(atws.wrapper.AutotaskProcessException, match="SAXParseException"):
        stranger.query(query).fetch_all()
    assert {entry.outcome for entry in door.worlds.default.journal} == {"ok", "page", "refused"}


def test_atws_without_a_version_asks_for_one_that_is_gone(door: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    import atws

    monkeypatch.setattr(
        atws.connection, "AUTOTASK_API_BASE_URL", door.url + "/atservices/1.5/atws.wsdl"
    )  # the default is 1.5
    with pytest.raises(Exception, match="No services defined"):
        atws.connect(username=USER, password=PASSWORD, integrationcode=CODE)
    (entry,) = list(door.worlds.default.journal)
    assert [note.rule for note in entry.notes] == ["autotask.address.version"]


# --- zeep -------------------------------------------------------------------------------------------------------------


def zeep_client(door: Server, prefix: str = "") -> Any:
    import zeep
    from zeep.transports import Transport

    session = requests.Session()
    session.trust_env = False
    session.auth = (USER, PASSWORD)
    return zeep.Client(door.url + prefix + WSDL, transport=Transport(session=session))


@pytest.mark.parametrize("prefix", ["", "/w/blue"])
def test_zeep(door: Server, prefix: str) -> None:
    import zeep

    if prefix:
        door.worlds.create("blue")
    client = zeep_client(door, prefix)
    service, world = client.service, door.worlds["blue" if prefix else "default"]
    (port,) = client.wsdl.services["ATWS"].ports
    assert port == "ATWSSoap"
    zone = service.getZoneInfo(UserName=USER)
    assert (zone.URL, zone.ErrorCode) == (f"{door.url}{prefix}/ATServices/1.6/atws.asmx", 0)
    client.set_default_soapheaders({"AutotaskIntegrations": {"IntegrationCode": CODE}})  # getZoneInfo declares none
    assert service.GetWsdlVersion() == "1.6.9"

    tickets: list[Any] = []
    while True:
        more = where("id", "GreaterThan", tickets[-1].id if tickets else 0)
        answer = service.query(queryxml("Ticket", where("LastActivityDate", "GreaterThan", SINCE) + more))
        assert (answer.ReturnCode, answer.EntityResultType, answer.Errors) == (1, "ticket", None)
        page = answer.EntityResults.Entity if answer.EntityResults else []
        tickets += page
        if len(page) < 500:
            break
    assert len({ticket.id for ticket in tickets}) == len(tickets) == TICKETS
    assert calls(world, "query") == 3
    fields = {field.Name: field for field in service.GetFieldInfo("Ticket")}
    labels = {value.Label: value.Value for value in fields["Priority"].PicklistValues.PickListValue}
    assert labels["High"] == "1"
    assert next(iter(service.getUDFInfo("Ticket"))).Name == "Locate Ref"
    assert len(service.getEntityInfo()) == 167

    ticket_type, list_type = client.get_type("ns0:Ticket"), client.get_type("ns0:ArrayOfEntity")
    udfs_type, udf_type = client.get_type("ns0:ArrayOfUserDefinedField"), client.get_type("ns0:UserDefinedField")
    made = ticket_type(
        id=0,
        AccountID=tickets[0].AccountID,
        Title=NAMED,
        Status=1,
        Priority=1,
        DueDateTime="2026-03-05T12:30:00",
        QueueID=zeep.xsd.AnyObject(zeep.xsd.Int(), 29683378),
        UserDefinedFields=udfs_type(UserDefinedField=[udf_type(Name="Locate Ref", Value="1-CALL")]),
    )
    answer = service.create(list_type(Entity=[made]))
    assert answer.ReturnCode == 1, answer
    id_ = answer.EntityReturnInfoResults.EntityReturnInfo[0].EntityId
    assert (truth(world, id_)["Title"], truth(world, id_)["QueueID"]) == (NAMED, 29683378)
    assert truth(world, id_)["DueDateTime"] == "2026-03-05T17:30:00Z"
    changed = ticket_type(
        id=id_,
        AccountID=tickets[0].AccountID,
        Title="Changed",
        Status=5,
        Priority=2,
        DueDateTime="2026-03-05T12:30:00",
        UserDefinedFields=udfs_type(UserDefinedField=[udf_type(Name="Utility", Value="W")]),
    )
    answer = service.update(list_type(Entity=[changed]))
    assert answer.ReturnCode == 1, answer
    (found,) = service.query(queryxml("Ticket", where("id", "Equals", id_))).EntityResults.Entity
    assert (found.Title, found.Status, found.QueueID) == ("Changed", 5, None)  # what is not sent is cleared
    udfs = {each.Name: each.Value for each in found.UserDefinedFields.UserDefinedField}
    assert (udfs["Locate Ref"], udfs["Utility"]) == ("1-CALL", "W")  # but not user-defined fields
    said = service.getThresholdAndUsageInfo().EntityReturnInfoResults.EntityReturnInfo[0].Message
    assert said.startswith("ThresholdOfExternalRequest: 10000; TimeframeOfLimitation: 60; numberOfExternalRequest: ")
    settled(world)


def test_zeep_meets_a_fault_as_one(door: Server) -> None:
    import zeep

    client = zeep_client(door)
    client.set_default_soapheaders({"AutotaskIntegrations": {"IntegrationCode": CODE}})
    with pytest.raises(
        zeep.exceptions.Fault, match=r"unable to process request\. ---> The entity 'Nothing' does not exist"
    ):
        client.service.GetFieldInfo("Nothing")


# --- suds-community ---------------------------------------------------------------------------------------------------


def suds_client(door: Server) -> Any:
    from suds.client import Client
    from suds.sax.element import Element
    from suds.transport.http import HttpAuthenticated

    integration = Element("AutotaskIntegrations", ns=("at", "http://autotask.net/ATWS/v1_6/"))
    code = Element("IntegrationCode", ns=("at", "http://autotask.net/ATWS/v1_6/")).setText(CODE)
    return Client(
        door.url + WSDL,
        cache=None,
        transport=HttpAuthenticated(username=USER, password=PASSWORD),
        soapheaders=integration.append(code),
    )


def test_suds(door: Server) -> None:
    client = suds_client(door)
    service, world = client.service, door.worlds.default
    assert str(service.getZoneInfo(USER).URL).endswith(f":{door.port}/ATServices/1.6/atws.asmx")
    tickets: list[Any] = []
    while True:
        more = where("id", "GreaterThan", tickets[-1].id if tickets else 0)
        answer = service.query(queryxml("Ticket", where("LastActivityDate", "GreaterThan", SINCE) + more))
        assert answer.ReturnCode == 1
        tickets += answer.EntityResults.Entity
        if len(answer.EntityResults.Entity) < 500:
            break
    assert len({ticket.id for ticket in tickets}) == len(tickets) == TICKETS
    fields = {field.Name: field for field in service.GetFieldInfo("Ticket").Field}
    assert {each.Label: each.Value for each in fields["Priority"].PicklistValues.PickListValue}["High"] == "1"
    assert service.getUDFInfo("Ticket").Field[0].Name == "Locate Ref"

    made, udf = client.factory.create("Ticket"), client.factory.create("UserDefinedField")
    made.id, made.AccountID, made.Title, made.Status, made.Priority = 0, tickets[0].AccountID, NAMED, 1, 1
    made.DueDateTime = datetime(2026, 3, 5, 12, 30)
    udf.Name, udf.Value = "Locate Ref", "1-CALL"
    made.UserDefinedFields = client.factory.create("ArrayOfUserDefinedField")
    made.UserDefinedFields.UserDefinedField = [udf]
    packet = client.factory.create("ArrayOfEntity")
    packet.Entity = [made]
    answer = service.create(packet)
    assert answer.ReturnCode == 1, answer
    id_ = answer.EntityReturnInfoResults.EntityReturnInfo[0].EntityId
    assert truth(world, id_)["Title"] == NAMED
    made.id, made.Title, udf.Value = id_, "Changed", "2-CALL"
    assert service.update(packet).ReturnCode == 1
    (found,) = service.query(queryxml("Ticket", where("id", "Equals", id_))).EntityResults.Entity
    assert found.Title == "Changed"
    assert found.UserDefinedFields.UserDefinedField[0].Value == "2-CALL"
    said = service.getThresholdAndUsageInfo().EntityReturnInfoResults.EntityReturnInfo[0].Message
    assert said.split()[1] == "10000;"
    settled(world)


# --- the REST service -------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.rest.query", "autotask.rest.written", "autotask.rest.attachments", "autotask.rest.login")
def test_atrest_makes_finds_and_furnishes_tickets(door: Server) -> None:
    from atrest.client import Client

    base = f"{door.url}/ATServicesRest/V1.0"
    client = Client(base, CODE, USER, PASSWORD)
    id_ = client.create_ticket(NAMED, "what happened", 1, 2, 174, 29682833)
    assert truth(door.worlds.default, id_)["Title"] == NAMED
    (found,) = client.query_tickets(id_).json()["items"]
    assert (found["id"], found["title"], found["companyID"]) == (id_, NAMED, 174)
    told = client.add_ticket_attachment(id_, "Log", "log.txt", base64.b64encode(b"lines"))
    (file,) = requests.get(f"{base}/Tickets/{id_}/Attachments", headers=client.api.headers, timeout=30).json()["items"]
    assert (file["id"], file["title"], file["fileSize"]) == (told.json()["itemId"], "Log", 5)
    with pytest.raises(requests.HTTPError, match="Invalid Autotask credentials"):
        Client(base, CODE, USER, "wrong").query_tickets(id_)


@pytest.mark.rule(
    "autotask.rest.zone",
    "autotask.rest.query",
    "autotask.rest.count",
    "autotask.rest.pages",
    "autotask.rest.patch",
    "autotask.rest.children",
    "autotask.rest.attachments",
    "autotask.rest.missing_item",
    "autotask.rest.errors",
)
def test_apigrate_finds_makes_and_furnishes_tickets(door: Server) -> None:
    packages = node_packages.installed(NODE)
    base = f"{door.url}/ATServicesRest/"
    asked = {"url": base, "user": USER, "secret": PASSWORD, "code": CODE, "title": NAMED}
    found = node_packages.run(packages, NODE / "desk.cjs", asked)
    assert (found["zone"], found["counted"], found["listed"]) == (base, TICKETS, 500)
    assert found["next"].startswith(f"{base}V1.0/Tickets/query/next?paging=")
    ticket = truth(door.worlds.default, found["id"])
    assert (ticket["Title"], ticket["Status"], ticket["Priority"]) == (NAMED, 5, 1)
    assert (found["title"], found["status"], found["priority"]) == (NAMED, found["complete"], 1)
    assert ticket["DueDateTime"] == "2026-03-05T17:30:00Z"
    assert found["note"] == [found["note"][0], [[found["note"][0], NAMED]]]
    assert (found["file"], found["company"], found["missing"]) == (NAMED, True, None)
    assert found["refused"][0] == 500
    assert "required field companyID" in found["refused"][1][0]
    assert found["threshold"]["currentTimeframeRequestCount"] > 10
