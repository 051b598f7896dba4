"""The environment variables of workers and callers.

A worker sees what Lambda gives (recorded: test_lambda_init_environment, 2026-02-18) and its function's own variables,
nothing of the environment that the service was started in.
"""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterable, Mapping
from pathlib import Path

from invocation_lint.reference.service.functions import Function
from invocation_lint.reference.service.identity import UNNAMED

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": UNNAMED,
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_SESSION_TOKEN": "local",
}
LIBRARIES = "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib"
PATH = "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin"


def worker_environment(
    function: Function,
    version: str,
    *,
    runtime_api: str,
    log_stream: str,
    region: str,
    endpoint_url: str,
    import_path: Iterable[Path],
    shared: Mapping[str, str],
    key: str = UNNAMED,
) -> dict[str, str]:
    """All variables of a worker of `function`; `shared` are the service's, which the function's own override.

    `key` is the access key id of its role.
    """
    task_root = str(function.code_dir)
    given = {**shared, **function.environment}
    return {
        **CREDENTIALS,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_DEFAULT_REGION": region,
        **({} if function.bootstrap else {"AWS_EXECUTION_ENV": f"AWS_Lambda_python{function.runtime_version}"}),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_REGION": region,
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
        "_AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1",
        "_AWS_XRAY_DAEMON_PORT": "2000",
        **address(endpoint_url),
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LAMBDA_TASK_ROOT": task_root,
        "LANG": "en_US.UTF-8",
        "LC_CTYPE": "C.UTF-8",
        "LD_LIBRARY_PATH": f"{LIBRARIES}:{task_root}:{task_root}/lib:/opt/lib",
        "PATH": PATH,
        "PWD": task_root,
        "SHLVL": "0",
        "TZ": ":UTC",
        "_HANDLER": function.handler,
        **given,
        "PYTHONPATH": _joined(import_path, given),
    }


def address(endpoint_url: str) -> dict[str, str]:
    """What leads an SDK to the service; some operations would go to an address of their own (`sync-127.0.0.1`)."""
    return {"AWS_ENDPOINT_URL": endpoint_url, "AWS_DISABLE_HOST_PREFIX_INJECTION": "true"}


def caller_environment(
    *, region: str, endpoint_url: str, import_path: Iterable[Path], shared: Mapping[str, str]
) -> dict[str, str]:
    """The variables of a program that calls the service: enough to run Python, and the service's address."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "PATH", "TMPDIR", "VIRTUAL_ENV") if name in os.environ}
    return {
        **kept,
        **CREDENTIALS,
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        **address(endpoint_url),
        "AWS_EC2_METADATA_DISABLED": "true",
        **shared,
        "PYTHONPATH": _joined(import_path, shared),
    }


def _joined(folders: Iterable[Path], given: Mapping[str, str]) -> str:
    """The import path: ours, then what the user's own PYTHONPATH adds."""
    own = [given["PYTHONPATH"]] if given.get("PYTHONPATH") else []
    return os.pathsep.join([*map(str, folders), *own])


def is_own_package_installed() -> bool:
    """Whether workers find this package by themselves (it is installed, not merely on this process's path)."""
    own = Path(__file__).resolve()
    return any(own.is_relative_to(sysconfig.get_path(name)) for name in ("purelib", "platlib"))
