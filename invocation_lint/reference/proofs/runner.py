"""Runs programs on the local Lambda service and gathers what they leave behind."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, delete
from sqlalchemy.pool import NullPool

from invocation_lint.reference import Function, LambdaService, RestApi, Route
from invocation_lint.reference.platform.models import Base
from invocation_lint.reference.proofs.evidence import PROOF_FUNCTION, Evidence, read_database
from invocation_lint.reference.proofs.rooms import PACKAGE, Room
from invocation_lint.reference.proofs.verdict import Verdict, judge
from invocation_lint.reference.proofs.words import Word
from invocation_lint.reference.service.workers.processes import start
from invocation_lint.reference.templates.content import Stack
from invocation_lint.reference.templates.made import PERMISSION, ROLE
from invocation_lint.reference.templates.names import Place
from invocation_lint.reference.templates.resources import make_resource
from invocation_lint.reference.templates.stack import read_stack

CONTENT_AGENT = "storytailor-content-agent-local"
ASSET_WORKER = "storytailor-asset-worker-local"
ECHO, CRASHING, MISSING = "echo", "crashing", "missing"
CALLEES = (CONTENT_AGENT, ASSET_WORKER, ECHO, CRASHING)
CLOCK_FACTOR = 25.0
PATIENCE_SECONDS = 1800.0  # of the service: long enough for an event's two retries after a run of 900 s
ALWAYS = 1_000_000
_OF_ANOTHER_SERVICE = re.compile(r"""(client|resource)\(\s*["'](?!lambda["'])""")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one program's run left, and for how many seconds of the service it took."""

    evidence: Evidence
    seconds: float


class Runner:
    """A service with the platform on it. Programs run one after another, each on an empty database."""

    def __init__(self, service: LambdaService, database_url: str, folder: Path) -> None:
        self.service = service
        self.database_url = database_url
        self.folder = folder
        self._runs = 0

    def run(self, program: Path, word: Word) -> Outcome:
        """Runs one program, under what `word` has as given, until nothing is under way any more."""
        self._empty_database()
        self.service.faults.clear()
        self._deploy(program, guarded=word.given == "guarded")
        before = [len(log()) for log in (self.service.requests, self.service.executions, self.service.front_requests)]
        if word.given == "throttled":
            for callee in CALLEES:
                self.service.faults.throttle(callee, times=ALWAYS)
        if word.given == "disconnected":
            for callee in CALLEES:
                self.service.faults.drop_connection(callee, after_run=True)
        begun = self.service.clock.time()
        try:
            exit_code = self._run_main(program)
            if not self.service.wait_until_idle(seconds=PATIENCE_SECONDS):
                raise TimeoutError(f"{program} is still at work after {PATIENCE_SECONDS:.0f} s")
        finally:
            self._end_mappings()
        evidence = Evidence(
            exit_code,
            self.service.requests()[before[0] :],
            self.service.executions()[before[1] :],
            self.service.front_requests()[before[2] :],
            read_database(self.database_url),
        )
        return Outcome(evidence, self.service.clock.time() - begun)

    def _end_mappings(self) -> None:
        """What a program has made is not to poll beside the next one."""
        for mapping in self.service.mappings():
            self.service.shared_client("lambda").delete_event_source_mapping(UUID=mapping.id)

    def _deploy(self, program: Path, *, guarded: bool) -> None:
        self._runs += 1
        code = self.folder / f"code-{self._runs}"
        code.mkdir()
        shutil.copy(program, code)
        if _OF_ANOTHER_SERVICE.search(program.read_text(encoding="utf-8")):
            # Starts moto, for which a client on a fast clock would not wait.
            self.service.shared_client("sts").get_caller_identity()
        stack = self._stack_of(program) if guarded else None
        role = self._role_in(stack, program) if stack else ""
        self.service.set_permissions("strict" if guarded else "open")
        self.service.remove_function(PROOF_FUNCTION)
        self.service.add_function(proof_function(code, program.stem, role))
        if guarded:  # of the API before it, which no template of a program describes
            self.service.shared_client("lambda").add_permission(
                FunctionName=PROOF_FUNCTION,
                StatementId="api",
                Action="lambda:InvokeFunction",
                Principal="apigateway.amazonaws.com",
            )
        for resource in stack.links if stack else ():
            if resource.kind == PERMISSION and resource.properties["FunctionName"] == PROOF_FUNCTION:
                make_resource(resource, self.service.shared_client, self.service.region)
        self.service.warm(PROOF_FUNCTION)

    def _stack_of(self, program: Path) -> Stack:
        """What the template of a program says: `bad.yaml`, or `template.yaml` for both."""
        own = program.with_suffix(".yaml")
        template = own if own.is_file() else program.with_name("template.yaml")
        service = self.service
        place = Place(service.region, service.account, service.endpoint_url, f"proof-{self._runs}")
        return read_stack(template, place, parameters={}, made=self.folder / "made", permissions="strict")

    def _role_in(self, stack: Stack, program: Path) -> str:
        """The ARN of the role of a program's handler, made as its template says."""
        for resource in stack.resources:
            if resource.kind == ROLE:
                make_resource(resource, self.service.shared_client, self.service.region)
        return next(each.role for each in stack.functions if each.handler.startswith(f"{program.stem}."))

    def _run_main(self, program: Path) -> int | None:
        environment = self.service.caller_environment({"API_URL": self.service.rest_api_url(PROOF_FUNCTION)})
        code = self.folder / f"code-{self._runs}"
        process = start([sys.executable, program.name], environment=environment, folder=code)
        try:
            return process.wait(max(60.0, PATIENCE_SECONDS / self.service.clock.factor))
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return None

    def _empty_database(self) -> None:
        engine = create_engine(self.database_url, poolclass=NullPool)
        with engine.begin() as connection:
            Base.metadata.create_all(connection)
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(delete(table))


class Prover:
    """Two runners, so that the two programs of a room can run at one time."""

    def __init__(self, for_bad: Runner, for_good: Runner) -> None:
        self.runners = (for_bad, for_good)

    def prove(self, room: Room) -> Verdict:
        """Runs both programs and says whether the rule's harm was there in the one and stayed away in the other."""
        programs, words = (room.bad, room.good), (room.observe, room.absent)
        with ThreadPoolExecutor(2) as threads:
            outcomes = threads.map(Runner.run, self.runners, programs, words)
            return judge(room, *(outcome.evidence for outcome in outcomes))


def proof_function(code: Path, module: str, role: str = "") -> Function:
    """The function of a program's own `handler`."""
    return Function(PROOF_FUNCTION, f"{module}.handler", code, timeout=900, role=role)


def platform_functions(stock: Path) -> list[Function]:
    """The functions that every proof may invoke. `stock` is the folder of `functions.py`."""
    platform = "invocation_lint.reference.platform"
    return [
        Function(CONTENT_AGENT, f"{platform}.content_agent.handler", PACKAGE.parent, timeout=300),
        Function(ASSET_WORKER, f"{platform}.asset_worker.handler", PACKAGE.parent, timeout=120),
        Function(ECHO, "functions.echo", stock),
        Function(CRASHING, "functions.crashing", stock),
    ]


def environment(database_url: str) -> dict[str, str]:
    """What programs and functions find in their environment, besides what the service gives them."""
    return {
        "DATABASE_URL": database_url,
        "CONTENT_AGENT_FUNCTION": CONTENT_AGENT,
        "ASSET_WORKER_FUNCTION": ASSET_WORKER,
        "PROOF_FUNCTION": PROOF_FUNCTION,
        "ECHO_FUNCTION": ECHO,
        "CRASHING_FUNCTION": CRASHING,
        "MISSING_FUNCTION": MISSING,
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }


@contextmanager
def open_runner(clock_factor: float = CLOCK_FACTOR) -> Iterator[Runner]:
    """A runner with its own service, database and folder; all are gone after the block."""
    with tempfile.TemporaryDirectory(prefix="proofs-") as name:
        folder = Path(name)
        stock = folder / "stock"
        stock.mkdir()
        shutil.copy(Path(__file__).with_name("functions.py"), stock)
        database_url = f"sqlite:///{folder / 'stories.db'}"
        idle = folder / "idle"
        idle.mkdir()
        shutil.copy(stock / "functions.py", idle / "idle.py")
        with LambdaService(
            functions=[*platform_functions(stock), Function(PROOF_FUNCTION, "idle.echo", idle)],
            rest_apis=[RestApi(PROOF_FUNCTION, [Route("ANY", path, PROOF_FUNCTION) for path in ("/", "/{proxy+}")])],
            clock_factor=clock_factor,
            environment=environment(database_url),
            layers=[PACKAGE.parent],
        ) as service:
            for callee in (CONTENT_AGENT, ECHO, CRASHING):
                service.warm(callee)
            yield Runner(service, database_url, folder)


@contextmanager
def open_prover(clock_factor: float = CLOCK_FACTOR) -> Iterator[Prover]:
    """A prover; what belongs to it is gone after the block."""
    with open_runner(clock_factor) as for_bad, open_runner(clock_factor) as for_good:
        yield Prover(for_bad, for_good)
