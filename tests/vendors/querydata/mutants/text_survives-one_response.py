"""Of each member one response is kept."""

from mockservers.harness.clients import reference

RULES = ("querydata.details.content",)


class Client(reference("querydata", "parallel")):
    def fields(self, told):
        fields = super().fields(told)
        return {**fields, "Responses": list({each["MemberCode"]: each for each in fields["Responses"]}.values())}
