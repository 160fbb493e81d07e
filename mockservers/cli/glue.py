"""`mockservers glue`: what there is for other languages, wherever the package is installed.

Glue makes a client one that the harness can drive; packages let tests steer the emulators.
"""

from __future__ import annotations

import click

from mockservers.cli.errors import bold, reports_errors, stop
from mockservers.registry import did_you_mean

USE = {
    "session.py": "a Python class as a program that stays: serve(Client); then --client 'python client.py'",
    "session.mjs": "a Node class as a program that stays: serve(Client); then --client 'node client.mjs'",
    "session.php": "a PHP class as a program that stays: mockservers\\serve(Client::class); then --client 'php client.php'",
    "job.sh": "a shell script as a job that runs once for each task; then --client-command 'sh job.sh'",
    "Session.java": "a Java class as a program that stays: Session.serve(Client::new); then --client 'java -cp build Client'",
    "Session.cs": "a C# class as a program that stays: Session.Serve(() => new Client()); then 'dotnet build/client.dll'",
    "session.go": "a Go type as a program that stays: Serve(func() any { return &Client{} }); then --client ./client",
}
FOLDERS = {"Session.java": "kits/java", "Session.cs": "kits/csharp", "session.go": "kits/go"}
"""Where glue lies that does not lie with the rest: with the other files of its language."""
STEERING = {
    "node": 'an npm package: npm install "$(mockservers glue node)"',
    "java": 'a Maven project with a JUnit 5 extension: mvn -f "$(mockservers glue java)/pom.xml" install -DskipTests',
    "php": 'a Composer package with a PHPUnit trait: composer config repositories.mockservers path "$(mockservers glue php)"',
}
"""Folders of clients of the control API, for tests that start and steer the emulators."""


@click.command(short_help="Print the glue for clients, and where packages for tests lie, in other languages.")
@click.argument("name", required=False, metavar="[FILE]")
@reports_errors
def glue(name: str | None) -> None:
    """List what there is for other languages: glue that lets a check drive a client, and packages that let a test steer the
    emulators. With FILE it is printed; of a package, the folder where it lies.

    Example: mockservers glue session.mjs > session.mjs
    """
    from mockservers.kernel import data

    folder = data.folder("contracts") / "clients"
    if name is None:
        for file, use in USE.items():
            click.echo(f"{bold(str(folder / FOLDERS.get(file, '') / file))}\n    {use}")
        click.echo(
            "\nmockservers glue FILE prints one, to be saved beside your client; mockservers init writes a whole client."
            "\n\nTo steer the emulators from a test:"
        )
        for package, use in STEERING.items():
            click.echo(f"{bold(str(folder / package))}\n    {use}")
        return
    known = (*USE, *STEERING)
    if name not in known:
        stop(f"there is no glue {name!r}; expected one of: {', '.join(known)}{did_you_mean(name, known)}")
    if name in STEERING:
        click.echo(str(folder / name))
        return
    click.echo((folder / FOLDERS.get(name, "") / name).read_text("utf-8"), nl=False)
