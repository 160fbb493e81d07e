"""Lists the files of a solution anew only when the solution was rewritten: its Last Modified does not tell of files."""

from mockservers.harness.clients import reference

RULES = ("trackit.attachment.lists",)
LAST_MODIFIED = "2"


class Client(reference("trackit", "solutions")):
    def reset(self, **given):
        super().reset(**given)
        self.listed = {}

    def files(self, number):
        answer = super().get(f"solutions/{number}")
        at = None if answer is None else str(answer["Solution"].get(LAST_MODIFIED))
        if self.listed.get(number, (None, []))[0] != at or at is None:
            self.listed[number] = at, super().files(number)
        return self.listed[number][1]
