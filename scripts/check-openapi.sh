#!/usr/bin/env bash
# Tries the OpenAPI document of a running server with tools that are written in Python: a client that openapi-python-client
# generates creates, reads, changes and deletes an OAuth client, and schemathesis sends what the document allows and what it
# does not. Nothing of it is part of `npm test`. It changes the installation: use a throw-away one. Needs Python 3.11, and
#   ISSUER                     where the server is
#   CLIENT_ID, CLIENT_SECRET   the admin client that the first start printed
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
here=$PWD
work=$(mktemp -d "${TMPDIR:-/tmp}/postern-openapi.XXXXXX")
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet openapi-python-client==0.29.1 schemathesis==4.32.5
PATH="$work/venv/bin:$PATH"
TOKEN=$(curl -sf -u "$CLIENT_ID:$CLIENT_SECRET" "$ISSUER/oauth2/token" \
  -d grant_type=client_credentials -d "resource=$ISSUER/admin" | python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])')
export TOKEN

cd "$work"
openapi-python-client generate --url "$ISSUER/admin/v1/openapi.json" --output-path generated --fail-on-warning
PYTHONPATH="$work/generated" python3 "$here/openapi-client.py"
schemathesis --config-file "$here/schemathesis.toml" run "$ISSUER/admin/v1/openapi.json" \
  --header "Authorization: Bearer $TOKEN" --max-examples "${EXAMPLES:-20}" --continue-on-failure --seed "${SEED:-1}"
