"""Sends the requestor's login beside the number, to be sure."""

from mockservers.harness.clients import reference

RULES = ("trackit.write.last_wins", "trackit.write.virtual")

LOGINS = {1: "JSMITH", 2: "ASMITH", 3: "JMUELLER"}


class Client(reference("trackit", "writer")):
    def write(self, key, path, body):
        given = body.get("Properties", {})
        if given.get("8") in LOGINS:
            body["Properties"] = {"36": LOGINS[given["8"]], **given}
        return super().write(key, path, body)
