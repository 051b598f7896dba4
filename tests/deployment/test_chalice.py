"""Applications of Chalice: functions by decorators, with what the configuration says for each stage."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from invocation_lint.deployment.deployed import Deployed
from invocation_lint.deployment.model import EventSourceMapping, Function
from invocation_lint.deployment.reading import read_chalice
from invocation_lint.source.files.project_files import ProjectFiles
from tests.deployment.reading import one, shown

APP = """
    from chalice import Chalice

    app = Chalice(app_name="shop")

    @app.route("/orders/{id}", methods=["GET"])
    def order(id):
        return {}

    @app.lambda_function(name="report")
    def make_report(event, context):
        return {}

    @app.DECORATOR
    def handle(event):
        pass
"""


def deployed(decorator: str = "lambda_function()", configuration: str = "{}") -> Deployed:
    """What an application with one more function deploys."""
    app = dedent(APP.replace("DECORATOR", decorator)).encode()
    files = {"/project/app.py": app, "/project/.chalice/config.json": configuration.encode()}
    return Deployed(read_chalice({"/project/app.py": app}, files.get).templates)


def test_functions_are_named_by_application_stage_and_function() -> None:
    found = {each.key.id: each for each in deployed().all(Function)}
    assert {id: (shown(each.name), shown(each.handler)) for id, each in found.items()} == {
        "api_handler": ("shop-dev", "app.app"),
        "report": ("shop-dev-report", "app.make_report"),
        "handle": ("shop-dev-handle", "app.handle"),
    }
    assert found["report"].code.folder == "/project"
    assert (found["report"].place.path, found["report"].place.line) == ("/project/app.py", 11)


def test_settings_are_those_of_the_function_the_stage_or_the_application() -> None:
    found = one(
        deployed(
            configuration="""{
              "app_name": "store", "lambda_timeout": 30, "environment_variables": {"A": "1", "B": "1", "C": "1"},
              "stages": {"prod": {
                "lambda_memory_size": 256, "environment_variables": {"B": "2", "C": "2"},
                "lambda_functions": {"report": {"lambda_timeout": 90, "environment_variables": {"C": "3"}}}
              }}
            }"""
        ),
        Function,
        "report",
    )
    assert [shown(value) for value in (found.name, found.timeout_seconds, found.memory_mb)] == [
        "store-prod-report",
        90,
        256,
    ]
    assert {name: shown(value) for name, value in found.environment.items()} == {"A": "1", "B": "2", "C": "3"}


def test_what_differs_between_stages_are_alternatives() -> None:
    stages = '{"stages": {"dev": {}, "prod": {"lambda_timeout": 10, "environment_variables": {"A": "1"}}}}'
    found = one(deployed(configuration=stages), Function, "report")
    assert found.name is not None and found.timeout_seconds is not None
    assert found.name.texts == ("shop-dev-report", "shop-prod-report")
    assert found.timeout_seconds.numbers == (60, 10)
    assert found.environment["A"].contents == (None, "1")


def test_an_application_without_a_configuration_has_variables_out_of_sight() -> None:
    found = one(deployed(), Function, "report")
    assert (list(found.environment), bool(found.environment_open)) == ([], True)


def test_variables_that_are_empty_are_filled_in_elsewhere() -> None:
    found = one(deployed(configuration='{"environment_variables": {"A": "", "B": "1"}}'), Function, "report")
    assert (list(found.environment), bool(found.environment_open)) == (["B"], True)


@pytest.mark.parametrize(
    ("decorator", "kinds"),
    [
        ("lambda_function()", set()),
        ('schedule("rate(1 hour)")', {"schedule"}),
        ('on_sqs_message(queue="orders")', {"queue"}),
        ('on_kinesis_record(stream="clicks")', {"stream"}),
        ("on_dynamodb_record(stream_arn=ARN)", {"stream"}),
        ('on_s3_event(bucket="pictures", events=["s3:ObjectCreated:*"])', {"s3"}),
        ('on_sns_message(topic="orders")', {"sns"}),
        ('on_cw_event({"source": ["shop"]})', {"eventbridge"}),
        ("authorizer()", {"service"}),
        ("middleware('all')", None),
    ],
)
def test_what_invokes_a_function(decorator: str, kinds: set[str] | None) -> None:
    found = deployed(decorator)
    functions = [each for each in found.all(Function) if each.key.id == "handle"]
    assert [set(found.invoked_by(each)) for each in functions] == ([] if kinds is None else [kinds])
    assert found.invoked_by(one(found, Function, "api_handler")) == {"rest_api"}


def test_a_queue_has_its_batches() -> None:
    found = one(deployed('on_sqs_message(queue="orders", batch_size=5)'), EventSourceMapping)
    assert (shown(found.batch_size), shown(found.source)) == (5, "orders")


def test_a_broken_configuration_is_said() -> None:
    (template,) = deployed(configuration='{"stages": [').templates.values()
    (problem,) = template.problems
    assert problem.place.path == "/project/.chalice/config.json"


def test_applications_of_a_project(tmp_path: Path) -> None:
    (tmp_path / ".chalice").mkdir()
    (tmp_path / ".chalice" / "config.json").write_text('{"environment_variables": {"REPORT": "shop-dev-report"}}')
    (tmp_path / "app.py").write_text(dedent(APP.replace("DECORATOR", 'on_sqs_message(queue="orders")')))
    found = ProjectFiles(tmp_path).deployments.handlers_of(f"{tmp_path}/app.py")
    assert found is not None
    assert found.invoked_by == {"app": {"rest_api"}, "make_report": set(), "handle": {"queue"}}
    assert "REPORT" in found.known_as["make_report"]


BLUEPRINT = """
from chalice import Blueprint

jobs = Blueprint(__name__)

@jobs.route("/jobs")
def every_job():
    return []

@jobs.lambda_function()
def work(event, context):
    return {}

@jobs.on_sqs_message(queue="jobs", name="poller")
def poll(event):
    pass
"""


def registered(how: str, **files: str) -> dict[str, tuple[str, str]]:
    """The functions of an application that registers a blueprint: names and handlers, by id."""
    app = f'from chalice import Chalice\n\napp = Chalice(app_name="shop")\n\n{dedent(how)}\n'.encode()
    every = {"chalicelib/jobs.py": BLUEPRINT, **files}
    told = {f"/project/{name}": text.encode() for name, text in every.items()}
    found = Deployed(read_chalice({"/project/app.py": app}, {**told, "/project/app.py": app}.get).templates)
    return {each.key.id: (shown(each.name), shown(each.handler)) for each in found.all(Function)}


MADE = {
    "api_handler": ("shop-dev", "app.app"),
    "work": ("shop-dev-work", "chalicelib.jobs.work"),
    "poller": ("shop-dev-poller", "chalicelib.jobs.poll"),
}


@pytest.mark.parametrize(
    "how",
    [
        "from chalicelib.jobs import jobs\napp.register_blueprint(jobs)",
        "from chalicelib.jobs import jobs as bp\napp.register_blueprint(blueprint=bp)",
        "from chalicelib import jobs\napp.register_blueprint(jobs.jobs)",
        "import chalicelib.jobs\napp.register_blueprint(chalicelib.jobs.jobs)",
        "from chalicelib.jobs import jobs\nfor one in (jobs,):\n    app.register_blueprint(one)",
        "from chalicelib.jobs import jobs\nif True:\n    app.register_blueprint(jobs, url_prefix='/v1')",
    ],
)
def test_functions_of_a_blueprint(how: str) -> None:
    assert registered(how) == MADE


def test_a_blueprint_that_a_package_hands_on() -> None:
    package = {"chalicelib/__init__.py": "from .jobs import jobs as jobs_blueprint\n"}
    assert (
        registered("from chalicelib import jobs_blueprint\napp.register_blueprint(jobs_blueprint)", **package) == MADE
    )


def test_a_blueprint_gives_its_functions_a_prefix() -> None:
    found = registered("from chalicelib.jobs import jobs\napp.register_blueprint(jobs, name_prefix='v1_')")
    assert found["v1_work"] == ("shop-dev-v1_work", "chalicelib.jobs.work")
    assert found["v1_poller"] == ("shop-dev-v1_poller", "chalicelib.jobs.poll")


@pytest.mark.parametrize(
    "how",
    [
        "from chalicelib.jobs import jobs",
        "from elsewhere import jobs\napp.register_blueprint(jobs)",
        "from chalicelib.jobs import jobs\napp.register_blueprint(jobs, name_prefix=PREFIX)",
        "def later():\n    app.register_blueprint(jobs)",
        "jobs = make()\napp.register_blueprint(jobs)",
        "from chalicelib.broken import jobs\napp.register_blueprint(jobs)",
    ],
)
def test_blueprints_of_which_nothing_is_said(how: str) -> None:
    assert registered(how, **{"chalicelib/broken.py": "def ("}) == {}
