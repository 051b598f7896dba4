"""Ways of writing an invocation that public code uses: what the fact says of each."""

from __future__ import annotations

from textwrap import dedent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Unknown
from invocation_lint.facts.invocation import Invocation
from invocation_lint.source.parsing.tree import parse

HEAD = 'import json\nimport boto3\n\nclient = boto3.client("lambda")\n\n'


def invocations(code: str) -> list[Invocation]:
    """The invocations in a piece of code, those of callers left out."""
    source = parse((HEAD + dedent(code)).encode(), "app.py")
    found = facts_of(source, ContractBook(), AnalysisOptions()).facts
    return [fact.data for fact in found if not fact.chain]


def invocation(code: str) -> Invocation:
    (found,) = invocations(code)
    return found


def test_a_logger_of_unknown_make_logs() -> None:
    code = """
    from tools import make_logger
    logger = make_logger(service="shop")

    def start(name):
        response = client.invoke(FunctionName=name, Payload=b"{}")
        logger.info(response)
        logger.info("the answer", extra=response)
    """
    reads = invocation(code).response.reads
    assert isinstance(reads, tuple)
    assert {(read.field, read.use) for read in reads} == {("response", "logged")}


def test_a_method_of_that_name_on_anything_else_gets_the_answer() -> None:
    code = """
    def start(name, ledger_book):
        response = client.invoke(FunctionName=name, Payload=b"{}")
        ledger_book.warehouse.info(response)
    """
    assert invocation(code).response.payload == "handed_over"


def test_a_client_that_starts_as_none_is_set_elsewhere() -> None:
    code = """
    class Sender:
        sender = None

        def send(self, name, story):
            Sender.sender.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps({"story": story}))
    """
    assert invocation(code).invocation_type == "Event"


def test_a_field_of_a_model_is_what_its_constructor_was_given() -> None:
    code = """
    from pydantic import BaseModel

    class Sender(BaseModel):
        sender: object = None
        mode: str = "Event"

        def send(self, name, story):
            self.sender.invoke(FunctionName=name, InvocationType=self.mode, Payload=json.dumps(story))
    """
    assert isinstance(invocation(code).invocation_type, Unknown)


def test_invoke_handed_to_unknown_code_is_an_invocation_whose_answer_that_code_has() -> None:
    code = """
    from pool import run_later

    def start(name, story):
        return run_later(client.invoke, FunctionName=name, InvocationType="Event", Payload=json.dumps(story))
    """
    found = invocation(code)
    assert found.invocation_type == "Event"
    assert found.response.payload == "handed_over"
    assert isinstance(found.service_error.seen_by_handler, Unknown)


def test_keywords_that_are_not_known_may_hold_any_mode_and_payload() -> None:
    code = """
    def call(**options):
        return client.invoke(**options)
    """
    found = invocation(code)
    assert isinstance(found.invocation_type, Unknown)
    assert found.payload is not None
    assert isinstance(found.payload.layers, Unknown)


def test_a_bytearray_that_is_filled_later_is_not_empty() -> None:
    code = """
    def start(name, story):
        payload = bytearray()
        payload.extend(map(ord, json.dumps(story)))
        client.invoke(FunctionName=name, InvocationType="Event", Payload=payload)
    """
    payload = invocation(code).payload
    assert payload is not None
    assert payload.python_type == "bytearray"
    assert isinstance(payload.layers, Unknown)


def test_a_submitted_call_is_an_invocation_and_its_result_the_answer() -> None:
    code = """
    from concurrent.futures import ThreadPoolExecutor

    def start(name):
        with ThreadPoolExecutor() as pool:
            future = pool.submit(client.invoke, FunctionName=name, Payload=b"{}")
            try:
                return json.loads(future.result()["Payload"].read())["jobs"]
            except Exception as error:
                print(error)
    """
    found = invocation(code)
    assert found.response.payload == "used"
    assert found.service_error.seen_by_handler == "yes"


def test_errors_of_submitted_calls_come_where_their_results_are_taken() -> None:
    code = """
    from concurrent.futures import ThreadPoolExecutor, as_completed

    def start(names):
        pool = ThreadPoolExecutor()
        futures = [pool.submit(send, name) for name in names]
        for future in as_completed(futures):
            try:
                future.result()
            except Exception as error:
                print(error)

    def send(name):
        client.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
    """
    source = parse((HEAD + dedent(code)).encode(), "app.py")
    chained = [f.data for f in facts_of(source, ContractBook(), AnalysisOptions()).facts if f.chain]
    assert [data.service_error.seen_by_handler for data in chained] == ["yes"]


def test_calls_mapped_over_a_collection_run_beside_each_other() -> None:
    code = """
    from functools import partial

    def start(pool, payloads):
        pool.map(partial(client.invoke, FunctionName="agent", InvocationType="Event"), payloads)
    """
    loop = invocation(code).in_loop
    assert loop is not None
    assert loop.concurrent == "yes"


@pytest.mark.parametrize(
    "call",
    [
        "partial(client.invoke, Payload=b'{}', **options)()",
        "partial(partial(client.invoke, **options), Payload=b'{}')()",
        "pool.submit(partial(client.invoke, Payload=b'{}', **options)).result()",
        "partial(send, **options)(Payload=b'{}')",
        "functools.partial(client.invoke, **options, **more)(Payload=b'{}')",
    ],
)
def test_a_partial_may_hold_more_than_is_known(call: str) -> None:
    code = f"""
    import functools
    from functools import partial

    def send(**given):
        return client.invoke(**given)

    def start(pool, options, more):
        return {call}
    """
    source = parse((HEAD + dedent(code)).encode(), "app.py")
    found = [fact.data for fact in facts_of(source, ContractBook(), AnalysisOptions()).facts]
    assert found
    assert [data.arguments.open for data in found] == ["yes"] * len(found)


def test_a_call_in_an_executor_raises_where_it_is_awaited() -> None:
    code = """
    import asyncio

    async def start(name):
        loop = asyncio.get_event_loop()
        try:
            return await loop.run_in_executor(None, lambda: client.invoke(FunctionName=name, Payload=b"{}"))
        except Exception as error:
            print(error)
    """
    source = parse((HEAD + dedent(code)).encode(), "app.py")
    chained = [f.data for f in facts_of(source, ContractBook(), AnalysisOptions()).facts if f.chain]
    assert [data.service_error.seen_by_handler for data in chained] == ["yes"]


def test_an_answers_key_that_is_popped_is_read() -> None:
    code = """
    def start(name):
        response = client.invoke(FunctionName=name, Payload=b"{}")
        return json.loads(response.pop("Payload").read())["job"]
    """
    assert invocation(code).response.payload == "used"


HANDLER = """
    def handler(event, context):
        client.invoke(FunctionName="agent", InvocationType="Event", Payload=b"{}")
        return event
"""


def boundary(code: str, name: str = "app.py") -> object:
    source = parse((HEAD + dedent(code)).encode(), name)
    (fact,) = [one for one in facts_of(source, ContractBook(), AnalysisOptions()).facts if one.kind == "invocation"]
    return fact.data.service_error.boundary


def test_a_handler_among_the_tasks_of_a_state_machine_may_raise() -> None:
    assert boundary(HANDLER, "lambda/state_machine/create_model.py") == "state_machine"
    assert boundary(HANDLER, "src/step-functions/poll.py") == "state_machine"
    assert boundary(HANDLER, "src/estate_machinery/poll.py") is None


def test_a_module_that_defines_nothing_is_a_script() -> None:
    call = 'client.invoke(FunctionName="agent", InvocationType="Event", Payload=b"{}")\n'
    assert boundary(call) == "script"
    assert boundary(f"def main_menu():\n    pass\n\n\n{call}") is None


def test_a_model_made_from_unknown_keywords_may_hold_anything() -> None:
    code = """
    from dataclasses import dataclass

    @dataclass
    class Order:
        name: str
        urls: list = None

    def handler(event, context):
        try:
            order = Order(**json.loads(event["body"]))
            if order.urls:
                send(order)
        except Exception as error:
            return {"statusCode": 500, "body": str(error)}

    def send(order):
        client.invoke(FunctionName="agent", InvocationType="Event", Payload=json.dumps({"urls": order.urls}))
    """
    source = parse((HEAD + dedent(code)).encode(), "app.py")
    (chained,) = [f.data for f in facts_of(source, ContractBook(), AnalysisOptions()).facts if f.chain]
    assert chained.service_error.seen_by_handler == "yes"


def test_an_error_that_an_unknown_clause_may_take_is_seen_by_the_general_one_behind_it() -> None:
    code = """
    from shop.errors import ShopError

    def start(name):
        try:
            client.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
        except ShopError:
            raise
        except Exception as error:
            raise ShopError("not started") from error
    """
    assert invocation(code).service_error.seen_by_handler == "yes"


def test_an_attribute_that_a_default_dict_lacks_is_that_of_the_argument() -> None:
    code = """
    class Publisher:
        def __init__(self, context={}):
            self.context = context

        def again(self):
            client.invoke(FunctionName=self.context.function_name, InvocationType="Event", Payload=b"{}")
    """
    assert invocation(code).function.self == "yes"


def test_encode_taken_from_str_encodes() -> None:
    code = """
    def start(name, story_id):
        payload = str.encode(json.dumps({"storyId": story_id}))
        client.invoke(FunctionName=name, InvocationType="Event", Payload=payload)
    """
    payload = invocation(code).payload
    assert payload is not None
    assert (payload.python_type, payload.layers) == ("bytes", 1)


def test_a_payload_that_is_dumped_for_a_log_line_is_logged() -> None:
    code = """
    import logging
    logger = logging.getLogger(__name__)

    def start(name):
        payload = json.load(client.invoke(FunctionName=name, Payload=b"{}")["Payload"])
        logger.debug("answer: %s", json.dumps({"answer": payload}))
        return payload
    """
    assert invocation(code).response.payload == "returned"


def test_a_payload_that_is_dumped_into_a_record_is_used() -> None:
    code = """
    def start(name, table):
        payload = json.load(client.invoke(FunctionName=name, Payload=b"{}")["Payload"])
        table.put_item(Item={"answer": json.dumps(payload)})
    """
    assert invocation(code).response.payload == "used"


def test_the_reply_of_a_web_framework_holds_what_it_is_given() -> None:
    code = """
    from flask import Flask, jsonify
    app = Flask(__name__)

    @app.route("/sign")
    def sign():
        response = client.invoke(FunctionName="sign", Payload=b"{}")
        return jsonify(json.loads(response["Payload"].read())), 200
    """
    assert invocation(code).response.payload == "used"


def test_a_question_whether_there_is_a_text_is_no_use_of_it() -> None:
    code = """
    def ask(name):
        raw = client.invoke(FunctionName=name, Payload=b"{}")["Payload"].read()
        return json.loads(raw) if raw else {}
    """
    assert invocation(code).response.payload == "returned"


def test_a_part_of_the_payload_that_is_text_itself_is_decoded() -> None:
    code = """
    def ask(name):
        answer = json.loads(client.invoke(FunctionName=name, Payload=b"{}")["Payload"].read())
        return json.loads(answer["body"])
    """
    reads = invocation(code).response.reads
    assert isinstance(reads, tuple)
    assert ("payload.body", "decoded") in {(read.field, read.use) for read in reads}


def test_the_answers_of_a_loop_are_read_once_each() -> None:
    code = """
    def ask_all(names):
        answers = []
        for name in names:
            answers.append(client.invoke(FunctionName=name, Payload=b"{}"))
        first = answers[0]["Payload"].read()
        return first, answers[1]["Payload"].read()
    """
    reads = invocation(code).response.reads
    assert isinstance(reads, tuple)
    assert "read_again" not in {read.use for read in reads}
