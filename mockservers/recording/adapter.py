"""What recording must know of one vendor: one `Adapter` a vendor, in a module of its name, all of the same shape.

Facts about the vendor's wire only: nothing here is taken from its semantics or its wire.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from mockservers import registry
from mockservers.kernel.dialects import Dialect
from mockservers.recording.exchanges import Recorded
from mockservers.recording.leaves import Node

SECRETS: Mapping[str, str] = {
    "password": "password",
    "passwd": "password",
    "pwd": "password",
    "passphrase": "password",
    "secret": "secret",
    "client_secret": "secret",
    "clientsecret": "secret",
    "token": "token",
    "access_token": "token",
    "accesstoken": "token",
    "refresh_token": "token",
    "id_token": "token",
    "api_key": "key",
    "apikey": "key",
    "api-key": "key",
    "x-api-key": "key",
}
"""Names, in lower case, whose values are secrets wherever they stand, and of which kind."""


class Told(dict[str, str]):
    """A text that a vendor translates, as answers told it: by the code of each language, and as it is kept under RAW."""


RAW = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as an answer tells it, in the form that the vendor's `import` takes.

    `born` is when it came to be and `changed` when it last changed, where the answer tells; instants.
    """

    kind: str
    id: str
    fields: Mapping[str, Any]
    born: int | None = None
    changed: int | None = None


def nothing_seen(exchange: Recorded, dialect: Dialect) -> Iterable[Seen]:
    """An answer that tells of no record."""
    return ()


@dataclass(frozen=True)
class Adapter:
    """One vendor's traffic.

    `secrets` are further names (of headers, query variables, form fields, JSON keys, XML elements and attributes, in lower
    case) with the kind of secret that their value is. `query_secrets` are secrets in addresses only, where the name is too
    common to be searched for elsewhere. `headers` of a request are part of what it means. With `fold_names` the case of
    query variables says nothing. `people` are names of fields that tell of people: `name`, `company`, `email` or `phone`.

    `seen` are the records that an answer tells. `writes` tells whether a request changes something, `refused` whether an
    answer turned the caller away. `ids` are the names of leaves that identify an item of a list (`identity` finds it where
    that does not say it), `generated` patterns of places whose values a server makes up. `credentials` turns the
    emulator's demo credential into what stands for each kind of secret; `logins` are names of form fields and headers that
    say who logs in, each with the part of the demo credential put there instead. `touched` are the ids of records that a request
    changes, where its answer does not tell them as records. `guesses` are values of free switches that an answer hints at.
    """

    vendor: str
    secrets: Mapping[str, str] = field(default_factory=dict)
    query_secrets: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    fold_names: bool = False
    seen: Callable[[Recorded, Dialect], Iterable[Seen]] = nothing_seen
    writes: Callable[[Recorded], bool] = lambda exchange: exchange.method not in ("GET", "HEAD", "OPTIONS")
    refused: Callable[[Recorded], bool] = lambda exchange: exchange.status in (401, 403)
    ids: tuple[str, ...] = ("id",)
    identity: Callable[[Node], str | None] = lambda node: None
    generated: tuple[str, ...] = ()
    credentials: Callable[[Mapping[str, str]], Mapping[str, str]] = dict
    logins: Mapping[str, str] = field(default_factory=dict)
    touched: Callable[[Recorded], Iterable[str]] = lambda exchange: ()
    guesses: Callable[[Recorded], Iterable[tuple[str, str]]] = lambda exchange: ()


@cache
def adapter(vendor: str) -> Adapter:
    """The adapter of a vendor; raises ValueError for one that has none."""
    found: Adapter = registry.vendor(vendor).module("recording").ADAPTER
    return found
