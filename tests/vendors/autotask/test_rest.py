"""The REST service 1.0: its addresses, its filter language, its pages, what it writes, and how it says no."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mockservers.vendors.autotask.emulator.entities import ENTITIES
from mockservers.vendors.autotask.emulator.rest.names import CHILDREN, OF_ENTITY, RESOURCES, camel
from tests.vendors.autotask.post import Post, texts
from tests.vendors.autotask.rest import ALL, LOGIN, Rest, condition
from tests.vendors.autotask.test_limits import begin

Make = Callable[..., Rest]
TICKET = {"companyID": 174, "title": "a", "status": 1, "priority": 2}


@pytest.fixture(scope="module")
def shared() -> Iterator[Rest]:
    rest = Rest(Post(data="demo:40"))
    yield rest
    rest.post.world.close()


@pytest.fixture
def make() -> Make:
    def made(data: str = "demo:5", **switches: Any) -> Rest:
        return Rest(Post(switches or None, data=data))

    return made


def refused_by(rest: Rest) -> str | None:
    return rest.post.last.refused_by


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("soap", "rest"),
    [
        ("id", "id"),
        ("AccountID", "accountID"),
        ("APIVendorID", "apiVendorID"),
        ("ProblemTicketId", "problemTicketId"),
        ("RMAStatus", "rmaStatus"),
        ("SICCode", "sicCode"),
        ("EMailAddress", "eMailAddress"),
        ("eQuoteActive", "eQuoteActive"),
        ("URL", "url"),
    ],
)
def test_camel_case_is_that_of_json_net(soap: str, rest: str) -> None:
    assert camel(soap) == rest


def test_every_entity_of_soap_has_a_resource_but_those_that_rest_never_had() -> None:
    assert set(ENTITIES) - set(OF_ENTITY) == {
        "InstalledProductTypeUdfAssociation",
        "InstalledProductWebhook",
        "InstalledProductWebhookExcludedResource",
        "InstalledProductWebhookField",
        "InstalledProductWebhookUdfField",
        "IntegrationVendorWidget",
    }
    for resource in RESOURCES.values():
        assert len(set(resource.named.values())) == len(resource.named), resource.name
        assert len(resource.elements) == len(resource.named), resource.name
    assert all(
        child.field.name in ENTITIES[child.resource.entity.name].by_name or child.field for child in CHILDREN.values()
    )


@pytest.mark.rule("autotask.rest.names")
def test_names_are_in_camel_case_and_in_order(shared: Rest) -> None:
    account = shared.item("Companies/174")
    assert next(iter(account)) == "id"
    names = list(account)[1:-1]
    assert names == sorted(names, key=str.casefold)
    assert list(account)[-1] == "userDefinedFields"
    assert {"companyName", "parentCompanyID", "isActive", "billToCompanyLocationID", "companyType"} <= set(names)
    ticket = shared.found("Tickets")[0]
    assert {"companyID", "billingCodeID", "configurationItemID", "rmmAlertID", "problemTicketId"} <= set(ticket)


@pytest.mark.rule("autotask.rest.values")
def test_times_are_utc_and_numbers_have_four_places(shared: Rest) -> None:
    id_ = shared.made(
        "Tickets", **TICKET, dueDateTime="2026-07-01T12:30:00", estimatedHours=3.5, description='\u4e16 "x"\n<&>'
    )
    done = shared.send("GET", f"Tickets/{id_}").reply_body.decode()
    assert '"dueDateTime":"2026-07-01T12:30:00Z"' in done
    assert '"estimatedHours":3.5000' in done
    assert '"contactID":null' in done
    assert '"description":"\u4e16 \\"x\\"\\n<&>"' in done
    soap = shared.post.query("Ticket", f"<field>id<expression op='equals'>{id_}</expression></field>")
    assert texts(soap, "DueDateTime") == ["2026-07-01T08:30:00"]


@pytest.mark.rule("autotask.rest.empty_text")
def test_a_text_that_is_not_there(make: Make) -> None:
    for value, shown in (("null", None), ("empty", "")):
        rest = make(rest_empty_text=value)
        assert rest.item(f"Tickets/{rest.made('Tickets', **TICKET)}")["description"] == shown


@pytest.mark.rule("autotask.rest.udfs", "autotask.udf.definitions", "autotask.update.udf_kept")
def test_user_defined_fields_are_all_there(shared: Rest) -> None:
    id_ = shared.made("Tickets", **TICKET, userDefinedFields=[{"name": "locate ref", "value": "L-1"}])
    own = {each["name"]: each["value"] for each in shared.item(f"Tickets/{id_}")["userDefinedFields"]}
    described = shared.told("GET", "Tickets/entityInformation/userDefinedFields")["fields"]
    assert list(own) == [each["name"] for each in described]
    assert own["Locate Ref"] == "L-1"
    assert {value for name, value in own.items() if name != "Locate Ref"} == {None}
    shared.told("PATCH", "Tickets", {"id": id_, "userDefinedFields": [{"name": "Utility", "value": "G"}]})
    kept = {each["name"]: each["value"] for each in shared.item(f"Tickets/{id_}")["userDefinedFields"]}
    assert (kept["Locate Ref"], kept["Utility"]) == ("L-1", "G")
    (found,) = shared.found("Tickets", condition("Locate Ref", "eq", "l-1", udf=True))
    assert found["id"] == id_


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.rest.zone", "autotask.rest.zone_unknown")
def test_a_zone_is_told_to_anybody(shared: Rest) -> None:
    found = shared.told("GET", "zoneInformation?user=api%40demo.example", login={})
    assert found == {
        "zoneName": "Zone 1",
        "url": "http://127.0.0.1:8750/ATServicesRest/",
        "webUrl": "http://127.0.0.1:8750/ww1/",
        "ci": 100214,
    }
    other = shared.told(
        "GET", "ZONEINFORMATION?user=x%40other-customer.example", login={}, host="webservices.autotask.test"
    )
    assert other["url"] == "http://webservices2.autotask.test/ATServicesRest/"
    for query in ("", "?user=", "?user=nobody%40nowhere.example"):
        assert shared.errors("GET", f"zoneInformation{query}", login={}) == ["Zone information could not be determined"]


@pytest.mark.rule("autotask.rest.versions")
def test_versions_are_told_to_anybody(shared: Rest) -> None:
    for path in ("/atservicesrest/versioninformation", "/ATServicesRest/VersionInformation"):
        assert shared.told("GET", path, login={}) == {"apiVersions": ["1.0"]}


@pytest.mark.rule("autotask.rest.paths")
@pytest.mark.parametrize(
    "path",
    [
        "Nothing/1",
        "Tickets/1/Nothing",
        "Tickets/x",
        "Contacts",
        "TicketNotes",
        "Tickets/1/Notes/x",
        "",
        "Tickets/1/2/3/4",
    ],
)
def test_a_path_without_an_action(shared: Rest, path: str) -> None:
    said = shared.told("GET", path, status=404)
    assert said["Message"].startswith("No HTTP resource was found that matches the request URI 'http://127.0.0.1:8750/")
    assert refused_by(shared) == "autotask.rest.paths"


@pytest.mark.parametrize("path", ["/atservicesrest/v1.0/tickets/QUERY", "/ATSERVICESREST/V1.0/TICKETS/query"])
def test_paths_have_any_letter_case(shared: Rest, path: str) -> None:
    assert shared.told("POST", path, ALL)["items"]


@pytest.mark.rule("autotask.rest.verbs")
@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "Tickets"),
        ("DELETE", "Tickets/7673"),
        ("POST", "Tickets/7673"),
        ("PUT", "Tickets/query"),
        ("POST", "zoneInformation"),
        ("DELETE", "Tickets/1/Notes"),
        ("OPTIONS", "Companies/174"),
    ],
)
def test_a_verb_that_a_path_does_not_have(shared: Rest, verb: str, path: str) -> None:
    done = shared.send(verb, path)
    assert done.status == 405
    said = json.loads(done.reply_body)
    assert said == {"Message": f"The requested resource does not support http method '{verb}'."}
    assert verb not in dict(done.reply_headers)["Allow"].split(", ")
    assert refused_by(shared) == "autotask.rest.verbs"


@pytest.mark.rule("autotask.rest.url_length")
def test_an_address_that_is_too_long(shared: Rest) -> None:
    ids = list(range(7500, 8200))
    search = json.dumps({"filter": [condition("id", "in", ids)]})
    assert shared.send("GET", f"Tickets/query?search={search}").status == 404
    assert refused_by(shared) == "autotask.rest.url_length"
    assert shared.found("Tickets", condition("id", "in", ids[:400]))


# --- logins and limits ------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.rest.login")
@pytest.mark.parametrize(
    ("header", "value", "mixed"),
    [
        ("UserName", "nobody@demo.example", 500),
        ("Secret", "wrong", 401),
        ("Secret", None, 401),
        ("ApiIntegrationCode", "OTHER-INTEGRATION-CODE", 500),
        ("ApiIntegrationCode", None, 500),
    ],
)
def test_a_login_that_is_wrong(shared: Rest, make: Make, header: str, value: str | None, mixed: int) -> None:
    login = {name: each for name, each in {**LOGIN, header: value}.items() if each is not None}
    done = shared.send("POST", "Tickets/query", ALL, login=login)
    assert (done.status, done.reply_body) == (401, b"")
    assert "WWW-Authenticate" not in dict(done.reply_headers)
    assert make(data="empty", rest_login="mixed").send("POST", "Tickets/query", ALL, login=login).status == mixed


def test_a_basic_header_is_no_login(shared: Rest) -> None:
    assert shared.post.http(verb="GET", path="/ATServicesRest/V1.0/Tickets/7673", media=None).status == 401


@pytest.mark.rule("autotask.rest.threshold", "autotask.threshold.counted")
def test_calls_of_both_services_count_together(make: Make) -> None:
    rest = make(threshold="7/5")
    rest.post.query("Ticket")
    rest.found("Tickets")
    rest.told("GET", "zoneInformation?user=api%40demo.example", login={})
    assert rest.told("GET", "ThresholdInformation") == {
        "externalRequestThreshold": 7,
        "requestThresholdTimeframe": 5,
        "currentTimeframeRequestCount": 2,
    }


@pytest.mark.rule("autotask.rest.limited", "autotask.threshold.refused")
def test_past_the_threshold(make: Make) -> None:
    for reply, status in (("body_error", 429), ("http_500", 500)):
        rest = make(threshold="2/60", limit_reply=reply, latency="off")
        rest.post.query("Ticket")
        rest.post.query("Ticket")
        assert "threshold of 2 requests" in rest.errors("POST", "Tickets/query", ALL, status)[0]


@pytest.mark.rule("autotask.rest.limited", "autotask.thread.limit")
def test_calls_at_once_are_counted_over_both_services(make: Make) -> None:
    rest = make(thread_limit=1)
    under_way = begin(rest.post)
    said = rest.errors("POST", "Tickets/query", ALL, 429)
    assert said[-1] == "The Autotask API thread threshold of 1 threads has been exceeded."
    assert rest.found("Companies", condition("id", "eq", 174))
    under_way.leave()
    assert rest.found("Tickets", *ALL["filter"])


# --- queries ----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.rest.query", "autotask.rest.count")
@pytest.mark.parametrize(
    ("field", "op", "value", "meant"),
    [
        ("title", "eq", "same SECOND 0", lambda title: title.lower() == "same second 0"),
        ("title", "noteq", "Same second 0", lambda title: title.lower() != "same second 0"),
        ("title", "beginsWith", "same", lambda title: title.lower().startswith("same")),
        ("title", "endsWith", "0", lambda title: title.endswith("0")),
        ("title", "contains", "second", lambda title: "second" in title.lower()),
        ("Title", "IN", ["Same second 0", "Same second 1"], lambda title: title in ("Same second 0", "Same second 1")),
        ("title", "notIn", ["Same second 0", "Same second 1"], lambda t: t not in ("Same second 0", "Same second 1")),
        ("title", "in", [], lambda title: False),
        ("title", "notIn", [], lambda title: True),
        ("title", "exist", None, lambda title: True),
        ("title", "notExist", None, lambda title: False),
        ("title", "gt", "t", lambda title: title.casefold() > "t"),
        ("title", "gte", "t", lambda title: title.casefold() >= "t"),
        ("title", "lt", "t", lambda title: title.casefold() < "t"),
        ("title", "lte", "t", lambda title: title.casefold() <= "t"),
    ],
)
def test_operators(shared: Rest, field: str, op: str, value: Any, meant: Callable[[str], bool]) -> None:
    everything = shared.told("POST", "Tickets/query", ALL)["items"]
    wanted = [each["id"] for each in everything if meant(each["title"])]
    search = {"filter": [condition(field, op, value)]}
    assert [each["id"] for each in shared.told("POST", "Tickets/query", search)["items"]] == wanted
    assert shared.told("POST", "Tickets/query/count", search) == {"queryCount": len(wanted)}
    assert shared.told("GET", f"Tickets/query?search={json.dumps(search)}")["pageDetails"]["count"] == len(wanted)


@pytest.mark.rule("autotask.rest.query")
def test_groups(shared: Rest) -> None:
    everything = {each["id"]: each for each in shared.told("POST", "Tickets/query", ALL)["items"]}
    search = [
        {
            "op": "or",
            "items": [
                condition("priority", "eq", 2),
                {"op": "and", "items": [condition("status", "eq", 5), condition("priority", "eq", 4)]},
            ],
        },
        condition("id", "gt", min(everything)),
    ]
    wanted = [
        id_
        for id_, each in everything.items()
        if (each["priority"] == 2 or (each["status"] == 5 and each["priority"] == 4)) and id_ > min(everything)
    ]
    assert wanted
    assert [each["id"] for each in shared.found("Tickets", *search)] == wanted


@pytest.mark.rule("autotask.rest.query")
def test_times_in_a_filter_are_utc(shared: Rest) -> None:
    id_ = shared.made("Tickets", **TICKET, dueDateTime="2026-11-01T05:30:00Z")
    for value in ("2026-11-01T05:30:00", "2026-11-01T05:30:00Z", "2026-11-01T01:30:00-04:00", "2026-11-01 05:30:00"):
        assert [each["id"] for each in shared.found("Tickets", condition("dueDateTime", "eq", value))] == [id_]
    assert not shared.found("Tickets", condition("dueDateTime", "eq", "2026-11-01T01:30:00"))


@pytest.mark.rule("autotask.rest.filter_needed")
@pytest.mark.parametrize("body", [{"maxRecords": 5}, {}, None, {"filter": None}, {"filter": {}}, []])
def test_a_filter_is_needed(shared: Rest, body: Any) -> None:
    assert shared.errors("POST", "Tickets/query", body) == ["Value cannot be null.\r\nParameter name: filters"]
    assert refused_by(shared) == "autotask.rest.filter_needed"


@pytest.mark.rule("autotask.rest.unknown_operator")
def test_a_condition_with_an_unknown_operator_is_dropped(shared: Rest) -> None:
    everything = len(shared.told("POST", "Tickets/query", ALL)["items"])
    found = shared.found("Tickets", condition("status", "ne", 1), condition("id", "isNull"))
    assert len(found) == everything
    assert shared.post.notes == {"rest.unknown_operator"}


@pytest.mark.rule("autotask.rest.unknown_field", "autotask.rest.errors")
def test_a_field_that_is_not_there(shared: Rest) -> None:
    said = shared.errors("POST", "TimeEntries/query", {"filter": [condition("projectID", "eq", 1)]})
    assert said == ["Unable to find projectID in the TimeEntry Entity"]
    own = condition("Nothing", "eq", 1, udf=True)
    assert shared.errors("POST", "Tickets/query", {"filter": [own]}) == ["Unable to find Nothing in the Ticket Entity"]
    said = shared.errors("POST", "Companies/query", {"filter": [condition("companyType", "eq", "x")]})
    assert said[0].startswith("Can not convert data to numeric in field: companyType.")


@pytest.mark.rule("autotask.rest.boolean")
def test_a_boolean_is_true_or_false(shared: Rest) -> None:
    for value in (True, "TRUE"):
        assert shared.found("Companies", condition("isActive", "eq", value))
    for value in (1, "1", None, "yes"):
        said = shared.errors("POST", "Companies/query", {"filter": [condition("isActive", "eq", value)]})
        assert said[0].startswith("Can not convert data to boolean in field: isActive.")
        assert refused_by(shared) == "autotask.rest.boolean"


@pytest.mark.rule("autotask.rest.include_fields")
def test_only_some_fields(shared: Rest) -> None:
    (one, *_) = shared.found("Tickets", condition("id", "gte", 0), IncludeFields=["Id", "title", "Locate Ref"])
    assert list(one) == ["id", "title", "userDefinedFields"]
    assert [each["name"] for each in one["userDefinedFields"]] == ["Locate Ref"]
    (one, *_) = shared.found("Tickets", condition("id", "gte", 0), includefields=["title"])
    assert list(one) == ["title"]
    assert shared.errors("POST", "Tickets/query", {**ALL, "IncludeFields": [1]})


# --- pages ------------------------------------------------------------------------------------------------------------


def walk(rest: Rest, verb: str, path: str, body: Any = None, back: bool = False) -> list[list[int]]:
    """The ids of all pages."""
    pages, address = [], path
    while address:
        told = rest.told(verb, address, body)
        assert told["pageDetails"]["count"] == len(told["items"])
        pages.append([each["id"] for each in told["items"]])
        address = told["pageDetails"]["prevPageUrl" if back else "nextPageUrl"]
    return pages


@pytest.mark.rule("autotask.rest.pages", "autotask.rest.max_records")
def test_pages_are_walked_forth_and_back(shared: Rest) -> None:
    everything = [each["id"] for each in shared.told("POST", "Tickets/query", ALL)["items"]]
    body = {**ALL, "MaxRecords": 7}
    pages = walk(shared, "POST", "Tickets/query", body)
    assert [len(each) for each in pages[:-1]] == [7] * (len(pages) - 1)
    assert [id_ for page in pages for id_ in page] == everything
    search = f"Tickets/query?search={json.dumps(body)}"
    assert walk(shared, "GET", search) == pages
    last = search
    for _ in pages[1:]:
        last = shared.told("GET", last)["pageDetails"]["nextPageUrl"]
    assert walk(shared, "GET", last, back=True) == pages[::-1]


@pytest.mark.rule("autotask.rest.pages")
def test_the_address_of_a_next_page_is_as_recorded(shared: Rest) -> None:
    search = "{'filter':[{'op':'exist','field':'IsActive'}],'maxRecords':1}"
    told = shared.told("GET", f"Companies/query?search={search}")
    assert told["pageDetails"] == {
        "count": 1,
        "requestCount": 1,
        "prevPageUrl": None,
        "nextPageUrl": "http://127.0.0.1:8750/ATServicesRest/V1.0/Companies/query/next?paging=%7b%22pageSize%22%3a1%2c"
        "%22previousIds%22%3a%5b-1%5d%2c%22nextIds%22%3a%5b0%5d%7d&search=%7b%27filter%27%3a%5b%7b%27op%27%3a%27exist%27"
        "%2c%27field%27%3a%27IsActive%27%7d%5d%2c%27maxRecords%27%3a1%7d",
    }
    assert told["items"][0]["id"] == 0  # the own company


@pytest.mark.rule("autotask.rest.next_by_post")
def test_the_next_page_of_a_post_is_not_to_be_got(shared: Rest) -> None:
    body = {**ALL, "MaxRecords": 30}
    address = shared.told("POST", "Tickets/query", body)["pageDetails"]["nextPageUrl"]
    said = shared.told("GET", address, status=405)
    assert said == {"Message": "The requested resource does not support http method 'GET'."}
    assert refused_by(shared) == "autotask.rest.next_by_post"
    assert shared.told("POST", address, body)["items"]
    assert shared.errors("POST", address, None) == ["Value cannot be null.\r\nParameter name: filters"]


@pytest.mark.rule("autotask.rest.pages")
def test_whether_a_full_page_names_a_next_one(make: Make) -> None:
    for value, pages in (("more", [3, 2]), ("full", [3, 2])):
        assert [
            len(each) for each in walk(make(rest_next_page=value), "POST", "Tickets/query", {**ALL, "maxRecords": 3})
        ] == pages
    for value, pages in (("more", [5]), ("full", [5, 0])):
        assert [
            len(each) for each in walk(make(rest_next_page=value), "POST", "Tickets/query", {**ALL, "maxRecords": 5})
        ] == pages


@pytest.mark.rule("autotask.rest.pages")
@pytest.mark.parametrize(
    "paging", ["", "x", "{}", '{"nextIds":[]}', '{"nextIds":["a"]}', '{"nextIds":[1],"previousIds":3}']
)
def test_an_address_of_a_page_that_is_none(shared: Rest, paging: str) -> None:
    assert "cannot be read" in shared.errors("POST", f"Tickets/query/next?paging={paging}", ALL)[0]
    assert refused_by(shared) == "autotask.rest.pages"


@pytest.mark.rule("autotask.rest.max_records")
def test_five_hundred_records_are_the_most(make: Make) -> None:
    rest = make("demo:501")
    for most in (None, 500, 5000):
        told = rest.told("POST", "Tickets/query", {**ALL, "maxRecords": most})
        assert (told["pageDetails"]["count"], told["pageDetails"]["requestCount"]) == (500, 500)
        (last,) = rest.told("POST", told["pageDetails"]["nextPageUrl"], ALL)["items"]
        assert last["id"] > told["items"][-1]["id"]
    for most in (0, -1, "x", 1.5, True):
        assert rest.errors("POST", "Tickets/query", {**ALL, "maxRecords": most})


# --- single records ---------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.rest.item", "autotask.rest.missing_item")
def test_one_record(shared: Rest, make: Make) -> None:
    assert shared.item("Resources/29682886")["userName"]
    assert shared.told("GET", "Tickets/5") == {"item": None}
    rest = make(rest_missing_item="not_found")
    assert rest.told("GET", "Tickets/5", status=404)["errors"]


@pytest.mark.rule("autotask.rest.information")
def test_entities_are_described(shared: Rest) -> None:
    assert shared.told("GET", "Companies/entityInformation") == {
        "info": {
            "name": "Company",
            "canCreate": True,
            "canDelete": False,
            "canQuery": True,
            "canUpdate": True,
            "userAccessForCreate": "All",
            "userAccessForDelete": "None",
            "userAccessForQuery": "All",
            "userAccessForUpdate": "All",
            "hasUserDefinedFields": True,
            "supportsWebhookCallouts": False,
        }
    }
    fields = {each["name"]: each for each in shared.told("GET", "Tickets/1/Notes/entityInformation/fields")["fields"]}
    assert fields["ticketID"]["referenceEntityType"] == "Ticket"
    assert [each["value"] for each in fields["publish"]["picklistValues"]] == ["1", "2", "4"]
    described = shared.told("GET", "Tickets/entityInformation/fields")["fields"]
    assert [each["name"] for each in described] == [*list(shared.found("Tickets")[0])[:-1]]
    assert next(each for each in described if each["name"] == "subIssueType")["picklistParentValueField"] == "issueType"
    assert next(each for each in described if each["name"] == "companyID")["referenceEntityType"] == "Company"


# --- writing ----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.rest.patch", "autotask.rest.written")
def test_a_patch_leaves_what_it_does_not_send(shared: Rest) -> None:
    id_ = shared.made("Tickets", **TICKET, description="d", purchaseOrderNumber="PO", estimatedHours=2)
    assert shared.told("PATCH", "Tickets", {"id": id_, "title": "b", "purchaseOrderNumber": None}) == {"itemId": id_}
    after = shared.item(f"Tickets/{id_}")
    assert (after["title"], after["description"], after["purchaseOrderNumber"]) == ("b", "d", None)
    assert after["estimatedHours"] == 2


@pytest.mark.rule("autotask.rest.put", "autotask.update.replaces")
def test_a_put_clears_what_it_does_not_send(shared: Rest) -> None:
    id_ = shared.made("Tickets", **TICKET, description="d", userDefinedFields=[{"name": "Locate Ref", "value": "7"}])
    assert shared.told("PUT", "Tickets", {"id": str(id_), **TICKET, "title": "b"}) == {"itemId": id_}
    after = shared.item(f"Tickets/{id_}")
    assert (after["title"], after["description"]) == ("b", None)
    assert {"name": "Locate Ref", "value": "7"} in after["userDefinedFields"]
    assert shared.errors("PUT", "Tickets", {"id": id_, "title": "c"}) == [
        "Value does not exist for the required field companyID. ; on record number [1]."
    ]


@pytest.mark.rule("autotask.rest.patch", "autotask.picklist.value")
def test_a_patch_that_parts_a_child_from_its_parent_is_refused(shared: Rest) -> None:
    id_ = shared.made("Tickets", **TICKET, issueType=10, subIssueType=136)
    said = shared.errors("PATCH", "Tickets", {"id": id_, "issueType": 11})
    assert "does not exist for subIssueType" in said[0]
    shared.told("PATCH", "Tickets", {"id": id_, "issueType": 11, "subIssueType": None})


@pytest.mark.rule("autotask.rest.errors", "autotask.ticket.role")
def test_errors_have_the_names_of_rest(shared: Rest) -> None:
    said = shared.errors("POST", "Tickets", {**TICKET, "assignedResourceID": 29682886})
    assert said[0] == "When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID."
    assert shared.errors("POST", "Tickets", {**TICKET, "title": "x" * 256})[0] == (
        "String value exceeds maximum length (field:title). "
    )
    assert "No matching records found." in shared.errors("PATCH", "Tickets", {"id": 5, "title": "x"})[0]


@pytest.mark.rule("autotask.rest.names")
def test_members_that_no_field_takes_are_passed_over(shared: Rest) -> None:
    id_ = shared.made("Tickets", **TICKET, TITLE="later", isAssignedToComanaged=False, AccountID=5)
    assert shared.post.notes == {"rest.names"}
    assert shared.item(f"Tickets/{id_}")["companyID"] == 174


@pytest.mark.rule("autotask.rest.children", "autotask.rest.written")
def test_what_belongs_to_a_ticket(shared: Rest) -> None:
    one, other = (shared.made("Tickets", **TICKET) for _ in range(2))
    note = {"title": "n", "description": "d", "noteType": 1, "publish": 1}
    id_ = shared.made(f"Tickets/{one}/Notes", **note, ticketID=other)
    assert [each["id"] for each in shared.told("GET", f"Tickets/{one}/Notes")["items"]] == [id_]
    assert shared.told("GET", f"Tickets/{other}/Notes")["items"] == []
    assert shared.item(f"Tickets/{one}/Notes/{id_}")["ticketID"] == one
    assert shared.item(f"Tickets/{other}/Notes/{id_}") is None
    assert shared.item(f"TicketNotes/{id_}")["ticketID"] == one
    shared.told("PATCH", f"Tickets/{one}/Notes", {"id": id_, "description": "e"})
    assert shared.item(f"TicketNotes/{id_}")["description"] == "e"
    assert "No matching records" in shared.errors("PATCH", f"Tickets/{other}/Notes", {"id": id_, "description": "f"})[0]
    shared.told("POST", "TicketNotes", {**note, "ticketID": one}, status=404)
    assert "does not exist" in shared.errors("POST", "Tickets/5/Notes", note)[0]


@pytest.mark.rule("autotask.rest.children", "autotask.rest.written")
def test_a_charge_is_deleted_below_its_ticket(shared: Rest) -> None:
    one, other = (shared.made("Tickets", **TICKET) for _ in range(2))
    charge = {"name": "n", "chargeType": 1, "unitQuantity": 1, "datePurchased": "2026-03-08T00:00:00Z"}
    id_ = shared.made(f"Tickets/{one}/Charges", **charge)
    assert shared.item(f"TicketCharges/{id_}")["datePurchased"] == "2026-03-08T00:00:00Z"
    shared.errors("DELETE", f"Tickets/{other}/Charges/{id_}")
    assert shared.told("DELETE", f"Tickets/{one}/Charges/{id_}") == {"itemId": id_}
    assert shared.item(f"TicketCharges/{id_}") is None
    entry = shared.made(
        "TimeEntries", ticketID=one, resourceID=29682886, roleID=29682834, hoursWorked=1, dateWorked="2026-03-02"
    )
    assert shared.told("DELETE", f"TimeEntries/{entry}") == {"itemId": entry}


@pytest.mark.rule("autotask.rest.attachments", "autotask.attachment.calls")
def test_attachments_below_their_record(shared: Rest) -> None:
    one, other = (shared.made("Tickets", **TICKET) for _ in range(2))
    file = {"attachmentType": "FILE_ATTACHMENT", "publish": "1", "fullPath": "a.txt", "title": "A", "data": "aGVsbG8="}
    id_ = shared.made(f"Tickets/{one}/Attachments", **file)
    (listed,) = shared.told("GET", f"Tickets/{one}/Attachments")["items"]
    assert (listed["id"], listed["data"], listed["fileSize"], listed["ticketID"]) == (id_, None, 5, one)
    (whole,) = shared.told("GET", f"Tickets/{one}/Attachments/{id_}")["items"]
    assert whole == {**listed, "data": "aGVsbG8="}
    assert texts(shared.post.result("GetAttachment", f"<attachmentId>{id_}</attachmentId>"), "Data") == ["aGVsbG8="]
    assert shared.told("GET", f"Tickets/{other}/Attachments")["items"] == []
    assert shared.told("GET", f"Tickets/{other}/Attachments/{id_}") == {"items": []}
    assert "required field attachmentType" in shared.errors("POST", f"Tickets/{one}/Attachments", {"title": "x"})[0]
    assert "cannot be read" in shared.errors("POST", f"Tickets/{one}/Attachments", {**file, "data": "?"})[0]
    assert "does not exist" in shared.errors("POST", "Tasks/4711/Attachments", file)[0]
    assert shared.told("DELETE", f"Tickets/{one}/Attachments/{id_}") == {"itemId": id_}
    assert shared.told("GET", f"Tickets/{one}/Attachments")["items"] == []
    shared.told("GET", "Roles/1/Attachments", status=404)


@pytest.mark.rule("autotask.rest.malformed")
@pytest.mark.parametrize("body", ["{bad", "[]", "1", '"x"', "null", ""])
def test_a_body_that_is_no_record(shared: Rest, body: str) -> None:
    assert "cannot be read" in shared.errors("POST", "Tickets", body)[0]
    assert shared.send("POST", "Tickets", body, login={}).status == 401


@pytest.mark.rule("autotask.rest.malformed")
def test_a_body_of_another_media_type(shared: Rest) -> None:
    said = shared.told("POST", "Tickets/query", json.dumps(ALL), 415, media="text/plain")
    assert said["Message"] == "The request entity's media type 'text/plain' is not supported for this resource."
    assert shared.send("POST", "Tickets/query", json.dumps(ALL), media="text/plain", login={}).status == 401
    assert shared.send("POST", "Tickets/query", b'{"filter":"\xff"}').status == 400
    assert shared.told("POST", "Tickets/query", json.dumps(ALL).encode("utf-16"), media="text/json; charset=utf-16")


@pytest.mark.rule("autotask.history.ticket")
def test_what_changes_leave_behind_is_read_by_rest_too(shared: Rest) -> None:
    id_ = shared.made("Tickets", **TICKET)
    shared.told("PATCH", "Tickets", {"id": id_, "status": 8})
    told = shared.found("TicketHistory", condition("ticketID", "eq", id_))
    assert [(each["action"], each["detail"]) for each in told][1:] == [("Changed", "Status: 1 -> 8")]
    entry = {"resourceID": 29682886, "roleID": 29682834, "hoursWorked": 1.5, "dateWorked": "2026-03-02"}
    worked = shared.made("TimeEntries", ticketID=id_, summaryNotes="worked", **entry)
    shared.told("DELETE", f"TimeEntries/{worked}")
    (gone,) = shared.found("DeletedTicketActivityLogs", condition("ticketID", "eq", id_))
    assert (gone["typeID"], gone["noteOrAttachmentTitle"], gone["hoursWorked"]) == (2, "worked", 1.5)
    shared.post.world.act("autotask", "delete", {"entity": "Ticket", "id": str(id_)})
    assert shared.found("DeletedTicketLogs", condition("ticketID", "eq", id_))


@pytest.mark.rule("autotask.user.restricted", "autotask.user.permission")
def test_both_services_have_the_same_rights(make: Make) -> None:
    rest = make("demo:30")
    narrow = {
        "rows": {"Ticket": {"Status": [5]}},
        "hidden": {"Ticket": ["Title"]},
        "denied": {"Contract": ["query"], "Account": ["create"]},
        "absent": ["Invoice"],
    }
    rest.post.world.act(
        "autotask", "act", {"id": "customer", "action": "restrict", "level": "API User (API-only)", **narrow}
    )
    for entity, resource in (("Ticket", "Tickets"), ("TicketNote", "TicketNotes"), ("Invoice", "Invoices")):
        seen = [int(each[0].text) for each in rest.post.query(entity).iter("{http://autotask.net/ATWS/v1_6/}Entity")]
        assert [each["id"] for each in rest.found(resource, *ALL["filter"])] == seen, entity
    (ticket, *_) = rest.found("Tickets", *ALL["filter"])
    assert "title" not in ticket
    assert rest.errors("POST", "Tickets/query", {"filter": [condition("title", "eq", "x")]}) == [
        "Unable to find title in the Ticket Entity"
    ]
    for verb, path, body, deed in (
        ("POST", "Contracts/query", ALL, "query this entity type"),
        ("POST", "Companies", {"companyName": "x"}, "create this entity"),
    ):
        said = f"The logged in Resource does not have the adequate permissions to {deed}."
        assert rest.errors(verb, path, body) == [said]
    assert rest.told("GET", "Contracts/entityInformation")["info"]["userAccessForQuery"] == "None"


@pytest.mark.rule("autotask.impersonate.creator")
def test_impersonation_is_a_header(shared: Rest) -> None:
    id_ = shared.made("Tickets", **TICKET)
    note = {"title": "n", "description": "d", "noteType": 1, "publish": 1}
    login = {**LOGIN, "ImpersonationResourceId": "29682886"}
    made = shared.told("POST", f"Tickets/{id_}/Notes", note, login=login)["itemId"]
    assert shared.item(f"TicketNotes/{made}")["creatorResourceID"] == 29682886
