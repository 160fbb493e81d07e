"""The AuthCode is put into the address as well."""

from mockservers.harness.clients import reference

RULES = ("querydata.auth.every_call",)


class Client(reference("querydata")):
    def reset(self, endpoint, credentials, **rest):
        super().reset(endpoint=f"{endpoint}?code={credentials['AuthCode']}", credentials=credentials, **rest)
