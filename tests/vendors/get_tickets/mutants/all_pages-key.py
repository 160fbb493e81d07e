"""The key is put into the address as it is, and what follows its first sign is another variable."""

import requests

from mockservers.harness.clients import reference

RULES = ("get_tickets.key.letters",)


class Client(reference("get_tickets")):
    def get(self, **variables):
        asked = "&".join(f"{name}={value}" for name, value in variables.items())
        try:
            return self.http.get(f"{self.endpoint}?key={self.key}&action=get_tickets&{asked}", timeout=30)
        except requests.RequestException as error:
            raise OSError(type(error).__name__) from None
