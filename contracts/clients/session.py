"""Glue: `serve(MyClient)` makes a class for the callable carrier a program that speaks JSON Lines: --client 'python x.py'.

Methods are named like the tasks; `hello` and `bye` are optional. `ask`, if the constructor takes it, knows the virtual time."""

import inspect
import json
import os
import sys

TASKS = ("sync", "mirror", "create", "update", "note", "close")
told, sys.stdout = os.fdopen(os.dup(1), "w"), sys.stderr
os.dup2(2, 1)  # stdout is the protocol's alone, of programs that the client starts too


class Ask:
    def now(self, **more):
        print(json.dumps({"ask": "now", **more}), file=told, flush=True)
        return json.loads(sys.stdin.readline())["answer"]

    def sleep(self, seconds):
        return self.now(ask="sleep", seconds=seconds)


def serve(make):
    if not callable(make):
        raise TypeError("serve takes what makes a client: serve(Client), not serve(Client())")
    given = {"ask": Ask()} if "ask" in inspect.signature(make).parameters else {}
    client = make(**given)
    for line in iter(sys.stdin.readline, ""):
        message = json.loads(line)
        number, do = message.pop("id"), message.pop("do")
        try:
            if do == "reset":
                getattr(client, "bye", lambda: None)()
                client = make(**given)
            if not hasattr(client, do) and do not in ("hello", "bye"):
                raise TypeError(f"the client has no method {do!r}; methods are named like the tasks of the protocol")
            ok = getattr(client, do)(**message) if hasattr(client, do) else None
            if do == "hello" and isinstance(ok or {}, dict) and (ok or {}).get("tasks") is None:
                ok = {**(ok or {}), "tasks": [task for task in TASKS if hasattr(client, task)]}
            answer = {"ok": {"records": ok} if do == "mirror" and isinstance(ok, list) else ok}
        except Exception as error:
            kinds = getattr(error, "kind", ""), "transport" if isinstance(error, OSError) else "client"
            kind = kinds[kinds[0] not in ("refused", "transport", "client")]
            answer = {"error": {"kind": kind, "message": f"{type(error).__name__}: {error}"}}
        print(json.dumps({"id": number, **answer}), file=told, flush=True)
        if do == "bye":
            break
