#!/bin/sh
# Generates a client in the folder it is called in: sh openapi_python_client_build.sh superoffice ADDRESS
set -eu
${PYTHON:-python3} -m openapi_python_client generate --url "$2" --meta none --output-path "$1"
