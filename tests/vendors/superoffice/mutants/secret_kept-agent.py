"""Tells servers in its User-Agent by which login it comes."""

from mockservers.harness.clients import reference

RULES = ("superoffice.auth.schemes",)


class Client(reference("superoffice")):
    def send(self, verb, path, **request):
        return super().send(verb, path, headers={"User-Agent": f"sync/1.0 ({self.token})"}, **request)
