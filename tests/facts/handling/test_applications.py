"""Handlers that adapters make of web applications."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.facts.handling.deployed import told

HEAD = """\
import apig_wsgi
from apig_wsgi import make_lambda_handler
from mangum import Mangum
from shop import app, Wrapped

"""


def seen(folder: Path, code: str, event: str = "api") -> list[Any]:
    return told(folder, HEAD + code, event, "handler")


@pytest.mark.parametrize(
    "code",
    [
        "handler = Mangum(app)\n",
        'handler = Mangum(app, lifespan="off")\n',
        "handler = make_lambda_handler(app)\n",
        "handler = apig_wsgi.make_lambda_handler(app, binary_support=True)\n",
        "lambda_handler = handler = Mangum(app)\n",
    ],
)
def test_what_a_template_says_is_told_of_it(code: str, tmp_path: Path) -> None:
    (fact,) = seen(tmp_path, code)
    assert (fact.event_source, fact.known_by, fact.timeout_seconds) == ("rest_api", "template", 3)
    assert (fact.front_seconds, fact.outlasts) == (29, None)


@pytest.mark.parametrize(
    "code",
    [
        "handler = Wrapped(app)  # Mangum(app)\n",
        "other = Mangum(app)\n",
        "handler = Mangum(app)\nhandler = Wrapped(handler)\n",
        "if app:\n    handler = Mangum(app)\n",
        "class Handlers:\n    handler = Mangum(app)\n",
    ],
)
def test_what_is_made_in_another_way_is_not_known(code: str, tmp_path: Path) -> None:
    assert seen(tmp_path, code) == []


def test_without_an_api_nothing_is_waited_for(tmp_path: Path) -> None:
    (fact,) = seen(tmp_path, "handler = Mangum(app)\n", "bus")
    assert (fact.event_source, fact.front_seconds, fact.outlasts) == ("eventbridge", None, None)


def test_what_a_handler_hands_on_to_an_adapter_is_a_handler_as_any(tmp_path: Path) -> None:
    code = "def handler(event, context):\n    answer = Mangum(app)\n    return answer(event, context)\n"
    (fact,) = seen(tmp_path, code)
    assert fact.defined_as == "plain"
