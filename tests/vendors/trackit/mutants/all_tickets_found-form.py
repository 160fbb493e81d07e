"""Puts the form of its login together by hand, and so fails where the password has a sign that means something there."""

from mockservers.harness.clients import reference

RULES = ("trackit.token.letters", "trackit.token.form")


class Client(reference("trackit")):
    def grant(self, **form):
        body = "&".join(f"{name}={value}" for name, value in form.items())
        return self.judge(self.request("POST", "token", data=body.encode()))
