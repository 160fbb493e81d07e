"""Tenants: the vendor's customers inside one installation, and the credentials by which calls are theirs."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from mockservers.kernel.dialects import Dialect


@dataclass(slots=True)
class Tenant:
    """One customer of the vendor. `facts` holds what only that vendor knows of a tenant (host, custom fields ...)."""

    name: str
    dialect: Dialect
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Credential:
    """Something that lets a call in. Instants in microseconds UTC; None means never.

    `kind` is the vendor's word (`AuthCode`, `key`, `user` ...); `facts` holds what belongs to it, such as a user's name
    under `user`.
    """

    id: str
    kind: str
    secret: str
    tenant: str
    expires: int | None = None
    revoked: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def valid(self, now: int) -> bool:
        return (self.expires is None or now < self.expires) and (self.revoked is None or now < self.revoked)


class Tenants:
    """The tenants and credentials of one installation.

    A key or token is found by the secret alone, so no two of a kind can be alike. Credentials of the kinds in `named`
    are passwords: a vendor finds the user by name and compares, so two users may have the same one.
    """

    def __init__(self, named: Iterable[str] = ()) -> None:
        self._named = frozenset(named)
        self._tenants: dict[str, Tenant] = {}
        self._credentials: dict[str, Credential] = {}
        self._by_secret: dict[tuple[str, str], Credential] = {}
        """Those that are found by the secret alone."""
        self._count = 0

    def __iter__(self) -> Iterator[Tenant]:
        return iter(self._tenants.values())

    def __getitem__(self, name: str) -> Tenant:
        try:
            return self._tenants[name]
        except KeyError:
            raise ValueError(f"there is no tenant {name!r}; there are {', '.join(self._tenants) or 'none'}") from None

    def __contains__(self, name: str) -> bool:
        return name in self._tenants

    @property
    def first(self) -> Tenant:
        """The tenant that was made first; every installation has one."""
        return next(iter(self._tenants.values()))

    @property
    def credentials(self) -> list[Credential]:
        return list(self._credentials.values())

    @property
    def secrets(self) -> list[str]:
        return list(dict.fromkeys(credential.secret for credential in self._credentials.values()))

    def add(self, tenant: Tenant) -> Tenant:
        if tenant.name in self._tenants:
            raise ValueError(f"there is a tenant {tenant.name!r} already")
        self._tenants[tenant.name] = tenant
        return tenant

    def grant(
        self, tenant: str, kind: str, secret: str, expires: int | None = None, facts: dict[str, Any] | None = None
    ) -> Credential:
        """Add a credential; one that is in use already is refused, since a call must belong to one tenant."""
        self[tenant]
        if not secret:
            raise ValueError("a credential cannot be empty")
        credential = Credential(f"c{self._count + 1}", kind, secret, tenant, expires, None, facts or {})
        if (kind, secret) in self._by_secret:
            raise ValueError(f"this {kind} is in use already, and calls are told apart by it alone: choose another")
        if kind in self._named and any(_same_user(credential, each) for each in self._credentials.values()):
            raise ValueError(
                f"this {kind} is in use already: the same name in facts ('user') with the same secret; "
                "choose another name or secret"
            )
        self._count += 1
        self._keep(credential)
        return credential

    def _keep(self, credential: Credential) -> None:
        self._credentials[credential.id] = credential
        if credential.kind not in self._named:
            self._by_secret[credential.kind, credential.secret] = credential

    def credential(self, credential_id: str) -> Credential:
        try:
            return self._credentials[credential_id]
        except KeyError:
            raise ValueError(f"there is no credential {credential_id!r}") from None

    def find(self, kind: str, secret: str, now: int) -> Credential | None:
        """The key or token presented by a call, if it is known and valid at `now`; passwords are not found so."""
        credential = self._by_secret.get((kind, secret))
        return credential if credential is not None and credential.valid(now) else None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Take back what is done to tenants and credentials inside, if it ends in an exception."""
        tenants = [(each, each.dialect) for each in self]
        credentials = [(each, each.revoked, each.expires) for each in self.credentials]
        # As bytes, of which copies are made where they are needed, and hardly ever are.
        facts = pickle.dumps([*(each.facts for each, _ in tenants), *(each.facts for each, *_ in credentials)])
        count = self._count
        try:
            yield
        except BaseException:
            self._tenants = {each.name: each for each, _ in tenants}
            self._credentials, self._by_secret = {}, {}
            for each, *_ in credentials:
                self._keep(each)
            self._count = count
            known = iter(pickle.loads(facts))  # noqa: S301 - our own bytes, of a moment ago
            for tenant, dialect in tenants:
                tenant.dialect, tenant.facts = dialect, next(known)
            for credential, revoked, expires in credentials:
                credential.revoked, credential.expires, credential.facts = revoked, expires, next(known)
            raise

    def dump(self) -> dict[str, Any]:
        return {
            "count": self._count,
            "tenants": [{"name": t.name, "dialect": t.dialect.changes(), "facts": t.facts} for t in self],
            "credentials": [asdict(credential) for credential in self.credentials],
        }

    def load(self, state: dict[str, Any], base: Dialect) -> None:
        self.__init__(self._named)  # type: ignore[misc]
        for raw in state["tenants"]:
            self.add(Tenant(raw["name"], base.with_(raw["dialect"]), raw["facts"]))
        for raw in state["credentials"]:
            self._keep(Credential(**raw))
        self._count = state["count"]


def _same_user(one: Credential, other: Credential) -> bool:
    """Whether two passwords let the same user in; letter case tells no users apart, since most vendors ignore it."""
    names = [str(each.facts.get("user", "")).strip().casefold() for each in (one, other)]
    return (one.kind, one.secret) == (other.kind, other.secret) and names[0] == names[1]
