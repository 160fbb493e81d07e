"""The published form of HAR 1.2 (https://w3c.github.io/web-performance/specs/HAR/Overview.html), as strict models.

Names that begin with an underscore are an application's own; any other name that the specification does not know is wrong.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class Part(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)
    comment: str = ""

    @model_validator(mode="after")
    def _own_names_are_marked(self) -> Part:
        for name in self.__pydantic_extra__ or {}:
            assert name.startswith("_"), f"{type(self).__name__} has no {name}"
        return self


class Named(Part):
    name: str
    value: str


class Cookie(Named):
    path: str = ""
    domain: str = ""
    expires: str = ""
    httpOnly: bool = False
    secure: bool = False


class Param(Part):
    name: str
    value: str = ""
    fileName: str = ""
    contentType: str = ""


class PostData(Part):
    mimeType: str
    params: list[Param] = []
    text: str = ""


class Request(Part):
    method: str = Field(min_length=1)
    url: str = Field(pattern=r"^https?://[^/]+/")
    httpVersion: str
    cookies: list[Cookie]
    headers: list[Named]
    queryString: list[Named]
    postData: PostData | None = None
    headersSize: int = Field(ge=-1)
    bodySize: int = Field(ge=-1)


class Content(Part):
    size: int = Field(ge=0)
    compression: int = 0
    mimeType: str = Field(min_length=1)
    text: str = ""
    encoding: str = ""


class Response(Part):
    status: int = Field(ge=0, le=999)
    statusText: str
    httpVersion: str
    cookies: list[Cookie]
    headers: list[Named]
    content: Content
    redirectURL: str
    headersSize: int = Field(ge=-1)
    bodySize: int = Field(ge=-1)


class Timings(Part):
    blocked: float = -1
    dns: float = -1
    connect: float = -1
    send: float = Field(ge=0)
    wait: float = Field(ge=0)
    receive: float = Field(ge=0)
    ssl: float = -1


class Cache(Part):
    beforeRequest: Any = None
    afterRequest: Any = None


class Entry(Part):
    pageref: str = ""
    startedDateTime: str
    time: float = Field(ge=0)
    request: Request
    response: Response
    cache: Cache
    timings: Timings
    serverIPAddress: str = ""
    connection: str = ""

    @field_validator("startedDateTime")
    @classmethod
    def _is_iso_with_an_offset(cls, value: str) -> str:
        assert datetime.fromisoformat(value).tzinfo is not None
        return value

    @model_validator(mode="after")
    def _time_is_the_sum(self) -> Entry:
        parts = (self.timings.send, self.timings.wait, self.timings.receive)
        assert abs(self.time - sum(parts)) < 1
        return self


class Creator(Part):
    name: str
    version: str


class Log(Part):
    version: str = Field(pattern=r"^1\.2$")
    creator: Creator
    browser: Creator | None = None
    pages: list[Any] = []
    entries: list[Entry]


class Har(Part):
    log: Log


def check(text: str) -> Har:
    """The file as the specification has it; raises ValidationError where it is not."""
    return Har.model_validate_json(text)
