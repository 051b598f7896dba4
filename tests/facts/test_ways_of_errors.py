"""Where an error goes through retries, groups of tasks, stacks of managers and hooks; and what tells of it then."""

from __future__ import annotations

from textwrap import dedent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Fact, Unknown
from invocation_lint.source.parsing.tree import parse

HEAD = """
import asyncio, contextlib, functools, json, time
from concurrent.futures import ThreadPoolExecutor, as_completed
import aioboto3, backoff, boto3, tenacity
from botocore.exceptions import BotoCoreError, ClientError

client = boto3.client("lambda")
session = aioboto3.Session()

def invoke(job):
    client.invoke(FunctionName="mail", InvocationType="Event", Payload=job)

async def send(job):
    async with session.client("lambda") as mail:
        await mail.invoke(FunctionName="mail", InvocationType="Event", Payload=job)
"""


def told(code: str, function: str) -> Fact:
    """The fact of the invocation that is reached from a function."""
    source = parse((HEAD + dedent(code)).encode(), "app.py")
    facts = facts_of(source, ContractBook(), AnalysisOptions()).facts
    (found,) = (fact for fact in facts if fact.function == function)
    return found


def fate(code: str, function: str = "start") -> tuple[object, object]:
    """Whether an error that the service answers is seen, and what is done about it."""
    error = told(code, function).data.service_error
    return ("maybe" if isinstance(error.seen_by_handler, Unknown) else error.seen_by_handler), error.handler_does


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ("tenacity.retry(stop=tenacity.stop_after_attempt(3))", ("no", None)),
        ("tenacity.retry(retry_error_callback=lambda state: None)", ("yes", "returns")),
        ("tenacity.retry(retry_error_callback=None)", ("no", None)),
        ("backoff.on_exception(backoff.expo, ClientError, max_tries=3)", ("no", None)),
        ("backoff.on_exception(backoff.expo, ClientError, max_tries=3, raise_on_giveup=False)", ("yes", "logs")),
    ],
)
def test_what_a_retrying_decorator_does_at_the_end(decorator: str, expected: tuple[object, object]) -> None:
    code = f"""
    @{decorator}
    def again(job):
        invoke(job)

    def start(job):
        again(job)
    """
    assert fate(code) == expected


def test_a_decorator_of_the_program_named_retry_is_read() -> None:
    code = """
    def retry(function):
        @functools.wraps(function)
        def inner(*args, **kwargs):
            try:
                return function(*args, **kwargs)
            except Exception:
                pass
        return inner

    @retry
    def again(job):
        invoke(job)

    def start(job):
        again(job)
    """
    assert fate(code) == ("yes", "drops")


@pytest.mark.parametrize(
    ("clauses", "expected"),
    [
        ("except Exception as error:\n    print(error)", ("yes", "logs")),
        ("except ExceptionGroup as error:\n    print(error)", ("yes", "logs")),
        ("except ClientError as error:\n    print(error)", ("no", None)),
        ("except* ClientError as error:\n    print(error)", ("yes", "logs")),
        ("except* ValueError as error:\n    print(error)", ("no", None)),
    ],
)
def test_a_group_of_tasks_raises_a_group(clauses: str, expected: tuple[object, object]) -> None:
    handler = clauses.replace("\n", "\n        ")
    code = f"""
    async def start(jobs):
        try:
            async with asyncio.TaskGroup() as group:
                for job in jobs:
                    group.create_task(send(job))
        {handler}
    """
    assert fate(code) == expected


def test_tasks_of_a_group_end_no_loop() -> None:
    code = """
    async def start(jobs):
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(send(job))
    """
    assert told(code, "start").data.in_loop.item_failure is None


@pytest.mark.parametrize(
    ("statement", "does"),
    [
        ("await asyncio.gather(*[send(job) for job in jobs], return_exceptions=True)", "drops"),
        ("results = await asyncio.gather(*[send(job) for job in jobs], return_exceptions=True)", "drops"),
        ("return await asyncio.gather(*[send(job) for job in jobs], return_exceptions=True)", "returns"),
        ("results = await asyncio.gather(send(jobs), return_exceptions=True)\n    print(results)", "returns"),
    ],
)
def test_errors_that_are_gathered_as_values(statement: str, does: str) -> None:
    assert fate(f"async def start(jobs):\n    {statement}\n") == ("yes", does)


@pytest.mark.parametrize(
    ("entered", "expected"),
    [
        ("stack.enter_context(contextlib.suppress(Exception))", ("yes", "drops")),
        ("stack.enter_context(open('log'))", ("no", None)),
        ("stack.callback(print, 'done')", ("no", None)),
        ("stack.enter_context(manager())", ("maybe", None)),
        ("prepare(stack)", ("maybe", None)),
    ],
)
def test_managers_on_a_stack(entered: str, expected: tuple[object, object]) -> None:
    code = f"""
    def start(job):
        with contextlib.ExitStack() as stack:
            {entered}
            invoke(job)
    """
    assert fate(code) == expected


@pytest.mark.parametrize("body", ["pass", '"""Look at it."""', "...", "raise NotImplementedError", "return"])
def test_a_method_that_does_nothing_is_left_to_subclasses(body: str) -> None:
    code = f"""
    class Sender:
        def check(self, response):
            {body}

        def ask(self, job):
            response = client.invoke(FunctionName="ask", Payload=job)
            self.check(response)
            return json.loads(response["Payload"].read())["text"] + "!"
    """
    assert told(code, "Sender.ask").data.response.function_error == "handed_over"


@pytest.mark.parametrize("kept", ["Answer(**{})", "{{**{}, 'job': job}}"])
def test_an_answer_that_is_spread_is_handed_over(kept: str) -> None:
    call = "client.invoke(FunctionName='ask', Payload=job)"
    found = told(f"def start(job):\n    return save({kept.format(call)})\n", "start")
    assert found.data.response.payload == "handed_over"


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("except Exception as error:\n            job.fail(error)\n            raise", ("yes", "reraises")),
        ("except Exception as error:\n            print(error)\n            raise", ("yes", "reraises")),
        ("except Exception as error:\n            raise RuntimeError('no answer') from error", ("yes", "reraises")),
        ("except BotoCoreError:\n            job.fail()\n            raise", ("no", None)),
        ("finally:\n            job.close()", ("no", None)),
    ],
)
def test_who_catches_the_error_around_a_call_and_raises_it_again_has_seen_it(
    clause: str, expected: tuple[object, object]
) -> None:
    manager = f"""
    @contextlib.contextmanager
    def recording(job):
        try:
            yield job
        {clause}

    def start(job):
        with recording(job):
            invoke(job)
    """
    assert fate(manager) == expected
    deeper = clause.replace("\n", "\n    ")
    decorator = f"""
    def recording(function):
        def inner(job):
            try:
                return function(job)
            {deeper}
        return inner

    @recording
    def again(job):
        invoke(job)

    def start(job):
        again(job)
    """
    assert fate(decorator) == expected


HELPER = """
def told_by(job):
    try:
        invoke(job)
        return True
    except Exception:
        return False

async def told_later(job):
    try:
        await send(job)
        return True
    except Exception:
        return False

def after_attempts(job):
    sent = False
    for attempt in range(3):
        try:
            invoke(job)
            sent = True
            break
        except Exception:
            time.sleep(2**attempt)
    return sent
"""


APPENDED = "    for job in jobs:\n        done.append(told_by(job))\n"
GATHERED = "done = await asyncio.gather(*[told_later(job) for job in jobs])"
FUTURES = "futures = [pool.submit(told_by, job) for job in jobs]"


@pytest.mark.parametrize(
    ("function", "use"),
    [
        ("def start(jobs):\n    after_attempts(jobs)\n", "dropped"),
        ("def start(jobs):\n    return after_attempts(jobs) or fail()\n", "read"),
        ("def start(jobs):\n    with ThreadPoolExecutor() as pool:\n        pool.submit(told_by, jobs)\n", "dropped"),
        ("def start(jobs):\n    pool.submit(told_by, jobs).result()\n", "dropped"),
        ("def start(jobs):\n    if not pool.submit(told_by, jobs).result():\n        fail()\n", "read"),
        (
            f"def start(jobs):\n    {FUTURES}\n    for future in as_completed(futures):\n        future.result()\n",
            "dropped",
        ),
        (
            f"def start(jobs):\n    {FUTURES}\n    return all(future.result() for future in futures)\n",
            "read",
        ),
        ("async def start(jobs):\n    await told_later(jobs)\n", "dropped"),
        ("async def start(jobs):\n    task = asyncio.create_task(told_later(jobs))\n    await task\n", "dropped"),
        ("async def start(jobs):\n    if not await told_later(jobs):\n        fail()\n", "read"),
        ("async def start(jobs):\n    await asyncio.gather(*[told_later(job) for job in jobs])\n", "dropped"),
        ("async def start(jobs):\n    found = await asyncio.gather(told_later(jobs))\n    return all(found)\n", "read"),
        ("def start(jobs):\n    asyncio.run(told_later(jobs))\n", "dropped"),
        ("def start(jobs):\n    [told_by(job) for job in jobs]\n", "dropped"),
        ("def start(jobs):\n    list(map(told_by, jobs))\n", "dropped"),
        ("def start(jobs):\n    list(told_by(job) for job in jobs)\n", "dropped"),
        ("def start(jobs):\n    done = [told_by(job) for job in jobs]\n    return len(jobs)\n", "unread"),
        ("def start(jobs):\n    done = [told_by(job) for job in jobs]\n    return sum(done)\n", "read"),
        ("def start(jobs):\n    done = [told_by(job) for job in jobs]\n    return len(done)\n", "unread"),
        ("def start(jobs):\n    done = [told_by(job) for job in jobs]\n    return len(done), done\n", "read"),
        ("def start(jobs):\n    done = list(pool.map(told_by, jobs))\n    return len(done)\n", "unread"),
        (
            f"def start(jobs):\n    done = []\n{APPENDED}    return len(done)\n",
            "unread",
        ),
        (
            f"def start(jobs):\n    done = []\n{APPENDED}    return done\n",
            "read",
        ),
        ("def start(jobs, done):\n    done.append(told_by(jobs))\n    return len(done)\n", "read"),
        (
            f"async def start(jobs):\n    {GATHERED}\n    return len(done)\n",
            "unread",
        ),
        ("def start(jobs):\n    return [job for job in jobs if not told_by(job)]\n", "read"),
        ("def start(jobs):\n    any(told_by(job) for job in jobs)\n", "read"),
        (
            "def again(jobs):\n    done = told_by(jobs)\n    return done\n\ndef start(jobs):\n    again(jobs)\n",
            "dropped",
        ),
        (
            "def again(j):\n    done = told_by(j)\n    fail(done)\n    return done\n\ndef start(j):\n    again(j)\n",
            "read",
        ),
        (
            (
                "async def again(job):\n    done = await loop.run_in_executor(None, told_by, job)\n    return done\n\n"
                "async def start(jobs):\n    found = await again(jobs)\n    return 'sent'\n"
            ),
            "unread",
        ),
    ],
)
def test_what_becomes_of_a_value_that_tells_a_failure(function: str, use: str) -> None:
    failure = told(HELPER + function, "start").data.told_failure
    assert failure is not None
    assert (failure.value, failure.use) == ("False", use)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("None", "None"),
        ("-1", "a number"),
        ("'failed'", "a string"),
        ("{'ok': False}", "an object"),
        ("[]", "a list"),
        ("(False, 0)", "a tuple"),
        ("error", "an error"),
    ],
)
def test_what_the_value_is_in_words(given: str, value: str) -> None:
    code = HELPER.replace("return False", f"return {given}").replace("except Exception:", "except Exception as error:")
    failure = told(f"{code}def start(jobs):\n    told_by(jobs)\n", "start").data.told_failure
    assert failure is not None
    assert failure.value == value


@pytest.mark.parametrize(
    ("clause", "logged"),
    [
        ("return False", "no"),
        ("print(error)\n        return False", "yes"),
        ("return make_response(500)", "no"),
        ("log.exception('x')\n        return False", "yes"),
    ],
)
def test_whether_the_failure_is_logged_before_it_is_told(clause: str, logged: str) -> None:
    code = f"""
def once(job):
    try:
        invoke(job)
        return True
    except Exception as error:
        {clause}

def start(job):
    table.put_item(Item={{"id": job, "status": "pending"}})
    once(job)
"""
    code = "def make_response(code):\n    return {'statusCode': code}\n" + code
    failure = told(code, "start").data.told_failure
    assert failure is not None
    assert (failure.logged, failure.promised) == (logged, "pending")
    bare = told(code.replace("table.put_item", "keep"), "start").data.told_failure
    assert bare is not None
    assert bare.promised is None
    answered = told(
        code.replace("table.put_item", "keep") + "    return {'statusCode': 202}\n", "start"
    ).data.told_failure
    assert answered is not None
    assert answered.promised == "202"
    nested = "    return make_response({'status': 'started'})\n"
    answered = told(code.replace("table.put_item", "keep") + nested, "start").data.told_failure
    assert answered is not None
    assert answered.promised == "started"


@pytest.mark.parametrize(
    ("clause", "does"),
    [
        ("raise", "drops"),
        ("print(error)\n        raise", "logs"),
        ("if job: raise\n        print(error)", "drops"),  # another branch is not on its way
        ("if job: raise\n        once(job)", "drops"),
        ("if job:\n            print(error)\n            raise\n        raise", "drops"),
        ("if job:\n            print(error)\n        raise", "logs"),
        ("table.put_item(Item={'id': job, 'status': 'failed'})\n        raise", "logs"),
        ("for each in job:\n            print(each)\n        raise", "logs"),
    ],
)
def test_what_was_told_of_an_error_before_it_was_raised_again_and_dropped(clause: str, does: str) -> None:
    code = f"""
def once(job):
    try:
        invoke(job)
    except ClientError as error:
        {clause}

def start(job):
    with contextlib.suppress(Exception):
        once(job)
"""
    assert fate(code) == ("yes", does)


@pytest.mark.parametrize(
    "inner", ["except:\n        raise", "except BotoCoreError as error:\n        print(error)\n        raise"]
)
@pytest.mark.parametrize(
    ("outer", "expected"),
    [
        ("(ReadTimeoutError, ConnectionClosedError)", ("partly", "drops")),
        ("BotoCoreError", ("yes", "logs")),
        ("ClientError", ("yes", "reraises")),
    ],
)
def test_what_is_raised_again_may_be_taken_in_part(inner: str, outer: str, expected: tuple[object, object]) -> None:
    code = f"""
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

def once(job):
    try:
        invoke(job)
    {inner}

def start(job):
    try:
        once(job)
    except {outer}:
        pass
"""
    error = told(code, "start").data.transport_error
    if "print" not in inner and expected == ("yes", "logs"):
        expected = ("yes", "drops")
    assert (error.seen_by_handler, error.handler_does) == expected
