#!/bin/sh
# The contract of {{title}} as a test: ends with 0 where our client keeps it.
set -eu
cd "$(dirname "$0")"
{{build}}
mockservers check {{vendor}} {{check}} --examples 40
