"""Pseudonyms in recordings: names, e-mails and phones, replaced by invented ones, the same for the same all through.

Who is real is learned from the fields that a vendor's adapter names; e-mails are known by their form, wherever they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256

from mockservers.recording import fields as trees
from mockservers.recording.stand_ins import StandIns

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._+-])(?P<before>[._+-]*+)"
    r"(?P<email>[A-Za-z0-9][A-Za-z0-9._+-]*+(?P<at>@|%40)[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)++)"
)
OURS = "@people.example"


class Pseudonyms:
    """The invented people of one recording; `fields` tells which fields hold a `name`, `company`, `email` or `phone`."""

    def __init__(self, fields: Mapping[str, str], seed: int = 1) -> None:
        from faker import Faker

        self.fields = {name.lower(): kind for name, kind in fields.items()}
        self._faker = Faker("en_US")
        self._seed = seed
        self._known: dict[tuple[str, str], str] = {}
        self._used: set[str] = set()
        self._everywhere = StandIns()

    @property
    def known(self) -> int:
        """How many people are known."""
        return len(self._everywhere)

    def learn(self, text: str, media: str = "") -> None:
        """Take note of the people that a tree's fields tell of."""
        for kind, told, how in trees.named(text, self.fields, media) or ():
            value = told.strip()
            if how != "text" or kind == "email" or len(value) < 4 or value in self._used:
                continue  # e-mails are known by their form
            self._everywhere.add(value, self.invented(kind, value))

    def invented(self, kind: str, value: str) -> str:
        """What stands for a value: the same whenever it comes, and nobody else's."""
        key = (kind, value.casefold() if kind == "email" else value)
        if key not in self._known:
            digest = sha256(f"{self._seed}/{kind}/{key[1]}".encode("utf-8", "surrogatepass")).digest()
            self._faker.seed_instance(int.from_bytes(digest[:8], "big"))
            made = self._make(kind)
            while made in self._used:
                made = self._make(kind)
            self._used.add(made)
            self._known[key] = made
        return self._known[key]

    def _make(self, kind: str) -> str:
        if kind == "phone":
            return self._faker.numerify("555-01##-####")
        if kind == "company":
            return re.sub(r"[^A-Za-z ]", "", self._faker.company())
        name = f"{self._faker.first_name()} {self._faker.last_name()}"
        return name if kind == "name" else f"{name.replace(' ', '.').lower()}{self._faker.numerify('##')}{OURS}"

    def replace(self, text: str) -> str:
        """A text with everybody replaced who is known by now. Raises TooOdd for one that cannot be searched."""
        text = self._everywhere.replace(text)
        if "@" in text or "%40" in text:
            text = _EMAIL.sub(self._email, text)
        return text

    def _email(self, found: re.Match[str]) -> str:
        value = found["email"].replace("%40", "@")
        if value.endswith(OURS):
            return found[0]
        return found["before"] + self.invented("email", value).replace("@", found["at"])
