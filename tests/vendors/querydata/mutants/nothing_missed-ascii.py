"""What is not ASCII in the AuthCode is sent as a question mark."""

from mockservers.harness.clients import reference

RULES = ("querydata.auth.letters",)


class Client(reference("querydata")):
    def reset(self, **message):
        super().reset(**message)
        self.code = self.code.encode("ascii", "replace").decode()
