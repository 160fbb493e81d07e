"""Bad input at the REST service: whatever comes, the answer is a documented one, an error changes nothing, and the journal
has no failure of the emulator. MOCKSERVERS_EXAMPLES raises the number of examples.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mockservers.kernel.journal import Exchange
from mockservers.vendors.autotask.emulator.rest.filters import LISTS, OPERATORS
from mockservers.vendors.autotask.emulator.rest.names import CHILDREN, RESOURCES, deeds
from tests.examples import examples
from tests.vendors.autotask.post import Post
from tests.vendors.autotask.rest import Rest

fuzz = settings(
    max_examples=examples(15),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
STATUSES = (200, 400, 401, 404, 405, 415, 500, 501)
WRITABLE = sorted(each.name for each in RESOURCES.values() if each.verbs)


class Target:
    """A world with some data; `strike` sends, and checks the answer, the journal, and that an error changed nothing."""

    held: Mapping[str, list[dict[str, Any]]]

    def __init__(self) -> None:
        self.rest = Rest(Post({"threshold": "off", "thread_limit": "off"}, data="demo:25"))
        self.before = self.image()

    def image(self) -> bytes:
        return self.rest.post.world.installation("autotask").store.dump()

    def strike(self, verb: str, path: str, body: Any = None, **more: Any) -> Exchange:
        done = self.rest.send(verb, path, body, **more)
        entry = self.rest.post.last
        assert entry.outcome in ("ok", "refused", "unsupported"), (entry.outcome, entry.error)
        assert done.status in STATUSES
        if done.status == 500:
            errors = json.loads(done.reply_body)["errors"]
            assert errors
            assert all(isinstance(each, str) for each in errors)
        elif done.status == 200:
            assert isinstance(json.loads(done.reply_body), dict)
        changed = self.image()
        assert done.status == 200 or changed == self.before, "an error left something behind"
        self.before = changed
        return done


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    made = Target()
    yield made
    made.rest.post.world.close()


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["2026-03-08T02:30:00", "2026-13-01", "0001-01-01T00:00:00Z", "1e400", "\x00", "\ud800", "%"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
resources = st.sampled_from(sorted(RESOURCES))


@st.composite
def conditions(draw: st.DrawFn, resource: str, depth: int = 0) -> Any:
    if depth < 3 and draw(st.integers(0, 5)) == 0:
        items = draw(st.lists(conditions(resource, depth + 1), max_size=3))
        return {"op": draw(st.sampled_from(["and", "or", "AND", "not"])), "items": items}
    names = sorted(RESOURCES[resource].elements)
    field = draw(st.sampled_from([*names, "id", "nothing", "", "Locate Ref"]))
    made: dict[str, Any] = {
        "field": field,
        "op": draw(st.sampled_from([*OPERATORS, *LISTS, "ne", ""])),
        "value": draw(values),
    }
    if draw(st.integers(0, 5)) == 0:
        made["udf"] = draw(st.sampled_from([True, "true", 1, None]))
    return made if draw(st.integers(0, 30)) else draw(values)


@fuzz
@given(data=st.data())
def test_searches(target: Target, data: st.DataObject) -> None:
    resource = data.draw(resources)
    body: dict[str, Any] = {"filter": data.draw(st.lists(conditions(resource), max_size=4))}
    for name in ("MaxRecords", "includeFields"):
        if data.draw(st.integers(0, 4)) == 0:
            body[name] = data.draw(values)
    kind = data.draw(
        st.sampled_from(["query", "query", "query/count", "query/next?paging=" + json.dumps(data.draw(values))])
    )
    if data.draw(st.booleans()):
        target.strike("POST", f"{resource}/{kind}", json.dumps(body))
    else:
        joint = "&" if "?" in kind else "?"
        target.strike("GET", f"{resource}/{kind}{joint}search={json.dumps(body)}".replace("#", "%23"))


@fuzz
@given(data=st.data())
def test_records(target: Target, data: st.DataObject) -> None:
    if data.draw(st.booleans()):
        name = data.draw(st.sampled_from(WRITABLE))
        resource, path = RESOURCES[name.lower()], name
    else:
        child = CHILDREN[data.draw(st.sampled_from(sorted(CHILDREN)))]
        parent = data.draw(st.sampled_from([0, 5, 174, 7673, 7680, 2**62]))
        resource, path = child.resource, f"{child.parent}/{parent}/{child.name}"
    names = st.sampled_from([*sorted(resource.elements), "id", "userDefinedFields", "other"])
    body = data.draw(st.dictionaries(names, values, max_size=6))
    if data.draw(st.booleans()):
        body["id"] = data.draw(st.sampled_from([7673, "7680", 174, 0]))
    target.strike(data.draw(st.sampled_from(["POST", "PATCH", "PUT"])), path, json.dumps(body))


BELOW = {each.resource.name: each for each in CHILDREN.values()}
"""A collection in which records of a resource are written, by the resource's name."""
TAKEN = sorted(each.name for each in RESOURCES.values() if each.entity.may("query") and deeds(each.entity))
HOOK = {
    "isActive": True,
    "name": "h",
    "secretKey": "a word between the two",
    "sendThresholdExceededNotification": False,
    "isSubscribedToUpdateEvents": True,
    "webhookUrl": "http://127.0.0.1:9/hook",
    "deactivationUrl": "http://127.0.0.1:9/stopped",
}
likely = st.sampled_from([0, 1, -1, 2, 0.5, 1.123456, 2**31 - 1, -(2**31), 1e15, True, "x", "2026-03-05", "9999-12-31"])


@pytest.fixture(scope="module")
def full() -> Iterator[Target]:
    """A customer with whatever the demo has of every resource, and with a webhook."""
    made = Target()
    hook = made.rest.made("TicketWebhooks", **HOOK)
    described = made.rest.told("GET", "TicketWebhookFields/entityInformation/fields")["fields"]
    (field,) = (each for each in described if each["name"] == "fieldID")
    known = int(field["picklistValues"][0]["value"])
    told = {"isSubscribedField": True, "isDisplayAlwaysField": False}
    made.rest.made(f"TicketWebhooks/{hook}/Fields", fieldID=known, **told)
    made.held = {name: items for name in TAKEN if (items := made.rest.found(name, EVERYTHING))}
    made.rest.post.world.checkpoint("begun")
    yield made
    made.rest.post.world.close()


EVERYTHING = {"op": "gt", "field": "id", "value": 0}


@fuzz
@given(data=st.data())
def test_records_with_something_else_in_them(full: Target, data: st.DataObject) -> None:
    """What was read is sent back, or sent as a new one, with a few values that others have, or nobody."""
    full.rest.post.world.restore("begun")
    full.before = full.image()
    name = data.draw(st.sampled_from(sorted(full.held)))
    resource, child = RESOURCES[name.lower()], BELOW.get(name)
    item = dict(data.draw(st.sampled_from(full.held[name])))
    verb = data.draw(st.sampled_from(["POST", "PATCH", "PUT", "DELETE"]))
    id_, path = item["id"], name
    if child is not None and (not resource.verbs or data.draw(st.booleans())):
        path = f"{child.parent}/{item.get(resource.named[child.field.name], 0)}/{child.name}"
    item |= data.draw(st.dictionaries(st.sampled_from(sorted(resource.named.values())), likely | values, max_size=3))
    if verb == "POST":
        item.pop("id", None)
    full.strike(verb, *((f"{path}/{id_}",) if verb == "DELETE" else (path, json.dumps(item))))


@fuzz
@given(
    body=st.one_of(st.binary(max_size=60), st.text(max_size=60), values.map(json.dumps)),
    media=st.sampled_from(
        [
            "application/json",
            "text/json; charset=utf-16",
            "application/x-www-form-urlencoded",
            "application/json; charset=x",
            "",
        ]
    ),
    path=st.sampled_from(
        ["Tickets", "Tickets/query", "Tickets/7673/Notes", "Tickets/7673/Attachments", "Tickets/query/next"]
    ),
)
@example(body="[" * 300, media="application/json", path="Tickets/query")
@example(body='{"filter":' + "[" * 5000, media="application/json", path="Tickets")
@example(
    body='{"filter":[' + '{"op":"and","items":[' * 200 + "]}" * 200 + "]}",
    media="application/json",
    path="Tickets/query",
)
def test_bodies(target: Target, body: str | bytes, media: str, path: str) -> None:
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    target.strike("POST", path, raw, media=media or None)


@fuzz
@given(
    path=st.one_of(
        st.text(max_size=40),
        st.lists(
            st.sampled_from(
                [
                    "Tickets",
                    "7673",
                    "Notes",
                    "query",
                    "next",
                    "count",
                    "entityInformation",
                    "fields",
                    "Attachments",
                    "..",
                    "%2f",
                    "-1",
                    "é",
                ]
            ),
            max_size=5,
        ).map("/".join),
    ),
    verb=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]),
)
def test_addresses(target: Target, path: str, verb: str) -> None:
    path = path.replace("#", "").replace("\r", "").replace("\n", "").lstrip("/").encode("utf-8", "ignore").decode()
    if "://" not in path and ":" not in path.partition("/")[0]:
        done = target.rest.post.http(
            verb=verb, path=f"/ATServicesRest/V1.0/{path.partition('?')[0]}", media=None, login=None
        )
        assert done.status in (*STATUSES, 401)
        assert target.rest.post.last.outcome in ("ok", "refused", "unsupported")
