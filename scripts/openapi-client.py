"""Creates, reads, changes and deletes an OAuth client with the package that openapi-python-client generates."""

import os

from postern_admin_api_client import AuthenticatedClient
from postern_admin_api_client.api.clients import create_client, delete_client, get_client, list_clients, update_client
from postern_admin_api_client.models import Client, ClientDetails, ClientPage, ClientPatch, CreatedClient, NewClient, Problem

api = AuthenticatedClient(base_url=os.environ["ISSUER"], token=os.environ["TOKEN"])
place = {"org": "default", "project": "default", "client": api}

made = create_client.sync(
    **place, body=NewClient(client_name="Generated", redirect_uris=["https://rp.example/callback"])
)
assert isinstance(made, CreatedClient), made
assert str(made.client_secret).startswith("pst_"), made

found = list_clients.sync(**place, text="Generated")
assert isinstance(found, ClientPage) and str(made.id) in [str(client.id) for client in found.data], found

read = get_client.sync_detailed(**place, id=str(made.id))
assert isinstance(read.parsed, ClientDetails) and read.parsed.client_name == "Generated", read

change = ClientPatch(company="Generators")
changed = update_client.sync(**place, id=str(made.id), body=change, if_match=read.headers["ETag"])
assert isinstance(changed, Client) and changed.company == "Generators", changed

stale = update_client.sync_detailed(**place, id=str(made.id), body=change, if_match=read.headers["ETag"])
assert stale.status_code == 412 and isinstance(stale.parsed, Problem), stale

refused = create_client.sync(**place, body=NewClient(client_name="Refused", redirect_uris=["https://rp.example/#x"]))
assert isinstance(refused, Problem) and refused.status == 422, refused

gone = delete_client.sync_detailed(**place, id=str(made.id))
assert gone.status_code == 204, gone
print("openapi-python-client: created, listed, read, changed and deleted a client")
