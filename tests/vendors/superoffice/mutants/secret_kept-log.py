"""Logs the form by which it renews its login."""

from urllib.parse import urlencode

from mockservers.harness.clients import reference

RULES = ("superoffice.auth.shapes", "superoffice.auth.app_token")


class Client(reference("superoffice")):
    def post(self, verb, address, **request):
        if "data" in request:
            print("POST", address, urlencode(request["data"]))
        return super().post(verb, address, **request)
