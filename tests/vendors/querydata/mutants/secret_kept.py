"""The AuthCode is put into the address as well."""

from mockservers.harness.clients import reference


class Client(reference("querydata")):
    def reset(self, endpoint, credentials, **rest):
        super().reset(endpoint=f"{endpoint}?code={credentials['AuthCode']}", credentials=credentials, **rest)
