"""Where the file of a handler comes from that a Dockerfile copies into an image."""

from __future__ import annotations

import posixpath

import pytest

from invocation_lint.deployment.model import Function
from tests.deployment.reading import deployed_by_cdk_python, one

STACK = """
from aws_cdk import Stack, aws_lambda as _lambda

class S(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        CALL
"""


@pytest.mark.parametrize(
    ("lines", "handler", "folders"),
    [
        ("COPY jobs/index/app.py ${LAMBDA_TASK_ROOT}/", "app.run", ["jobs/index"]),
        ("COPY jobs/index/app.py $LAMBDA_TASK_ROOT", "app.run", ["jobs/index"]),
        ("COPY --chown=1:1 jobs/index/app.py \\\n  jobs/other.py /var/task/", "app.run", ["jobs/index"]),
        ('COPY ["jobs/index", "/var/task"]', "app.run", ["jobs/index"]),
        ("COPY jobs/index/ .", "app.run", ["jobs/index"]),
        ("ADD jobs/index/* ./", "app.run", ["jobs/index"]),
        ("copy ./jobs/index/*.py ${LAMBDA_TASK_ROOT}", "app.run", ["jobs/index"]),
        ("COPY jobs/ ./jobs/", "jobs.index.app.run", ["."]),
        ("WORKDIR /var/task/index\nCOPY jobs/index .", "index.app.run", ["jobs"]),
        ("WORKDIR /src\nCOPY jobs/index .", "app.run", []),
        ("COPY --from=build jobs/index /var/task", "app.run", []),
        ("COPY jobs/index/app.py /var/task/main.py", "main.run", []),
        ("COPY ../jobs/index /var/task", "app.run", []),
        ("COPY jobs/absent /var/task", "app.run", []),
    ],
)
def test_the_file_of_a_handler_lies_where_it_is_copied_from(lines: str, handler: str, folders: list[str]) -> None:
    files = {"build/Dockerfile": f'FROM a\n{lines}\nCMD ["{handler}"]\n', "jobs/index/app.py": "def run(e, c): ..."}
    files["jobs/other.py"] = ""
    code = "_lambda.DockerImageCode.from_image_asset('.', file='build/Dockerfile')"
    call = f"_lambda.DockerImageFunction(self, 'F', code={code})"
    texts = {"shop/stack.py": STACK.replace("CALL", call), "cdk.json": '{"app": "python3 app.py"}', **files}
    found = one(deployed_by_cdk_python(texts), Function)
    assert [posixpath.relpath(folder, "/project") for folder in found.code.handler_folders] == folders
