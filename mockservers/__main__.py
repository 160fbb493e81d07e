"""`python -m mockservers`."""

from mockservers.cli import main

main(prog_name="mockservers")
