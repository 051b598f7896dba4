"""Which files can matter, told from their bytes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from invocation_lint.data.batch_operations import batch_operations
from invocation_lint.facts.building.messaging.messages import OPERATIONS
from invocation_lint.source import scan
from invocation_lint.source.scan import (
    Seed,
    may_handle,
    may_matter,
    may_query_jobs,
    may_read_keys,
    may_read_lists,
    may_run_loops,
    may_run_machines,
    may_send,
    may_write_messages,
    speaks_of_lambda,
)


@pytest.mark.parametrize(
    "code",
    [
        "client.invoke(FunctionName='f')",
        "client.invoke(functionName='f')",
        "client.invoke(FUNCTIONNAME='f')",
        "client.invoke_async(FunctionName='f', InvokeArgs=b'')",
        "client.invoke_with_response_stream(FunctionName='f')",
        "client = boto3.client('lambda')\nclient.invoke(**options)",
        'boto3.client("lambda").invoke()',
        "lambda_client.invoke(**options)",
        "self._lambdaClient.invoke(**options)",
        "client: LambdaClient\nclient.invoke()",
        "params = {'FunctionName': name}\nclient.invoke(params)",
        "pool.submit(client.invoke, FunctionName='f')",
        "start = functools.partial(aws_lambda.invoke, **fixed)",
        "partial(lambda_.invoke, InvocationType='Event')",
        "await asyncio.to_thread(LAMBDA.invoke, *given)",
        "(client\n    .invoke(FunctionName='f'))",
        "client. invoke (FunctionName='f')",
        "client.\\\n    invoke(FunctionName='f')",
        "send = client.invoke\nsend(FunctionName='f')",
        "# é\nclient.invoke(FunctionName='\u00fc')",
    ],
)
def test_files_that_may_hold_an_invocation(code: str) -> None:
    assert may_matter(code.encode())
    assert may_matter(code.replace("\n", "\r\n").encode("latin-1"))


@pytest.mark.parametrize(
    "code",
    [
        "",
        "import boto3\nclient = boto3.client('lambda')\n",
        "chain.invoke({'question': q})",
        "runner.invoke(cli, ['--help'])",
        "client.invoke_model(modelId='m', FunctionName='f')",
        "client.invoked(FunctionName='f')",
        "invoke(FunctionName='f')",
        "key = lambda x: x\nctx.invoke(other)",
        "chain.invoke(**options)",
        "run = partial(chain.invoke, lambda x: x)",
    ],
)
def test_files_that_surely_hold_none(code: str) -> None:
    assert not may_matter(code.encode())


def test_the_seed_of_another_fact_is_data(monkeypatch: pytest.MonkeyPatch) -> None:
    seed = Seed("message", ((re.compile(rb"send_message"), re.compile(rb"sqs")), (re.compile(rb"publish"),)))
    monkeypatch.setattr(scan, "SEEDS", (*scan.SEEDS, seed))
    assert may_matter(b"sqs.send_message()")
    assert may_matter(b"sns.publish()")
    assert may_matter(b"client.invoke(FunctionName=f)")
    assert not may_matter(b"queue.send_message()")


def test_signs_of_lambda() -> None:
    assert speaks_of_lambda(b"boto3.client('lambda')")
    assert not speaks_of_lambda(b"lambda x: x")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("db.execute('SELECT * FROM jobs')", True),
        ("session.query(RenderJob)", True),
        ("table('job_queue').select()", True),
        ("jobs = []", False),
        ("db.execute('SELECT 1')", False),
        ("db.execute(\n  'Select * from jobs')", True),
        ("cursor.execute(JOBS)  # every job", True),
        ("run(cursor.execute, job)", True),
        ("super().execute(job)", False),
        ("super().execute(job); cursor.execute(job)", True),
        ("db.jobs.find()", True),
        ("db['jobs'].find({'done': False})", True),
        ("find = db.jobs.find", True),
        ("job.find('/')", False),
        ("job.find(mark) != -1", False),
        ("job[job.find(mark) + 1 :]", False),
        ("db.jobs.find(mark) or []", True),
        ("Job.query.filter_by(done=False)", True),
        ("query = Job.query\n", True),
        ("count(Job.query)", True),
        ("count(self.query, job)", False),
        ("self.query = job", False),
        ("self.jobs.query(done=False)", True),
        ("jobs.paginate(1, 50)", True),
        ("client.get_paginator('scan').paginate(TableName='jobs')", True),
        ("client.get_paginator(name).paginate(TableName='jobs')", True),
        ("paginator = client.get_paginator('list_jobs')\npaginator.paginate()", False),
        ("client.get_paginator('list_jobs').paginate()", False),
        ("session.get(Job, key)", True),
    ],
)
def test_queries_of_jobs(code: str, expected: bool) -> None:
    assert may_query_jobs(code.encode()) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("boto3.client('iam').list_roles()['Roles']", True),
        ('client = boto3.client("s3")\nfor o in client.list_objects_v2(Bucket=b).get("Contents", []):', True),
        ('self.table.scan(\n)["Items"]', True),
        ('boto3\nclient\n  .list_distributions()["DistributionList"]["Items"]', True),
        ('table.scan()["items"]', False),
        ('boto3\nclient.list_roles()', False),
        ('client.list_roles()["Roles"]', True),
        ('client.list_roles()["roles"]', False),
        ('client.list_users()["Names"]', False),
        ('boto3\nclient.list_everything()["Roles"]', False),
        ('boto3\nclient.get_item()["Items"]', False),
    ],
)  # fmt: skip
def test_reads_of_pages(code: str, expected: bool) -> None:
    assert may_read_lists(code.encode()) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def lambda_handler(event, context):", True),
        ("def handler_of_orders(evt, ctx):", True),
        ("async def run(event, _context):", True),
        ("def main(event, context):", True),
        ("def work_on(event, context):", True),
        ("class Work:\n    def work(self, event, context):", True),
        ("def domain(event, name):", False),
        ("def prune(event, name):", False),
        ("class Work:\n    def run(self, event, name):", False),
        ("def handler(event):", False),
    ],
)
def test_handlers(code: str, expected: bool) -> None:
    assert may_handle(code.encode()) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('key = record["s3"]["object"]["key"]', True),
        ("key = record.get('s3', {}).get('object').get('key')", True),
        ("key = record.s3.get_object.key", True),
        ("key = event.detail.object.key", True),
        ('key = event.detail["object"]["key"]', True),
        ('key = event["detail"]["object"]["key"]', True),
        ('key = record["aws-s3"]["object"]["key"]', False),
        ("object = s3.Object(bucket, key)", False),
        ('key = record["s3"]["bucket"]', False),
        ('for name in ("s3", "object", "key"):', True),
        ('made = record.get("s3")["object"]\nuse(made.get("key"))', True),
        ('sent = {"s3": {"object": {"key": key}}, "of": event["s3"]}', False),
    ],
)
def test_keys_of_objects(code: str, expected: bool) -> None:
    assert may_read_keys(code.encode()) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("events.put_events(Entries=entries)", True),
        ("events.put_events(  # all\n    Entries # some\n    = entries)", True),
        ("table.batch_write_item(RequestItems={})", True),
        ("backend.put_events(entries)", False),
        ("sns.publish_batch(topic_arn=topic)", False),
        ("queue.send_messages(Entries == entries)", False),
    ],
)
def test_batches(code: str, expected: bool) -> None:
    assert may_send(code.encode()) is expected


def test_the_entries_of_every_batch_operation_are_known() -> None:
    for name, operation in batch_operations().items():
        assert may_send(f"client.{name}({operation.entries}=some)".encode()), name


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("sqs.send_message(QueueUrl=url, MessageBody=body)", True),
        ("topic.publish(Message=text)", True),
        ("sns.publish(TopicArn = arn)", True),
        ("events.put_events(Entries=[{'DetailType': 'x'}])", True),
        ("topic.publish(message, TopicArn)", False),
        ("queue.send_message(url, body)  # MessageBody", False),
    ],
)
def test_messages(code: str, expected: bool) -> None:
    assert may_write_messages(code.encode()) is expected


def test_the_parameters_of_every_message_are_known() -> None:
    for name, operation in OPERATIONS.items():
        given = {*operation.target, operation.entries} - {""} or {operation.part}
        test = may_run_machines if operation.service == "stepfunctions" else may_write_messages
        assert all(test(f"# DetailType\nclient.{name}({one}=some)".encode()) for one in given), name


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("machines.start_execution(stateMachineArn=arn)", True),
        ("machines.describe_execution(executionArn=arn)", True),
        ("backend.start_execution(arn)", False),
        ("backend.describe_execution(arn=arn)", False),
    ],
)
def test_executions(code: str, expected: bool) -> None:
    assert may_run_machines(code.encode()) is expected


@pytest.mark.parametrize(
    ("made", "expected"), [("ClientSession()", True), ("AsyncOpenAI()", True), ("Client()", False)]
)
def test_loops_with_clients(made: str, expected: bool) -> None:
    code = f"client = {made}\n\nasync def work(): ...\n\ndef handler(event, context):\n    asyncio.run(work())\n"
    assert may_run_loops(code.encode()) is expected


def test_nothing_before_the_parse_imports_a_parser() -> None:
    files = ("files.decode", "files.discover", "files.gitignore", "files.ignores")
    modules = (*files, "scan", "parsing.guard", "parsing.tokens", "comments.suppressions")
    code = (
        "import sys\n"
        + "".join(f"import invocation_lint.source.{module}\n" for module in modules)
        + "invocation_lint.source.files.discover.find_files(['.'])\n"
        + "heavy = {'libcst', 'yaml', 'click', 'rich', 'pathspec'} & set(sys.modules)\n"
        + "sys.exit(str(heavy) if heavy else 0)\n"
    )
    root = Path(scan.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(root)!r})\n{code}"],
        cwd=root / "invocation_lint" / "source",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
