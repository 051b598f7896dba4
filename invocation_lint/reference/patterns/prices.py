"""Reuse of the execution environment: what is the same for all events is made once, what belongs to one never stays.

Clients are made when the module is imported. The price list is kept, but not for ever: an environment may live for
hours. What is written to /tmp goes into a folder of its own, which is gone after the event.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3

KEPT_SECONDS = 120.0
ssm = boto3.client("ssm")
s3 = boto3.client("s3")


class PriceList:
    """The prices that the parameter holds, asked for at most every two minutes."""

    def __init__(self, parameter: str) -> None:
        self._parameter = parameter
        self._prices: Mapping[str, int] = {}
        self._asked_at: float | None = None

    def cents(self, article: str) -> int:
        """The price of an article; KeyError when it has none."""
        now = time.monotonic()
        if self._asked_at is None or now - self._asked_at > KEPT_SECONDS:
            self._prices = json.loads(ssm.get_parameter(Name=self._parameter)["Parameter"]["Value"])
            self._asked_at = now
        return self._prices[article]


price_list = PriceList(os.environ["PRICES_PARAMETER"])


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """`id` and `articles` of an order in; out its sum in cents, with a bill in the bucket."""
    lines = [f"{article}: {price_list.cents(article)}" for article in event["articles"]]
    total = sum(price_list.cents(article) for article in event["articles"])
    with TemporaryDirectory() as folder:
        bill = Path(folder, "bill.txt")
        bill.write_text("\n".join([*lines, f"total: {total}"]), encoding="utf-8")
        s3.upload_file(str(bill), os.environ["BILLS_BUCKET"], f"bills/{event['id']}.txt")
    return {"id": event["id"], "cents": total}
