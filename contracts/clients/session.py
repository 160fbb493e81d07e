"""Glue: lets a Python client speak the session carrier, JSON Lines on stdin and stdout.

A class for the callable carrier becomes a program with `serve(MyClient)`. Print to stderr, never to stdout.
"""

import inspect
import json
import sys


class Ask:
    """The virtual time, asked of the harness while a task runs."""

    def now(self):
        return self._ask({"ask": "now"})

    def sleep(self, seconds):
        return self._ask({"ask": "sleep", "seconds": seconds})

    def _ask(self, question):
        print(json.dumps(question), flush=True)
        return json.loads(sys.stdin.readline())["answer"]


def serve(make):
    """Answer every message with the method of its name, until `bye` or the end of the input."""
    given = {"ask": Ask()} if "ask" in inspect.signature(make).parameters else {}
    client = make(**given)
    while line := sys.stdin.readline():
        message = json.loads(line)
        number, do = message.pop("id"), message.pop("do")
        try:
            if do in ("reset", "bye"):
                client.bye()
                client = make(**given)
            answer = {"ok": getattr(client, do)(**message) if do != "bye" else None}
        except Exception as error:
            kind = getattr(error, "kind", "transport" if isinstance(error, OSError) else "client")
            answer = {"error": {"kind": kind, "message": str(error)}}
        print(json.dumps({"id": number, **answer}), flush=True)
        if do == "bye":
            return
