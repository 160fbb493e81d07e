"""Takes people by their place in the answer, which has no place for who is not there, and each once."""

from mockservers.harness.clients import reference

RULES = ("superoffice.person.carrier",)


class Client(reference("superoffice", "people")):
    def emails(self, numbers):
        asked = [*numbers[::-1], *numbers]
        people = self.call("POST", "Agents/Person/GetPersonList", json=asked) if numbers else []
        return dict(zip(numbers, (each["Email"] for each in people), strict=False))
