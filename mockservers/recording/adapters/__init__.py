"""What recording must know of one vendor: one `Adapter` a vendor, in a module of its name, all of the same shape.

Facts about the vendor's wire only: nothing here is taken from its semantics or its wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module

SECRETS: Mapping[str, str] = {
    "password": "password", "passwd": "password", "pwd": "password", "passphrase": "password",
    "secret": "secret", "client_secret": "secret", "clientsecret": "secret",
    "token": "token", "access_token": "token", "accesstoken": "token", "refresh_token": "token", "id_token": "token",
    "api_key": "key", "apikey": "key", "api-key": "key", "x-api-key": "key",
}  # fmt: skip
"""Names, in lower case, whose values are secrets wherever they stand, and of which kind."""


@dataclass(frozen=True)
class Adapter:
    """One vendor's traffic.

    `secrets` are further names (of headers, query variables, form fields, JSON keys, XML elements and attributes, in lower
    case) with the kind of secret that their value is. `query_secrets` are secrets in addresses only, where the name is too
    common to be searched for elsewhere. `headers` of a request are part of what it means. With `fold_names`
    the case of query variables says nothing. `people` are names of fields that tell of people: `name`, `email` or `phone`.
    """

    vendor: str
    secrets: Mapping[str, str] = field(default_factory=dict)
    query_secrets: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    fold_names: bool = False


@cache
def adapter(vendor: str) -> Adapter:
    """The adapter of a vendor; raises ValueError for one that has none."""
    try:
        found: Adapter = import_module(f"{__name__}.{vendor}").ADAPTER
    except ModuleNotFoundError as error:
        raise ValueError(f"recordings of {vendor!r} are not understood yet") from error
    return found
