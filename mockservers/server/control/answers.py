"""What the control API answers when all is well, for its OpenAPI document: clients made from it are typed.

Answers are built where they are told; tests hold each of them against these models. Knows no Flask.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from mockservers.kernel.operations import Actor
from mockservers.server.control.models import Outcome

Mode = Literal["real", "frozen", "scaled"]
Certainty = Literal["certain", "documented", "captured", "reported", "inferred", "assumption"]


class Detail(BaseModel):
    field: str
    message: str


class Error(BaseModel):
    """Every answer that is not a success: what happened, and for wrong input each field with what is wrong in it."""

    error: str
    details: list[Detail] = []


# --- worlds, clocks, faults -------------------------------------------------------------------------------------------


class Health(BaseModel):
    status: Literal["ok"]
    worlds: int


class Fact(BaseModel):
    name: str
    kind: str = Field(description="of the credentials that it belongs to")
    says: str
    needed: bool


class Vendor(BaseModel):
    name: str
    title: str
    address: str = Field(description="what a client is configured with")
    description: str | None = Field(description="the address of the WSDL or OpenAPI document")
    demo_credential: dict[str, str] = Field(description="by the vendor's own words")
    recipes: list[str]
    dialects: list[str]
    operations: list[str] = Field(description="of clients")
    records: list[str] = Field(description="what other people do")
    refusals: list[str] = Field(description="those a fault may ask for")
    credential_kinds: list[str]
    actions: dict[str, str] = Field(description="on a record: what each does and takes")
    administrator: dict[str, str] = Field(description="the same on the record `customer`")
    facts: list[Fact] = Field(description="of whoever a credential lets in")


class Vendors(BaseModel):
    vendors: list[Vendor]


class Clock(BaseModel):
    now: datetime
    mode: Mode
    rate: float = Field(description="virtual seconds in one of the machine's")


class VendorOfWorld(BaseModel):
    opened: bool
    data: str
    dialect: dict[str, Any] = Field(description="switches that are not at their default")


class JournalSize(BaseModel):
    count: int = Field(description="calls ever journalled; also the number of the latest")
    kept: int
    dropped: int


class World(BaseModel):
    name: str
    seed: int
    clock: Clock
    lively: bool
    vendors: dict[str, VendorOfWorld]
    faults: int
    journal: JournalSize
    checkpoints: list[str]


class Worlds(BaseModel):
    worlds: list[World]


class Deleted(BaseModel):
    deleted: str = Field(description="the name")


class Setting(BaseModel):
    default: str | float
    says: str
    low: float | None
    high: float | None


class FaultKind(BaseModel):
    name: str
    point: str = Field(description="where in a call's life it strikes")
    says: str
    settings: dict[str, Setting]


class FaultKinds(BaseModel):
    kinds: list[FaultKind]


class Fault(BaseModel):
    id: str
    kind: str
    point: str
    settings: dict[str, Any]
    vendor: str | None
    operation: str | None
    actor: str
    skip: int
    times: int | None
    until: datetime | None
    seen: int
    hits: int
    spent: bool


class Faults(BaseModel):
    faults: list[Fault]


class Cleared(BaseModel):
    cleared: int = Field(description="how many there were")


# --- tenants ----------------------------------------------------------------------------------------------------------


class Tenant(BaseModel):
    name: str
    first: bool
    dialect: dict[str, Any]
    credentials: int


class Tenants(BaseModel):
    tenants: list[Tenant]


class Credential(BaseModel):
    id: str
    tenant: str
    kind: str
    secret: str = Field(description="told once, where it was made; otherwise ***")
    valid: bool
    expires: datetime | None
    revoked: datetime | None


class Credentials(BaseModel):
    credentials: list[Credential]


class Switch(BaseModel):
    name: str
    value: Any
    default: Any
    takes: Any
    scope: str
    why: str


class Dialect(BaseModel):
    vendor: str
    tenant: str | None
    named: list[str]
    changes: dict[str, Any]
    switches: list[Switch]


# --- records ----------------------------------------------------------------------------------------------------------


class Record(BaseModel):
    """The truth about one record; a vendor may tell more of it."""

    model_config = ConfigDict(extra="allow")
    id: str
    exists: bool
    fields: dict[str, Any]


class Records(BaseModel):
    model_config = ConfigDict(extra="allow")
    records: list[Record]


# --- what was recorded ------------------------------------------------------------------------------------------------


class Cited(BaseModel):
    """A rule with its sentence, source and certainty; these are null for a rule of another version."""

    rule: str
    says: str | None
    source: str | None
    certainty: Certainty | None


class Note(BaseModel):
    rule: str
    text: str
    facts: dict[str, Any]


class Request(BaseModel):
    method: str
    target: str
    headers: list[list[str]]
    body: str
    encoding: Literal["utf-8", "base64"]
    remote: str


class Answer(BaseModel):
    status: int | None
    headers: list[list[str]]
    body: str
    encoding: Literal["utf-8", "base64"]


class Exchange(BaseModel):
    request: Request
    answer: Answer
    cut: bool = Field(description="a body was longer than what is kept")
    delay: float
    left_out: bool = Field(False, description="a part could not be searched for secrets, and is not kept")


class Entry(BaseModel):
    n: int
    at: datetime = Field(description="in the world's time")
    wall: datetime = Field(description="in the machine's time")
    vendor: str | None
    operation: str | None
    actor: Actor
    tenant: str | None
    request_id: str = Field(description="the request's X-Request-Id, or world and number where it has no sane one")
    outcome: Outcome
    override: str | None = Field(description="the id of the override that answered")
    refusal: str | None
    refused_by: Cited | None
    rules: list[str]
    findings: list[Note]
    faults: list[str]
    request: Any = Field(description="of other people's acts")
    result: Any
    error: str | None
    exchange: Exchange | None = None


class Journal(BaseModel):
    entries: list[Entry]
    next: int = Field(description="what `since` must be for the next page")
    more: bool
    matched: int = Field(description="calls that the filters let through")
    of: int = Field(description="calls that are kept after `since`")
    count: int = Field(description="calls ever journalled; also the number of the latest")
    dropped: int


class JudgedDuty(BaseModel):
    """A duty that was judged by requests and answers alone."""

    id: str
    severity: str
    verdict: str
    says: str
    breaches: list[str] = Field(description="the first three")
    rules: list[str] = Field(description="those that a broken duty rests on")
    needs: str = Field(description="what would put an unproven duty to the test")


class Limit(BaseModel):
    peak: float | None = Field(description="the largest share of the vendor's limit; 1.0 is all of it")
    throttled: int
    latency_seconds: float


class FailedRequests(BaseModel):
    """Requests that failed one after the other. `until` is null while they still do."""

    model_config = ConfigDict(populate_by_name=True)

    begun: datetime = Field(alias="from")
    until: datetime | None
    requests: int
    most_in_a_minute: int


class MissedChange(BaseModel):
    ticket: str
    what: str
    at: datetime


class Coverage(BaseModel):
    """Changes at the vendor, and which of them an answer told to the client."""

    changes: int
    told: int
    missed: int
    waiting: int
    unknown: int
    deleted: int
    staleness_p95_seconds: float | None
    first_missed: list[MissedChange]


class ObservedClient(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    vendor: str
    passed: bool
    failed: bool
    reasons: list[str]
    begun: datetime = Field(alias="from")
    until: datetime
    requests: int
    judged: int
    not_kept: int
    operations: dict[str, int]
    outcomes: dict[str, int]
    duties: list[JudgedDuty]
    limit: Limit
    heavy_in_live_hours: int
    failures: list[FailedRequests]
    coverage: Coverage


class Observation(BaseModel):
    world: str
    passed: bool
    failed: bool
    vendors: dict[str, ObservedClient]


class Deed(BaseModel):
    at: datetime
    operation: str
    request: Any


class Course(BaseModel):
    count: int
    days_passed_over: int
    latest: list[Deed]


class Life(BaseModel):
    lively: bool
    vendors: dict[str, Course]


class Finding(BaseModel):
    call: int
    at: datetime
    vendor: str
    operation: str | None
    rule: str
    text: str
    facts: dict[str, Any]
    says: str | None
    source: str | None
    certainty: Certainty | None


class Findings(BaseModel):
    findings: list[Finding]
    next: int
    more: bool
    omitted: int = Field(0, description="findings of one call that are too many for a page")


class Rule(BaseModel):
    id: str
    vendor: str
    says: str
    certainty: Certainty
    source: str
    switch: str | None
    always: bool
    statements: list[str]


class Rules(BaseModel):
    rules: list[Rule]


class UsageOfCall(BaseModel):
    n: int
    at: datetime
    share: float = Field(description="of the vendor's limit; 1.0 is all of it")
    throttled: bool


class Usage(BaseModel):
    vendor: str
    limited: bool = Field(description="whether a limit of this vendor is known")
    calls: list[UsageOfCall]


class Report(BaseModel):
    name: str
    title: str
    written: datetime
    size: int


class Reports(BaseModel):
    folder: str | None = Field(description="null: the server was given none")
    reports: list[Report]


# --- assertions -------------------------------------------------------------------------------------------------------


class Override(BaseModel):
    id: str
    match: dict[str, Any]
    status: int | None = Field(description="null: the emulator's")
    headers: list[list[str]]
    body: str
    patch: dict[str, Any] | None
    skip: int
    times: int | None
    seen: int
    hits: int
    spent: bool


class Overrides(BaseModel):
    overrides: list[Override]


class Step(BaseModel):
    says: str
    expected: str = Field(description="how many, in words")
    ok: bool | None = Field(description="null: not looked at, since a step before it failed")
    count: int
    calls: list[int] = Field(description="their numbers in the journal")


class CallInShort(BaseModel):
    n: int
    at: datetime
    vendor: str | None
    operation: str | None
    actor: Actor
    tenant: str | None
    outcome: Outcome
    refusal: str | None
    status: int | None
    method: str | None
    target: str | None


class Difference(BaseModel):
    place: str
    wanted: Any
    got: Any = Field(description="null also where there is nothing")
    there: bool = Field(description="whether there was a value at all")
    says: str


class NearMiss(BaseModel):
    call: CallInShort
    differences: list[Difference]


class Verdict(BaseModel):
    ok: bool
    says: str = Field(description="in words for people, several lines for a miss")
    count: int = Field(description="calls that are as expected, of the first step")
    of: int = Field(description="calls that were looked at")
    dropped: int
    steps: list[Step]
    nearest: list[NearMiss]
