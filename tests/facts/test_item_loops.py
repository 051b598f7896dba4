"""Loops that work on items, of handlers and workers, also of those that call other modules for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.engine import inputs_of, lint
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.item_loop import ItemLoop
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration
from invocation_lint.source.parsing.tree import parse

HEAD = """
import json, os, time
import boto3, requests
from sqlalchemy import select
from models import Job, session, collection, cursor, supabase
table = boto3.resource("dynamodb").Table("jobs")
s3, sqs, dynamodb = boto3.client("s3"), boto3.client("sqs"), boto3.client("dynamodb")

def handler(event, context):
"""


def loops(body: str, more: str = "") -> list[ItemLoop]:
    """The loops of a handler that looks at nothing of its event."""
    lines = "".join(f"    {line}\n" for line in body.strip("\n").split("\n"))
    found = facts_of(parse(f"{HEAD}{lines}\n{more}".encode(), "app.py"), ContractBook(), AnalysisOptions()).facts
    return [fact.data for fact in found if fact.kind == "item_loop"]


def over(items: str) -> str:
    return f"for item in {items}:\n    requests.post(item['url'], timeout=5)"


@pytest.mark.parametrize(
    ("before", "items", "expected"),
    [
        ("", "table.scan()['Items']", "table_items"),
        ("", "table.query(IndexName='by-status').get('Items', [])", "table_items"),
        ("found = table.scan()\nitems = found['Items'] or []", "sorted(items)[:5]", "table_items"),
        ("items = []\nfor page in dynamodb.get_paginator('scan').paginate():\n    items += page['Items']", "items",
         "table_items"),
        ("items = []\nfor one in table.scan()['Items']:\n    items.append(one)", "enumerate(items)", "table_items"),
        ("", "(one for one in table.scan()['Items'] if one['due'])", "table_items"),
        ("", "Job.scan()", "table_items"),
        ("", "s3.list_objects_v2(Bucket='b')['Contents']", "objects"),
        ("", "boto3.resource('s3').Bucket('b').objects.filter(Prefix='in/')", "objects"),
        ("", "sqs.receive_message(MaxNumberOfMessages=10).get('Messages', [])", "messages"),
        ("", "queue.receive_messages(MaxNumberOfMessages=10)", "messages"),
        ("groups = {}\nfor one in table.scan()['Items']:\n    groups.setdefault(one['owner'], []).append(one)",
         "groups.values()", "table_items"),
        ("groups = defaultdict(list)\nfor one in table.scan()['Items']:\n    groups[one['owner']].append(one)",
         "groups.items()", "table_items"),
        ("", "boto3.client('ec2').describe_instances()['Reservations']", "resources"),
        ("", "boto3.resource('ec2').instances.filter(Filters=[])", "resources"),
        ("ec2 = boto3.resource('ec2')", "ec2.volumes.all()", "resources"),
        ("", "boto3.client('cognito-idp').list_users(UserPoolId='p').get('Users', [])", "resources"),
        ("", "cursor.fetchall()", "rows"),
        ("cursor.execute('SELECT id FROM jobs')", "cursor", "rows"),
        ("own = connect(region='r').cursor()\nown.execute(f'SELECT id FROM {schema}.jobs')", "own", "rows"),
        ("", "session.query(Job).filter_by(status='queued').all()", "rows"),
        ("", "session.scalars(select(Job).limit(10)).all()", "rows"),
        ("", "session.execute(select(Job)).scalars()", "rows"),
        ("", "Job.objects.filter(status='queued')[:10]", "rows"),
        ("", "Job.select().where(Job.status == 'queued').limit(5)", "rows"),
        ("", "collection.find({'status': 'queued'}).sort('created')", "rows"),
        ("", "supabase.table('jobs').select('*').limit(5).execute().data", "rows"),
        ("", "os.environ['NAMES'].split(',')", "configured"),
        ("names = os.getenv('NAMES', '[]')", "json.loads(names)", "configured"),
        ("", "requests.get('https://example.com').json()", "fetched"),
        ("answer = http.request('GET', 'https://example.com')", "json.loads(answer.data.decode())['items']", "fetched"),
        ("with urlopen('https://example.com') as answer:\n    data = json.load(answer)", "data.get('items', [])",
         "fetched"),
        ("body = s3.get_object(Bucket='b', Key='k')['Body'].read().decode()", "csv.DictReader(body.splitlines())",
         "lines"),
        ("", "json.loads(s3.get_object(Bucket='b', Key='k')['Body'].read())", "lines"),
        ("", "frame.iterrows()", "lines"),
        ("", "due()", "table_items"),
        ("", "each_due()", "table_items"),
    ],
)  # fmt: skip
def test_what_it_goes_over(before: str, items: str, expected: str) -> None:
    helpers = """
def due():
    answer = table.scan()
    return answer.get("Items", [])

def each_due():
    for page in dynamodb.get_paginator("scan").paginate():
        for item in page["Items"]:
            yield item
"""
    found = loops(f"{before}\n{over(items)}", helpers)
    assert [(one.items, one.work, one.item_failure, one.results) for one in found] == [
        (expected, "requests", "escapes", "each")
    ]


@pytest.mark.parametrize(
    "items",
    [
        "range(3)", "('a', 'b')", "NAMES", "'a,b'.split(',')", "table.scan()", "answer['Items']",
        "sqs.receive_message(QueueUrl='q')['Messages']", "queue.receive_messages()",
        "table.query(Limit=1)['Items']", "s3.list_objects_v2(Bucket='b', MaxKeys=1)['Contents']", "cursor.fetchmany(1)",
        "Job.objects.filter(status='queued').order_by('id')[:1]", "session.query(Job).limit(1).all()",
        "table.scan()['Items'][:1]",
        "connect().cursor()",
        "counts.items()", "event.values()", "settings.instances.all()", "answer['Users']", "Camera.images.all()",
        "text.find('a')", "settings.objects", "context.items",
    ],
)  # fmt: skip
def test_what_holds_no_items(items: str) -> None:
    assert loops(over(items)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT id FROM jobs", ["rows"]),
        ("SELECT id FROM jobs LIMIT 10", ["rows"]),
        ("SELECT id FROM jobs ORDER BY id LIMIT 1", []),
        ("select id from jobs fetch first row only;", []),
    ],
)
def test_a_statement_that_asks_for_one_row(text: str, expected: list[str]) -> None:
    asked = f"cursor.execute('{text}')\n"
    assert [one.items for one in loops(asked + over("cursor"))] == expected
    assert [one.items for one in loops(asked + over("cursor.fetchall()"))] == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("requests.post('u', json=item)", "requests"),
        ("sqs.send_message(QueueUrl='q', MessageBody=item['id'])", "sends"),
        ("boto3.client('stepfunctions').start_execution(stateMachineArn='m', input=item['id'])", "starts"),
        ("boto3.client('batch').submit_job(jobName=item['id'], jobQueue='q', jobDefinition='d')", "starts"),
        ("s3.put_object(Bucket='b', Key=item['id'], Body=b'')", "stores"),
        ("table.put_item(Item=item)", "writes"),
        ("cursor.execute('UPDATE jobs SET done = 1 WHERE id = %s', item['id'])", "writes"),
        ("process(item)", "steps"),
        ("print(item['id'])", None),
        ("value = json.loads(item['body'])", None),
        ("s3.get_object(Bucket='b', Key=item['id'])", None),
        ("pool.submit(process, item)", None),
        ("with table.batch_writer() as batch:\n    batch.put_item(Item=item)", None),
        ("boto3.client('lambda').invoke(FunctionName='f', Payload=item['id'])\nrequests.post(item['url'])", None),
    ],
)
def test_what_is_done_for_each(body: str, expected: str | None) -> None:
    lines = "\n".join(f"    {line}" for line in body.split("\n"))
    helper = """
def process(item):
    found = table.get_item(Key={"id": item["id"]})
    table.update_item(Key={"id": item["id"]}, UpdateExpression="a")
    table.delete_item(Key={"id": found["Item"]["id"]})
"""
    found = loops(f"for item in table.scan()['Items']:\n{lines}", helper)
    assert [one.work for one in found] == ([expected] if expected else [])


SCAN = "for item in table.scan()['Items']:"
POST = "requests.post(item['url'])"


@pytest.mark.parametrize(
    ("body", "path", "expected"),
    [
        (f"{SCAN}\n    guarded(item)\n    {POST}", "item_failure", "caught"),
        (f"{SCAN}\n    if item['bad']:\n        raise ValueError\n    {POST}", "left_by", "raise"),
        (f"{SCAN}\n    {POST}\n    return item", "left_by", "return"),
        (f"{SCAN}\n    {POST}\n    break", "left_by", "break"),
        (f"{SCAN}\n    if item['last']:\n        break\n    {POST}", "left_by", None),
        (f"{SCAN}\n    for one in NAMES:\n        break\n    {POST}", "left_by", None),
        (f"total = 0\n{SCAN}\n    total += {POST}.json()\nsave(total)", "results", "together"),
        (f"done = 0\n{SCAN}\n    {POST}\n    done += 1\nsave(done)", "results", "each"),
        (f"done = []\n{SCAN}\n    {POST}\n    done.append(item)\nreturn json.dumps(done)", "results", "each"),
        (f"done = []\n{SCAN}\n    done.append({POST})\nbody = json.dumps(done)\nsave(body)", "results", "together"),
        (f"with session.begin():\n    {SCAN}\n        {POST}", "results", "together"),
    ],
)  # fmt: skip
def test_what_excuses_it(body: str, path: str, expected: str | None) -> None:
    helper = """
def guarded(item):
    try:
        requests.post(item["url"])
    except Exception as error:
        print(error)
"""
    assert [getattr(one, path) for one in loops(body, helper)] == [expected]


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ("table.meta.client.exceptions.ConditionalCheckFailedException", "escapes"),
        ("(KeyError, ValueError)", "escapes"),
        ("Exception", "caught"),
        ("ClientError", "caught"),
        ("(KeyError, requests.RequestException)", "caught"),
    ],
)
def test_an_expected_answer_is_no_failure_that_is_taken(types: str, expected: str) -> None:
    body = f"""
{SCAN}
    try:
        table.put_item(Item=item)
    except {types}:
        continue
    {POST}
"""
    assert [one.item_failure for one in loops(body)] == [expected]


def test_what_becomes_of_the_others() -> None:
    mark = "table.update_item(Key={'id': item['id']}, UpdateExpression='SET a = :a')"
    assert ["always fails" in one.loss for one in loops(f"{SCAN}\n    {POST}\n    {mark}")] == [True]
    assert ["always fails" in one.loss for one in loops(f"{SCAN}\n    {mark}\n    {POST}")] == [False]


def test_a_loop_that_goes_on_takes_the_errors_of_those_in_it() -> None:
    body = """
for name in NAMES:
    try:
        for item in table.scan()['Items']:
            requests.post(item['url'])
    except Exception as error:
        print(error)
"""
    assert loops(body) == []
    around = f"try:\n    {SCAN}\n        {POST}\nexcept Exception:\n    raise"
    assert len(loops(around)) == 1


WORKER = """
import time
import requests
from models import Job

def work(job):
    requests.post(job.url, timeout=5)

def run():
    while {test}:
        try:
            for job in Job.objects.filter(status="queued"):
                work(job)
        except Exception as error:
            print(error)
        {last}
"""


@pytest.mark.parametrize(
    ("test", "last", "expected"),
    [("True", "time.sleep(5)", 1), ("self.running", "time.sleep(5)", 1), ("True", "break", 0), ("True", "pass", 0)],
)
def test_a_worker_goes_on_and_waits(test: str, last: str, expected: int) -> None:
    data = WORKER.format(test=test, last=last).encode()
    found = facts_of(parse(data, "app.py"), ContractBook(), AnalysisOptions()).facts
    told = [fact.data for fact in found if fact.kind == "item_loop"]
    assert [one.caller.kind for one in told] == ["worker"] * expected
    assert all("next round" in one.loss for one in told)


def test_helpers_of_other_modules(tmp_path: Path) -> None:
    (tmp_path / "store.py").write_text(
        "import boto3\ntable = boto3.resource('dynamodb').Table('jobs')\n\n"
        "def due():\n    return table.scan()['Items']\n"
    )
    (tmp_path / "mail.py").write_text(
        "import boto3\nfrom store import due\nses = boto3.client('ses')\n\n"
        "def send(user):\n    ses.send_email(Source='a', Destination=user['mail'], Message={})\n\n"
        "def send_all(users):\n    for user in users:\n        send(user)\n\n"
        "def send_due():\n    for user in due():\n        send(user)\n"
    )
    (tmp_path / "daily.py").write_text(
        "from mail import send, send_all, send_due\nfrom store import due\n\n"
        "def handler(event, context):\n    for user in due():\n        send(user)\n"
        "    send_due()\n    send_all(due())\n"
    )
    project = Project(Configuration(values={"select": ["INV308"]}, project=tmp_path))
    found = lint(inputs_of([str(tmp_path)], project).files, project).report.findings
    told = [(one.place.path, one.place.line, [step.place.path for step in one.chain]) for one in found]
    told = [(Path(path).name, line, [Path(step).name for step in steps]) for path, line, steps in told]
    assert told == [("daily.py", 5, []), ("daily.py", 7, ["daily.py"]), ("daily.py", 8, ["daily.py"])]


# Each of these takes for ever where a name or a function is looked into anew on each way to it.


def test_helpers_that_call_each_other() -> None:
    names = [f"step{one}" for one in range(40)]
    calls = "".join(f"    {name}(item)\n" for name in names)
    helpers = "".join(f"def {name}(item):\n{calls}    requests.post(item['url'])\n\n" for name in names)
    assert [one.work for one in loops(f"{SCAN}\n    step0(item)", helpers)] == ["requests"]


def test_names_that_stand_for_each_other() -> None:
    ways = "\n".join(f"a{one} = a{one + 1}" for one in range(8) for _ in range(30))
    assert loops(f"{ways}\nfor item in a0['Items']:\n    {POST}") == []


@pytest.mark.parametrize("taken", ["", "['Items']"])
def test_helpers_that_return_each_other(taken: str) -> None:
    def returns(of: int) -> str:
        return f"def read{of}():\n" + f"    if NAMES:\n        return read{of + 1}()\n" * 15 + "\n"

    assert loops(f"for item in read0(){taken}:\n    {POST}", "".join(map(returns, range(8)))) == []


def test_a_helper_that_is_cut_off_on_one_way_is_seen_whole_on_another() -> None:
    helpers = """
def first(item):
    second(item)

def second(item):
    third(item)

def third(item):
    guarded(item)
    requests.post(item["url"])

def guarded(item):
    try:
        requests.put(item["url"])
    except Exception:
        print("failed")
"""
    found = loops(f"{SCAN}\n    first(item)\n{SCAN}\n    third(item)", helpers)
    assert [one.item_failure for one in found] == ["escapes", "caught"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"if item['bad']:\n        break\n    else:\n        {POST}", None),
        (f"if item['bad']: break\n    {POST}", None),
        (f"if item['due']:\n        {POST}\n        break", "break"),
        (f"with open('f'):\n        {POST}\n    break", "break"),
    ],
)
def test_a_break_behind_the_work(body: str, expected: str | None) -> None:
    assert [one.left_by for one in loops(f"{SCAN}\n    {body}")] == [expected]
