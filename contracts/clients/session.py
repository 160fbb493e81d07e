"""Glue: `serve(MyClient)` makes a class for the callable carrier a program that speaks JSON Lines: --client 'python x.py'.

Its methods are named like the tasks; `ask`, if the constructor takes it, knows the virtual time. Print to stderr only.
"""

import inspect
import json
import sys

TASKS = ("sync", "mirror", "create", "update", "note", "close")


class Ask:
    def now(self, **more):
        print(json.dumps({"ask": "now", **more}), flush=True)
        return json.loads(sys.stdin.readline())["answer"]

    def sleep(self, seconds):
        return self.now(ask="sleep", seconds=seconds)


def serve(make):
    given = {"ask": Ask()} if "ask" in inspect.signature(make).parameters else {}
    client = make(**given)
    does = {"hello": lambda **_: {"tasks": [task for task in TASKS if hasattr(client, task)]}, "bye": lambda: None}
    for line in iter(sys.stdin.readline, ""):
        message = json.loads(line)
        number, do = message.pop("id"), message.pop("do")
        try:
            if do == "reset":
                getattr(client, "bye", does["bye"])()
                client = make(**given)
            ok = (getattr(client, do, None) or does[do])(**message)
            answer = {"ok": {"records": ok} if do == "mirror" and isinstance(ok, list) else ok}
        except Exception as error:
            kind = getattr(error, "kind", "transport" if isinstance(error, OSError) else "client")
            answer = {"error": {"kind": kind, "message": str(error)}}
        print(json.dumps({"id": number, **answer}), flush=True)
        if do == "bye":
            return
