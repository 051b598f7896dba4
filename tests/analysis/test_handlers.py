"""What a handler needs of its event, whichever way it says so: found by trying it with one event after another."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from invocation_lint.analysis.handlers import Handled, Handler, Requirement
from invocation_lint.analysis.interpreter import Interpreter
from invocation_lint.analysis.program.indexing import index_module
from invocation_lint.source.parsing.tree import parse


def handler(code: str, name: str = "handler") -> Handler:
    interpreter = Interpreter()
    module = index_module(parse(dedent(code).encode(), "app.py"), "app.py")
    interpreter.adopt(module)
    (info,) = [one for one in module.functions.values() if one.name == name]
    return Handler(interpreter, info)


def handled(code: str) -> Handled:
    return handler(code).handled()


def body(text: str, head: str = "") -> Handled:
    lines = "\n".join(f"    {line}" for line in dedent(text).strip().split("\n"))
    return handled(f"{dedent(head)}\ndef handler(event, context):\n{lines}\n")


def told(found: Requirement) -> tuple[str, str]:
    return tuple(" ".join(sorted(map(".".join, paths))) for paths in (found.required, found.optional))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("code", "required", "optional"),
    [
        ('x = event["a"]["b"]', "a a.b", ""),
        ('x = event.get("a")', "", "a"),
        ('x = event.get("a", {}).get("b")', "", "a a.b"),
        ('x = event.get("a")["b"]', "a a.b", ""),
        ('x = event["a"] if "a" in event else 1', "", "a"),
        ('x = event.get("a") or event["b"]', "", "a b"),
        ('x = event.get("a")\nif x is None:\n    raise ValueError("a")', "a", ""),
        ('x = event.get("a")\nif not x:\n    return {"statusCode": 400, "body": "a"}\nreturn {"x": x}', "a", ""),
        ('x = event.get("a")\nif not x:\n    return {"statusCode": 200}\nreturn {"x": x}', "", "a"),
        ('if "a" not in event:\n    return {"error": "a"}\nreturn 1', "a", ""),
        ('if event.get("a") is None or event.get("b") is None:\n    raise ValueError\nreturn 1', "a b", ""),
        ('assert event.get("a"), "a"', "a", ""),
        ('try:\n    x = event["a"]\nexcept KeyError:\n    x = 1\nreturn x', "", "a"),
        ('try:\n    x = event["a"]\nexcept KeyError as e:\n    return {"success": False}\nreturn {"x": x}', "a", ""),
        ('try:\n    x = event["a"]\nexcept KeyError as e:\n    raise ValueError from e\nreturn x', "a", ""),
        ('x = int(event.get("a"))', "a", ""),
        ('print(type(event).__name__)\nreturn event["a"]', "a", ""),
        ('if not event.get("a", "").strip().startswith("x-"):\n    raise ValueError\nreturn 1', "a", ""),
        ('if event.get("a", "x-1").startswith("x-"):\n    return 1\nraise ValueError', "", "a"),
        (
            'x = {"a": event.get("a"), "b": event.get("b")}\nlacks = [k for k, v in x.items() if not v]\n'
            "if lacks:\n    raise ValueError(lacks)\nreturn 1",
            "a b",
            "",
        ),
        (
            'x = {"a": event.get("a"), "b": event.get("b")}\nfound = [k for k, v in x.items() if v]\n'
            "if not found:\n    raise ValueError\nreturn 1",
            "",
            "a b",
        ),
        (
            'lacks = []\nfor name in ("a", "b"):\n    if not event.get(name):\n        lacks.append(name)\n'
            'if lacks:\n    return {"statusCode": 400}\nreturn 1',
            "a b",
            "",
        ),
        (
            'lacks = []\nif "a" not in event:\n    lacks.append("a")\nif not event.get("b"):\n    lacks.append("b")\n'
            'if len(lacks) > 0:\n    return {"statusCode": 400}\nreturn 1',
            "a b",
            "",
        ),
        (
            'lacks = []\nif "a" not in event:\n    lacks.append("a")\nif not event.get("b"):\n    lacks.append("b")\n'
            'if len(lacks) > 1:\n    return {"statusCode": 400}\nreturn 1',
            "",
            "a b",
        ),
        (
            'lacks = [k for k in ["a", "b"] if not event.get(k)]\nlacks += [k for k in ["c"] if k not in event]\n'
            'lacks = lacks + [k for k in ["d"] if k not in event]\nif len(lacks) != 0:\n    raise ValueError\nreturn 1',
            "a b c d",
            "",
        ),
        (
            'roles = (event.get("who") or {}).get("roles") or []\nif not bool({"x", "y"}.intersection(roles)):\n'
            "    raise PermissionError\nreturn 1",
            "who who.roles",
            "",
        ),
        ('x = event.get("a").strip()', "a", ""),
        ('x = dict(event)["a"]', "a", ""),
        ('x = {**event, "b": 1}\nreturn x["a"], x["b"]', "a", ""),
        ('x = event.copy()\nreturn x.pop("a")', "a", ""),
        ('x = json.loads(event["body"])["a"]', "body body.a", ""),
        ('x = json.loads(event.get("body", "{}"))["a"]', "body body.a", ""),
        ("x = json.loads(json.dumps(event))\nreturn x['a']", "a", ""),
        ('missing = [k for k in ("a", "b") if k not in event]\nif missing:\n    raise ValueError(missing)', "a b", ""),
        ('missing = [k for k in NAMES if not event.get(k)]\nif missing:\n    return {"error": missing}', "a b", ""),
        ('if not all(k in event for k in ("a", "b")):\n    raise KeyError', "a b", ""),
        ("if any(event.get(k) is None for k in NAMES):\n    raise KeyError", "a b", ""),
        ('missing = {"a", "b"} - set(event)\nif missing:\n    raise KeyError(missing)', "a b", ""),
        ("missing = set(NAMES).difference(event.keys())\nif missing:\n    raise KeyError(missing)", "a b", ""),
        ('if not {"a", "b"}.issubset(event.keys()):\n    raise KeyError', "a b", ""),
        ("for k in NAMES:\n    if k not in event:\n        raise KeyError(k)", "a b", ""),
        ("call(event)", "", ""),
        ('if event.get("flag"):\n    return event["a"]\nreturn 1', "", "a flag"),
    ],
)
def test_what_is_needed(code: str, required: str, optional: str) -> None:
    found = body(code, "import json\nfrom elsewhere import call\nNAMES = ['a', 'b']\n")
    assert found.known
    assert told(found.always) == (required, optional)


@pytest.mark.parametrize(
    ("head", "code", "required", "optional"),
    [
        ('def need(e):\n    return e["a"] + deeper(e)\ndef deeper(e):\n    return e["b"]\n', "need(event)", "a b", ""),
        ("def work(a, b, c=1):\n    return a\n", "work(**event)", "a b", "c"),
        (
            "class Job:\n    def __init__(self, data):\n        self.a = data['a']\n        self.b = data.get('b')\n"
            "    @classmethod\n    def from_dict(cls, data):\n        return cls(data)\n",
            "Job.from_dict(event)",
            "a",
            "b",
        ),
        (
            "from dataclasses import dataclass, field\n@dataclass\nclass Job:\n    a: str\n    b: int = 0\n"
            "    c: list = field(default_factory=list)\n",
            "Job(**event)",
            "a",
            "b c",
        ),
        (
            "from pydantic import BaseModel, Field\nclass Job(BaseModel):\n    a: str\n    org: str = Field(alias='orgId')\n"
            "    c: str | None = None\n    d: int = Field(default=1)\n",
            "Job(**event)",
            "a orgId",
            "c d",
        ),
        ("from pydantic import BaseModel\nclass Job(BaseModel):\n    a: str\n", "Job.model_validate(event)", "a", ""),
        (
            "from pydantic import BaseModel\nclass Job(BaseModel):\n    a: str\n",
            "Job.parse_obj(event['job'])",
            "job job.a",
            "",
        ),
        (
            "from aws_lambda_powertools.utilities.parser import parse, BaseModel\nclass Job(BaseModel):\n    a: str\n",
            "parse(event=event, model=Job)",
            "a",
            "",
        ),
        (
            "from marshmallow import Schema, fields\nclass Job(Schema):\n    a = fields.Str(required=True)\n"
            "    b = fields.Str()\n    c = fields.Int(required=True, data_key='see')\n",
            "Job().load(event)",
            "a see",
            "b",
        ),
        (
            "import jsonschema\nSCHEMA = {'required': ['a', 'b'], 'properties': {'b': {'required': ['c']}, 'd': {}}}\n",
            "jsonschema.validate(event, SCHEMA)",
            "a b b.c",
            "d",
        ),
        (
            "from aws_lambda_powertools.utilities.validation import validate\nSCHEMA = {'required': ['a']}\n",
            "validate(event=event, schema=SCHEMA)",
            "a",
            "",
        ),
    ],
)
def test_what_is_needed_by_helpers_and_models(head: str, code: str, required: str, optional: str) -> None:
    assert told(body(code, head).always) == (required, optional)


DISPATCHING = {
    "if": """
        def handler(event, context):
            action = event["action"]
            if action == "one":
                return event["a"]
            elif action in ("two",):
                return event["b"]
            raise ValueError(action)
    """,
    "match": """
        def handler(event, context):
            match event["action"]:
                case "one":
                    return event["a"]
                case "two":
                    return event["b"]
                case _:
                    raise ValueError
    """,
    "table": """
        def one(event):
            return event["a"]
        def two(event):
            return event["b"]
        ACTIONS = {"one": one, "two": two}
        def handler(event, context):
            return ACTIONS[event["action"]](event)
    """,
    "get": """
        def handler(event, context):
            found = {"one": lambda: event["a"], "two": lambda: event["b"]}.get(event.get("action"))
            if found is None:
                return {"statusCode": 400}
            return found()
    """,
}


@pytest.mark.parametrize("how", DISPATCHING)
def test_what_each_action_needs(how: str) -> None:
    found = handled(DISPATCHING[how])
    assert found.discriminator == ("action",)
    assert {name: told(needs)[0] for name, needs in found.actions} == {"one": "a", "two": "b"}
    assert told(found.always)[0] == "action"


def test_a_handler_that_fails_whatever_it_is_given_is_not_known() -> None:
    assert not body('raise NotImplementedError(event["a"])').known


def test_what_is_missing_of_one_payload() -> None:
    made = handler(DISPATCHING["if"])
    action = ("action",)
    assert made.missing([action], {action: "one"}).fields == (("a",),)
    assert made.missing([action, ("a",)], {action: "one"}).fields == ()
    assert made.missing([action, ("a",)], {action: "two"}).fields == (("b",),)
    assert made.missing([("b",)], {}).fields == (action,)
    assert made.missing([action], {}).fields == ()  # which action, and so what it needs, is not known


BY_DOORS = {
    "the body of a request": """
        if isinstance(event.get("body"), str):
            event = json.loads(event["body"])
        to, why = event.get("to"), event.get("why", "").strip()
        if not to:
            return {"statusCode": 400}
        if not why:
            return {"statusCode": 400}
        return {"statusCode": 200}
    """,
    "a request, by its context": """
        if "requestContext" in event:
            event = json.loads(event["body"])
        return event["to"], event["why"]
    """,
    "a body that is there or not": """
        sent = json.loads(event.get("body") or "{}") or event
        return sent["to"], sent["why"]
    """,
}


@pytest.mark.parametrize("code", BY_DOORS.values(), ids=BY_DOORS)
def test_who_sends_fields_of_the_event_comes_in_by_that_door(code: str) -> None:
    made = handler(f"import json\ndef handler(event, context):\n{indent(dedent(code), '    ')}")
    assert made.missing([("to",)], {}).fields == (("why",),)
    assert made.missing([("to",), ("why",)], {}).fields == ()
    if "requestContext" not in code:  # which an API adds, and nobody else sends
        assert made.missing([("other",)], {}).fields == ()  # which door was meant is not known


def test_a_handler_of_requests_alone_needs_their_body() -> None:
    made = handler(
        'import json\ndef handler(event, context):\n    return json.loads(event["body"])["to"], event["path"]\n'
    )
    assert made.missing([("path",)], {}).fields == (("body",),)


def test_what_is_below_a_missing_field_is_not_missing_itself() -> None:
    made = handler(
        'def handler(event, context):\n    return event["a"], event["b"]["c"], event.get("d", {"e": 1})["e"]\n'
    )
    assert made.missing([("a",)], {}).fields == (("b",),)
    assert made.missing([("a",), ("b",)], {}, objects=[("b",)]).fields == (("b", "c"),)
    assert made.missing([("b",), ("b", "c"), ("d",)], {}, objects=[("d",)]).fields == (("a",), ("d", "e"))


@pytest.mark.parametrize(
    "uses",
    [
        'names = [one["name"] for one in labels]',
        'names = ", ".join(one["name"] for one in labels)',
        'total = sum(one["size"]["bytes"] for one in labels)',
        'for one in labels: print(one["name"])',
        'for number, one in enumerate(labels): print(number, one["name"].title())',
    ],
)
def test_what_is_read_of_the_items_of_a_field_is_no_field_of_that(uses: str) -> None:
    made = handler(
        'def handler(event, context):\n    key = event["key"]\n    labels = event.get("labels", [])\n'
        f"    {uses}\n    return key\n"
    )
    assert made.missing([("other",)], {}).fields == (("key",),)
    assert made.missing([("key",), ("labels",)], {}).fields == ()


@pytest.mark.parametrize(
    ("code", "keys", "is_open"),
    [
        ('return {"a": 1, "b": event["x"]}', {"a": True, "b": True}, False),
        ('if event.get("x"):\n    return {"a": 1}\nreturn {"a": 2, "b": 1}', {"a": True, "b": False}, False),
        ('try:\n    return {"a": event["x"]}\nexcept Exception:\n    return {"error": "x"}', {"a": True}, False),
        ("return call(event)", {}, True),
        ('found = {"a": 1}\nfound.update(call())\nreturn found', {"a": True}, True),
    ],
)
def test_what_is_returned(code: str, keys: dict[str, bool], is_open: bool) -> None:
    found = body(code, "from elsewhere import call\n").answers
    assert (dict(found.keys), found.is_open) == (keys, is_open)


def test_what_was_tried_before_changes_nothing() -> None:
    code = """
        import logging

        logger = logging.getLogger(__name__)

        def handler(event, context):
            logger.info("action %s", event.get("action"))
            if event.get("action") == "one":
                return one(event)
            return two(event)

        def one(event):
            return event["a"], event["common"]

        def two(event):
            return event["b"], event["common"]
    """
    action = ("action",)
    alone = handler(code).missing([action, ("common",)], {action: "one"})
    assert alone.fields == (("a",),)
    assert {path for path, _ in alone.reads} >= {("a",), ("common",)}

    other = handler(code)
    other.stay([action, ("common",)], {action: "one"})  # walks the same calls, for another question
    other.missing([action], {action: "two"})
    other.handled()
    assert other.missing([action, ("common",)], {action: "one"}) == alone

    interpreter = Interpreter()
    module = index_module(parse(dedent(code).encode(), "app.py"), "app.py")
    interpreter.adopt(module)
    interpreter.modules.runtime(module)  # its body runs before there is a trial
    made = Handler(interpreter, next(one for one in module.functions.values() if one.name == "handler"))
    assert made.missing([action, ("common",)], {action: "one"}) == alone


def test_of_very_many_fields_the_outer_ones_are_tried() -> None:
    reads = "\n".join(f'    x = event["outer"]["a{number}"]["b"]' for number in range(50))
    found = handled(f"def handler(event, context):\n{reads}\n    return event['id']\n")
    assert found.known
    assert told(found.always)[0].split() == sorted(["id", "outer", *(f"outer.a{number}" for number in range(50))])
    reads = "\n".join(f'    x = event["a{number}"]' for number in range(70))
    assert not handled(f"def handler(event, context):\n{reads}\n").known


_BUILD = "def build(a):\n" + "".join(f"    x{n} = [a, {n}]\n" for n in range(100)) + "    return x0\n"


@pytest.mark.parametrize(("call", "is_shared"), [("build(1)", True), ('build(event["a"])', False)])
def test_what_has_nothing_to_do_with_the_event_is_walked_once_for_all_trials(call: str, is_shared: bool) -> None:
    tried = handler(
        f'{_BUILD}\ndef handler(event, context):\n    {call}\n    return event["a"], event["b"], event["c"]\n'
    )
    assert told(tried.handled().always) == ("a b c", "")
    trials = sum(walk.function == "handler" for walk in tried._interpreter.walks)
    nodes = sum(walk.nodes for walk in tried._interpreter.walks)
    assert trials >= 5
    assert (nodes < 2 * 400) is is_shared


def test_what_is_read_in_a_call_is_noted_in_each_trial() -> None:
    """The second trial finds the outcome of an equal call, and has to know what was read in it."""
    tried = handler("""
        def part(event):
            return event["a"]

        def handler(event, context):
            first = part(event)
            second = part(event)
            return first, second, event["b"]
        """)
    assert told(tried.handled().always) == ("a b", "")
    assert tried.missing([("a",)], {}).fields == (("b",),)
    assert {path for path, _ in tried.missing([("a",)], {}).reads} == {("a",), ("b",)}
