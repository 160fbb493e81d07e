"""`mockservers completion`: what makes a shell complete commands, options and vendors; click writes it."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from mockservers.cli.errors import reports_errors, stop

FILES = {
    "bash": "mockservers completion bash > ~/.local/share/bash-completion/completions/mockservers",
    "zsh": 'mockservers completion zsh > "${fpath[1]}/_mockservers"',
    "fish": "mockservers completion fish > ~/.config/fish/completions/mockservers.fish",
}


@click.command(short_help="Print the script that makes a shell complete commands.")
@click.argument("shell", type=click.Choice(list(FILES)))
@click.pass_context
@reports_errors
def completion(context: click.Context, shell: str) -> None:
    """Print the script that makes bash (4.4 or later), zsh or fish complete commands, options and vendors.

    Save it where the shell looks for such files, and open a new shell.

    Example: mockservers completion bash > ~/.local/share/bash-completion/completions/mockservers
    """
    found = get_completion_class(shell)
    if found is None:
        stop(f"click knows no completion for {shell}")
    root = context.find_root().command
    try:
        click.echo(found(root, {}, "mockservers", "_MOCKSERVERS_COMPLETE").source())
    except RuntimeError as error:  # a shell that is too old for it
        stop(f"{error} (needed for the completion of {shell})")
