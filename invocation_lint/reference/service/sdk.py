"""SDK clients of the service's own process: for tests, and for deliveries. The user's profiles are not looked at."""

from __future__ import annotations

import os
import threading
from functools import cache
from typing import Any

from invocation_lint.reference.service.workers.environment import CREDENTIALS

_MAKING = threading.Lock()


def make_client(name: str, *, endpoint_url: str, region: str, settings: dict[str, Any]) -> Any:
    """A boto3 client for the service `name` at `endpoint_url`; `settings` are keywords of botocore's Config.

    StartSyncExecution goes to that address as well, not to one with `sync-` before it.
    """
    from botocore.config import Config

    config = Config(inject_host_prefix=False, **settings)
    with _MAKING:  # a session makes one client at a time
        return _session().client(name, region_name=region, endpoint_url=endpoint_url, config=config)


@cache
def _session() -> Any:
    """The session of all clients: what it has read of a service's model serves the next client, too, which takes some
    milliseconds then instead of a tenth of a second."""
    import boto3
    import botocore.session

    nowhere = (None, None, os.devnull, None)
    variables = {"profile": (None, None, None, None), "config_file": nowhere, "credentials_file": nowhere}
    return boto3.Session(
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        botocore_session=botocore.session.Session(session_vars=variables),
    )
