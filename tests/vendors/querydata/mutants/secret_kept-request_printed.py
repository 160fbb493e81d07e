"""Each request is printed as it is sent."""

from mockservers.harness.clients import reference

RULES = ("querydata.auth.every_call",)


class Client(reference("querydata")):
    def reset(self, **message):
        super().reset(**message)
        self.http.hooks["response"].append(lambda answer, **_: print(answer.request.body))
