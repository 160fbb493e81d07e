"""Every OpenAPI description that is served can be read by those who read them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from openapi_spec_validator import validate

import mockservers
from mockservers import registry

DESCRIPTIONS = {
    "the control API": "/_mock/v1/openapi.json",
    **{
        name: path
        for name in registry.names()
        if (path := registry.emulator(name).description) is not None and not path.lower().endswith("wsdl")
    },
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with mockservers.start(data="empty") as server:
        yield server.url


@pytest.mark.parametrize("whose", DESCRIPTIONS)
def test_a_served_description_is_valid(url: str, whose: str) -> None:
    document = requests.get(url + DESCRIPTIONS[whose], timeout=20).json()
    validate(document)
    assert None not in document.get("components", {}).values()
