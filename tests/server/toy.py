"""A vendor of a few lines, for tests of everything that is not a vendor: `/toy` echoes, `/toy/add` keeps what it is sent.

Its wire can be told by the query to misbehave as no real wire should.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

import sqlalchemy as sa

from mockservers.kernel.dialects import DialectFamily, Switch
from mockservers.kernel.installation import Installation
from mockservers.kernel.operations import Call, Context, Emulator, Operation, Recipe, operations
from mockservers.kernel.rules import Breakdown, Misuse, Refusal, Rule, RuleBook, Source, Unsupported
from mockservers.kernel.tenants import Tenant
from mockservers.kernel.world import WorldConfig, Worlds
from mockservers.registry import Mount
from mockservers.server.http import Server
from mockservers.wirekit.environ import EXCHANGE, WORLD

SOURCE = Source("toy page", "line 1", "documented", "2026-01-01")
RULES = {
    name: Rule(f"toy.{name}", says, SOURCE)
    for name, says in (
        ("access.key", "A call needs a key."),
        ("echo.same", "What is sent comes back."),
        ("echo.shout", "A careful client does not shout."),
        ("limit.busy", "A busy server refuses."),
    )
}
METADATA = sa.MetaData()
RECORDS = sa.Table(
    "records",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("tenant", sa.Text),
    sa.Column("word", sa.Text),
)


def refuse_key() -> Refusal:
    return Refusal("toy.access.key", "BAD_KEY")


def identify(ctx: Context) -> Tenant:
    key = ctx.call.request.get("key", "")
    ctx.secret(key)
    found = ctx.installation.tenants.find("key", key, ctx.now)
    if found is None:
        raise refuse_key()
    return ctx.installation.tenants[found.tenant]


def echo(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    ctx.cite("toy.echo.same")
    word = request.get("word", "")
    if word.isupper():
        ctx.note("toy.echo.shout", f"the word {word} shouts", key=request.get("key"))
    if "slow" in request:
        ctx.delay(float(request["slow"]))
    if word == "bug":
        raise ZeroDivisionError(f"a bug met the key {request['key']}")
    if word == "missing":
        raise Unsupported("this word")
    return {"word": word * int(request.get("times", "1")), "suffix": ctx.dialect["suffix"]}


def add(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    assert ctx.tenant is not None
    row = {"tenant": ctx.tenant.name, "word": request.get("word", "")}
    made = ctx.db.execute(sa.insert(RECORDS), [row])
    del made
    return {"count": ctx.db.execute(sa.select(sa.func.count()).select_from(RECORDS)).scalar_one()}


def _truth(ctx: Context, number: str) -> dict[str, Any]:
    if not number.isdecimal() or len(number) > 15:
        raise Misuse(f"{number!r} is not the id of a record")
    row = ctx.db.execute(sa.select(RECORDS).where(RECORDS.c.id == int(number))).one_or_none()
    if row is None:
        raise Misuse(f"there is no record {number}")
    return {"id": str(row.id), "exists": True, "fields": {"word": row.word}}


def create(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    assert ctx.tenant is not None
    word = request.get("fields", {}).get("word", f"word{ctx.installation.ids.number('word', 1, 999)}")
    if not isinstance(word, str):
        raise Misuse("word takes text")
    ctx.db.execute(sa.insert(RECORDS), [{"tenant": ctx.tenant.name, "word": word}])
    return _truth(ctx, str(ctx.db.execute(sa.select(sa.func.max(RECORDS.c.id))).scalar_one()))


def change(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    _truth(ctx, request["id"])
    for name, value in request["fields"].items():
        if name != "word" or not isinstance(value, str):
            raise Misuse(f"there is no field {name!r} with such a value")
    ctx.db.execute(sa.update(RECORDS).where(RECORDS.c.id == int(request["id"])).values(**request["fields"]))
    return _truth(ctx, request["id"])


def act(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    if request["action"] != "shout":
        raise Misuse(f"there is no action {request['action']!r}; there is shout")
    return change(ctx, {"id": request["id"], "fields": {"word": _truth(ctx, request["id"])["fields"]["word"].upper()}})


def delete(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    _truth(ctx, request["id"])
    ctx.db.execute(sa.delete(RECORDS).where(RECORDS.c.id == int(request["id"])))
    return {"id": request["id"], "exists": False, "fields": {}}


def read(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    return _truth(ctx, request["id"])


def listing(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    after = request.get("after", "0")
    if request.get("entity") not in (None, "word"):
        raise Misuse(f"there is no kind {request['entity']!r}; there is word")
    if not after.isdecimal() or len(after) > 15:
        raise Misuse(f"{after!r} is not the id of a record")
    rows = ctx.db.execute(
        sa.select(RECORDS.c.id).where(RECORDS.c.id > int(after)).order_by(RECORDS.c.id).limit(request.get("most", 100))
    )
    return {"records": [_truth(ctx, str(row.id)) for row in rows.all()]}


def seed(installation: Installation, recipe: Recipe, born: int, progress: Callable[[int, int], None]) -> None:
    for name, secret in (("demo", "demo-key-1"), ("other", "other-key-2")):
        installation.tenants.add(Tenant(name, installation.dialect))
        installation.tenants.grant(name, "key", secret)
    if recipe.name == "demo":
        with installation.store.transaction() as db:
            rows = [
                {"tenant": "demo", "word": f"w{installation.ids.number('seed', 1, 99)}"}
                for _ in range(recipe.rows or 3)
            ]
            db.execute(sa.insert(RECORDS), rows)


EMULATOR = Emulator(
    name="toy",
    title="Toy <vendor>",
    rules=RuleBook("toy", RULES.values()),
    dialects=DialectFamily(
        "toy",
        [
            Switch("suffix", "none", "tests want one", ("none", "dot")),
            Switch("gate", "open", "read before the caller is known", ("open", "shut"), scope="installation"),
            Switch("most", 5, "a number", check=lambda value: int(value), form="a whole number"),
        ],
        {"dotted": {"suffix": "dot"}, "shut": {"gate": "shut"}},
    ),
    metadata=METADATA,
    identify=identify,
    operations=operations(Operation("Echo", echo), Operation("Add", add)),
    admin_operations=operations(
        Operation("create", create),
        Operation("act", act),
        Operation("change", change),
        Operation("delete", delete),
        Operation("read", read),
        Operation("list", listing),
    ),
    recipes=("empty", "demo"),
    seed=seed,
    wire="tests.server.toy:application",
    refusals={"BAD_KEY": refuse_key, "BUSY": lambda: Refusal("toy.limit.busy", "BUSY")},
    credential_kinds=("key",),
    secret_patterns=(re.compile(r"[?&]key=([^&\s\"]*)"),),
    demo_credential={"key": "demo-key-1"},
    endpoint="/toy",
    description="/toy?help",
)

MOUNTS = (Mount(r"/toy(?:/.*)?", "/toy", "toy"),)


def emulator(name: str) -> Emulator:
    if name != "toy":
        raise ValueError(f"{name!r} is not a vendor")
    return EMULATOR


def worlds(config: Any = None) -> Worlds:
    return Worlds(emulator, config)


@contextmanager
def front(config: WorldConfig | None = None, host: str = "127.0.0.1", **options: Any) -> Iterator[Server]:
    """A front door with the toy behind it, started, and closed with all its worlds."""
    served = worlds(config)
    try:
        with Server(served, host, mounts=MOUNTS, **options) as door:
            yield door
    finally:
        served.close()


def application() -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        query = {name: values[-1] for name, values in parse_qs(environ["QUERY_STRING"], encoding="latin-1").items()}
        body = environ["wsgi.input"].read()
        head = [("Content-Type", "application/json")]
        if "help" in environ["QUERY_STRING"]:
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"help"]
        if query.get("wire") == "raise":
            raise RuntimeError(f"the wire broke over {query.get('key')}")
        if query.get("wire") == "silent":
            return [b"no start"]
        if query.get("wire") == "headers":
            shown = {name: value for name, value in environ.items() if isinstance(value, str)}
            start_response("200 OK", [*head, ("X-Odd", "caf\u00c3\u00a9")])
            return [json.dumps(shown).encode()]
        operation = "Add" if environ["PATH_INFO"].endswith("/add") else "Echo"
        if body:
            query.setdefault("word", body.decode("latin-1"))
        call = Call("toy", operation, query, exchange=environ[EXCHANGE])
        try:
            value, status = environ[WORLD].perform(call), "200 OK"
        except Refusal as refusal:
            value, status = {"refusal": refusal.kind}, "403 Forbidden"
        except Unsupported as missing:
            value, status = {"unsupported": str(missing)}, "501 Not Implemented"
        except Breakdown:
            value, status = {"error": "internal"}, "500 Internal Server Error"
        start_response(status, head)
        return [json.dumps(value).encode()]

    return wsgi
