"""Autotask's REST service by bytes: requests sent through the wire without a socket, answers as plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from mockservers.kernel.journal import Exchange
from tests.vendors.autotask.post import CODE, PASSWORD, USER, Post

ROOT = "/ATServicesRest/V1.0/"
LOGIN = {"UserName": USER, "Secret": PASSWORD, "ApiIntegrationCode": CODE}
ALL = {"filter": [{"op": "gte", "field": "id", "value": 0}]}


class Rest:
    """The REST service of the world of a `Post`."""

    def __init__(self, post: Post, login: Mapping[str, str] = LOGIN) -> None:
        self.post, self.login = post, login

    def send(
        self,
        verb: str,
        path: str,
        body: Any = None,
        *,
        login: Mapping[str, str] | None = None,
        media: str | None = "application/json",
        **more: Any,
    ) -> Exchange:
        """One request; `path` is below V1.0, or an address that the service gave."""
        parts = urlsplit(path)
        there = parts.path if parts.path.startswith("/") else ROOT + parts.path
        sent = body if isinstance(body, (str, bytes)) else "" if body is None else json.dumps(body)
        headers = list((self.login if login is None else login).items())
        return self.post.http(
            sent,
            verb=verb,
            path=there,
            query=quote(parts.query, safe="=&%+"),
            media=media if sent else None,
            login=None,
            headers=headers,
            **more,
        )

    def told(self, verb: str, path: str, body: Any = None, status: int = 200, **more: Any) -> Any:
        """The answer as JSON, which must have this status."""
        done = self.send(verb, path, body, **more)
        assert done.status == status, (done.status, done.reply_body[:1000])
        assert dict(done.reply_headers)["Content-Type"] == "application/json; charset=utf-8"
        return json.loads(done.reply_body)

    def found(self, resource: str, *conditions: Mapping[str, Any], **more: Any) -> list[dict[str, Any]]:
        """The records of a query, of its first page alone."""
        items: list[dict[str, Any]] = self.told("POST", f"{resource}/query", {"filter": list(conditions), **more})[
            "items"
        ]
        return items

    def item(self, path: str) -> Any:
        return self.told("GET", path)["item"]

    def made(self, path: str, **fields: Any) -> int:
        """The id of a record whose creation must go well."""
        return int(self.told("POST", path, fields)["itemId"])

    def errors(self, verb: str, path: str, body: Any = None, status: int = 500, **more: Any) -> list[str]:
        found: list[str] = self.told(verb, path, body, status, **more)["errors"]
        return found


def condition(field: str, op: str, value: Any = None, **more: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value, **more}
