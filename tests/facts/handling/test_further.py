"""What a handler reaches through several modules, and the routes of an application."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.handling.deployed import told

FILES = {
    "shop/__init__.py": "",
    "shop/llm/__init__.py": "from .models import Model, make, model\nfrom .models import ask as asked\n",
    "shop/llm/models.py": """\
import requests


class Model:
    LIMIT = 300

    def __init__(self, name):
        self.name = name

    def complete(self, text):
        return self._post(text)

    def _post(self, text):
        return requests.post("https://model.example", json={"text": text}, timeout=self.LIMIT)

    def never(self):
        return requests.post("https://model.example", timeout=800)


def make(name) -> Model:
    return Model(name)


model = Model("small")


def ask(text):
    return requests.post("https://model.example", json={"text": text}, timeout=100)


def never():
    return requests.post("https://model.example", timeout=900)
""",
    "shop/orders.py": """\
from shop.llm import Model, asked, make, model


class Orders:
    def __init__(self, model: Model):
        self._model = model
        self.other = Model("other")

    def place(self, text):
        return self._model.complete(text)

    def check(self, text):
        return self.other.complete(text)


def place(text):
    return asked(text)


def through(text):
    return make("large").complete(text)


def shared(text):
    return model.complete(text)


def plain(text):
    return text.complete()
""",
}

HEAD = """\
from shop import orders
from shop.orders import Orders, place, plain, shared, through
from somewhere import model


def handler(event, context):
"""


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ('place(event["text"])', 100),
        ('orders.place(event["text"])', 100),
        ('through(event["text"])', 300),
        ('shared(event["text"])', 300),
        ('Orders(model).place(event["text"])', 300),
        ('found = Orders(model)\n    found.check(event["text"])', 300),
        ('from shop.llm import Model\n    Model("m").complete(event["text"])', 300),
        ('from shop.llm import make\n    made = make("m")\n    made.complete(event["text"])', 300),
        ('plain(event["text"])', None),
        ("orders.never()", None),
        ("Orders(model)", None),
    ],
)
def test_what_is_reached_through_modules(body: str, seconds: float | None, tmp_path: Path) -> None:
    write(tmp_path, FILES)
    (fact,) = told(tmp_path, HEAD + f"    {body}\n", "bus", "handler")
    assert fact.inner_timeout_seconds == seconds


ROUTES = {
    "web/__init__.py": "",
    "web/main.py": """\
from fastapi import FastAPI

from web.images import router

app = FastAPI()
app.include_router(router)
""",
    "web/images.py": """\
from fastapi import APIRouter

from web.style import style

router = APIRouter()


@router.post("/images")
async def add(image: str):
    return style(image)
""",
    "web/style.py": """\
import subprocess


def style(image):
    return subprocess.run(["style", image], timeout=75)


def batch(images):
    return subprocess.run(["style", *images], timeout=600)
""",
}


def test_the_routes_of_an_application(tmp_path: Path) -> None:
    write(tmp_path, ROUTES)
    code = "from mangum import Mangum\n\nfrom web.main import app\n\nhandler = Mangum(app)\n"
    (fact,) = told(tmp_path, code, "api", "handler")
    assert (fact.inner_timeout_seconds, fact.inner_wait) == (75, "a process")


def test_the_routes_of_an_event_handler(tmp_path: Path) -> None:
    write(tmp_path, {"web/__init__.py": "", "web/style.py": ROUTES["web/style.py"]})
    code = """\
from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from web.style import style

app = APIGatewayRestResolver()


@app.post("/images")
def add():
    return style(app.current_event.body)


def handler(event, context):
    return app.resolve(event, context)
"""
    (fact,) = told(tmp_path, code, "api", "handler")
    assert fact.inner_timeout_seconds == 75


def test_an_application_without_routes(tmp_path: Path) -> None:
    write(tmp_path, {**ROUTES, "web/images.py": ROUTES["web/images.py"].replace("@router.post", "# @router.post")})
    code = "from mangum import Mangum\n\nfrom web.main import app\n\nhandler = Mangum(app)\n"
    (fact,) = told(tmp_path, code, "api", "handler")
    assert fact.inner_timeout_seconds is None
