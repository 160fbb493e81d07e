#!/bin/sh
# Generates a client in the folder it is called in: sh openapi_python_client_build.sh trackit|superoffice ADDRESS
set -eu
# It reads OpenAPI 3 alone, which Track-It! has beside its Swagger 2.0.
address=$(printf '%s' "$2" | sed 's#/swagger/docs/v2$#/swagger/docs/v3#')
"$PYTHON" -m openapi_python_client generate --url "$address" --meta none --output-path "$1"
