"""SDK clients of the service's own process: for tests, and for deliveries. The user's profiles are not looked at."""

from __future__ import annotations

import os
from typing import Any

from invocation_lint.reference.service.workers.environment import CREDENTIALS


def make_client(name: str, *, endpoint_url: str, region: str, settings: dict[str, Any]) -> Any:
    """A boto3 client for the service `name` at `endpoint_url`; `settings` are keywords of botocore's Config.

    StartSyncExecution goes to that address as well, not to one with `sync-` before it.
    """
    import boto3
    import botocore.session
    from botocore.config import Config

    nowhere = (None, None, os.devnull, None)
    variables = {"profile": (None, None, None, None), "config_file": nowhere, "credentials_file": nowhere}
    session = boto3.Session(
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=region,
        botocore_session=botocore.session.Session(session_vars=variables),
    )
    untyped: Any = session
    return untyped.client(name, endpoint_url=endpoint_url, config=Config(inject_host_prefix=False, **settings))
