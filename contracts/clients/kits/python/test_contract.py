"""The contract of {{title}} as a test of our own suite: `python -m pytest test_contract.py`."""

from pathlib import Path

from mockservers.harness import CheckConfig, run_check

CLIENT = f"{Path(__file__).parent / 'client.py'}:Client"


def test_our_client_keeps_the_contract(tmp_path):
    run_check(CheckConfig("{{vendor}}", CLIENT, examples=40, save_to=tmp_path)).assert_kept()
