"""Whatever is done with a payload is a use of it, also what the analysis knows nothing about."""

from __future__ import annotations

from textwrap import indent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.invocation import Invocation
from invocation_lint.source.parsing.tree import parse

HEAD = """\
import base64, hashlib, io, json, logging, pathlib, re, shutil, zlib
import boto3
from store import Row, db, keep

log = logging.getLogger(__name__)
client = boto3.client("lambda")

def ask(other):
    response = client.invoke(FunctionName="f", Payload="{}")
"""
STREAM = 'stream = response["Payload"]\n'
TEXT = 'text = response["Payload"].read()\n'
DATA = 'data = json.loads(response["Payload"].read())\n'


def payload_after(body: str) -> object:
    """What is said of the payload in a function that ends with these statements."""
    code = HEAD + indent(body, "    ") + "\n"
    told = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions())
    (found,) = (fact.data for fact in told.facts if not fact.chain)
    assert isinstance(found, Invocation)
    return found.response.payload


USES_OF_TEXT = """
return text.replace(b"a", b"b")
return text.lower()
return text.decode().upper().strip()
return text.split(b",")
return text.decode().partition(":")[2]
return text.hex()
return text[1:]
return text[0]
keep(text.decode()[:5])
return str(text, "utf-8")
return bytes(text)
return bytearray(text)
return float(text)
return len(text)
return text + b"x"
return b"x" + text
return text * 2
return "%s" % text
return f"{text}"
return ", ".join([text.decode()])
return io.BytesIO(text)
return base64.b64encode(text)
return hashlib.sha256(text).hexdigest()
return zlib.decompress(text)
return re.match("a", text.decode())
return sorted(text)
return zip(text, other)
return list(map(keep, text))
return [*text]
return [keep(one) for one in text]
return text.find(b"x")
return text.decode
return {text: 1}
return other[text]
return keep(text.decode)
open("f", "wb").write(text)
print(text, file=other)
other[text] = 1
del other[text]
for line in text.splitlines(): keep(line)
for byte in text: keep(byte)
out = b""; out += text; return out
out = []; out += text; return out
first, *rest = text; return first
if text.startswith(b"ok"): keep(1)
with open("f", "wb") as file: file.write(text)
yield text
yield from text
return memoryview(text)
return "{0}".format(text)
return int.from_bytes(text, "big")
return text or b""
return [text] * 2
return dict([text.split(b"=")])
return lambda: text
raise ValueError(text)
keep(*[text])
keep(**{"a": text})
other.body = text
other.setdefault("k", text)
x = y = text; return y
text += b"x"; return text
head, _, tail = text.partition(b","); return tail
out = {key: text for key in other}; return out
out = {}; out[other] = text; return out
out = {text: 1}; return out
out = {}; out.setdefault(other, text); return out
out = dict(zip(other, [text])); return out.items()
return {**{other: text}}
return [one for one in {other: text}.values()]
""".strip().splitlines()

USES_OF_DATA = """
return {**data}
return dict(data, more=1)
return data | {}
return {} | data
return len(data)
return any(data)
return round(data)
return int(data)
return data + 1
return -data
return data[0]
return data[1:]
return data[other]
return data.field
return data.method()
return data()
return data.setdefault("x", 1)
return getattr(data, "x")
return "%(x)s" % data
return {key: value for key, value in data.items()}
keep(*data)
out = {}; out.update(data); return out
out = {}; out |= data; return out
first, second = data; return first
for row in data: keep(1)
open("f", "w").write(str(data))
open("f", "w").write(f"found {data}")
open("f", "w").write("found %s" % data)
with open("f", "w") as file: file.write(json.dumps(data))
pathlib.Path("f").write_text(json.dumps(data))
pathlib.Path("f").write_text("{}".format(data))
""".strip().splitlines()

USES_OF_A_STREAM = """
return stream.readline()
return list(stream.iter_lines())
return [json.loads(line) for line in stream.iter_lines()]
return b"".join(stream.iter_chunks())
return stream._raw_stream.read()
return keep(stream.read)
return str(stream.read(), "utf-8")
shutil.copyfileobj(stream, other)
for line in stream.iter_lines(): keep(line)
for line in stream: keep(line)
while chunk := stream.read(100): keep(chunk)
for chunk in iter(lambda: stream.read(10), b""): keep(chunk)
with stream as body: keep(body.read())
return io.TextIOWrapper(stream).read()
return json.JSONDecoder().decode(stream.read().decode())
return getattr(stream, "read")()
stream.readinto(other)
""".strip().splitlines()

USES_OF_THE_ANSWER = """
return response.items()
return response.values()
return dict(response)
return response[other]
for key, value in response.items(): keep(value)
""".strip().splitlines()

USES = [
    *(TEXT + body for body in USES_OF_TEXT),
    *(DATA + body for body in USES_OF_DATA),
    *(STREAM + body for body in USES_OF_A_STREAM),
    *USES_OF_THE_ANSWER,
]


@pytest.mark.parametrize("body", USES)
def test_any_operation_is_a_use(body: str) -> None:
    assert payload_after(body) in {"used", "handed_over", "returned"}


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        TEXT + "text",
        TEXT + "print(text)",
        TEXT + "print(text.decode().strip()[:100])",
        TEXT + "log.info('answered %s', text.lower())",
        TEXT + "for line in text.splitlines(): print(line)",
        DATA + "print(json.dumps(data))",
        DATA + "return isinstance(data, dict)",
        STREAM + "stream.close()",
        'return int(response["StatusCode"])',
    ],
)
def test_what_reads_nothing_of_it_or_is_only_logged_is_none(body: str) -> None:
    assert payload_after(body) == "unused"


def test_a_changed_text_is_still_decoded() -> None:
    body = (
        TEXT
        + 'data = json.loads(text.decode().replace("\'", ""))\n'
        + 'if "rows" not in data:\n    raise ValueError\nkeep(data["rows"])'
    )
    assert payload_after(body) == "tested"


@pytest.mark.parametrize(
    "decode", ["eval(text)", "ast.literal_eval(text.decode())", "eval(response['Payload'].read())"]
)
@pytest.mark.parametrize("use", ["['a'] + 1", "['a'].upper()"])
def test_text_that_is_evaluated_is_decoded(decode: str, use: str) -> None:
    first = TEXT if "text" in decode else ""
    assert payload_after(f"import ast\n{first}return {decode}{use}") == "used"


def test_what_an_evaluated_text_is_given_goes_elsewhere() -> None:
    assert payload_after(TEXT + "return eval('f(text)', {'text': text})") == "handed_over"


@pytest.mark.parametrize(
    "body",
    [
        "return json.dumps([data])",
        "return {'statusCode': 200, 'body': json.dumps([data])}",
        "return json.dumps({'rows': [data]})",
        "return json.dumps((1, data))",
        "return json.dumps({other: data})",
        "return json.dumps({'row': {'inner': [{'deep': data}]}})",
        "rows = []\nrows.append(data)\nreturn {'body': json.dumps(rows)}",
        "rows = []\nrows.append({'row': data})\nreturn {'body': json.dumps({'rows': rows})}",
        "rows = {}\nrows[other] = data\nreturn {'body': json.dumps(rows)}",
        "rows = []\nfor _ in other:\n    rows.append(data)\nreturn {'body': json.dumps(rows)}",
        "keep(json.dumps([data]))",
        "client.put(Body=json.dumps([data]).encode())",
        "return f'{json.dumps([data])}'",
    ],
)
def test_what_is_encoded_in_a_list_is_used_where_the_text_goes(body: str) -> None:
    assert payload_after(DATA + body) in {"used", "returned"}


@pytest.mark.parametrize(
    "body", ["print(json.dumps([data]))", "log.info(json.dumps({'rows': [data]}))", "json.dumps([data])"]
)
def test_what_is_encoded_to_be_logged_is_not(body: str) -> None:
    assert payload_after(DATA + body) == "unused"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("if data: keep(1)", "used"),
        ("if not data: raise ValueError\nkeep(1)", "used"),
        ("return bool(json.loads(response['Payload'].read()))", "used"),
        ("return bool(data)", "used"),
        ("return 1 if data else 0", "used"),
        ("while data: keep(1)", "used"),
        ("return isinstance(data, dict)", "unused"),
        ("if isinstance(data, dict): keep(1)", "unused"),
        ("if data == 'ok': keep(1)\nelse: raise ValueError", "tested"),
        ("if data and 'ok' in data: keep(1)\nelse: raise ValueError", "tested"),
    ],
)
def test_a_payload_whose_truth_decides_is_used(body: str, expected: str) -> None:
    assert payload_after(DATA + body) == expected


COPIES = ["data = {'a': 1, **data}", "data = dict(data)", "data = other | data", "out = {}\nout |= data\ndata = out",
          "data = copy.deepcopy(data)", "data: dict = {**other, **data}"]  # fmt: skip


@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_may_be_asked_for_the_failure(copy: str) -> None:
    name = "out" if "out" in copy else "data"
    for asks in ('"errorMessage" in {0}', '{0}.get("status") != "ok"', 'not {0}["success"]'):
        body = f"{DATA}{copy}\nif {asks.format(name)}: raise ValueError({name})\nreturn {name}"
        assert payload_after(body) != "used", body
    for asks in ("{0}", '{0}.get("rows")', 'other.get("status")'):
        body = f"{DATA}{copy}\nif {asks.format(name)}: keep(1)\nkeep({name})"
        if "deepcopy" not in copy:  # which gives what it was given, and is handed on
            assert payload_after(body) == "used", body


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("event.update(data)\nreturn event", True),
        ('state = event["state"]\nstate.update(data)\nreturn state', True),
        ('event["state"].update(data)\nreturn event', True),
        ('event.get("state").update(data)\nreturn event', True),
        ('event.update(data)\nif "errorMessage" in event: raise ValueError(event)\nreturn event', False),
        ('event.update(data)\nif event.get("statusCode") != 200: raise ValueError(event)\nreturn event', False),
        ("context.update(data)\nreturn event", False),
        ("tracker.update(data)\nreturn event", False),
    ],
)
def test_a_payload_merged_into_the_event_is_used(rest: str, expected: bool) -> None:
    body = HEAD.replace("def ask(other)", "def ask(event, context)") + indent(DATA + rest, "    ")
    told = facts_of(parse(body.encode(), "app.py"), ContractBook(), AnalysisOptions())
    (found,) = (fact.data for fact in told.facts if isinstance(fact.data, Invocation) and not fact.chain)
    assert (found.response.payload == "used") is expected
