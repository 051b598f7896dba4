"""Services of others that are called over HTTP: slow, away at times, and sure of themselves at others."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any


class RefusedError(Exception):
    """The service will not do this, however often it is asked."""


class UnavailableError(Exception):
    """The service did not answer this time."""


def call(url: str, data: Mapping[str, Any], *, timeout: float) -> Any:
    """What the service answers (decoded JSON) to `data` within `timeout` seconds.

    Raises RefusedError, or UnavailableError when asking again may help.
    """
    body = json.dumps(data).encode("utf-8")
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:
            return json.loads(response.read())
    except urllib.error.HTTPError as error:
        with error:
            for_good = error.code < HTTPStatus.INTERNAL_SERVER_ERROR and error.code != HTTPStatus.TOO_MANY_REQUESTS
            raise (RefusedError if for_good else UnavailableError)(f"answered {error.code}") from error
    except (OSError, ValueError) as error:
        raise UnavailableError(f"no answer: {error}") from error
