"""Runs programs, each in a fork of this process, which has imported boto3 once. Reads orders, a line of JSON for each
run, from standard input; writes what came of each run in a line, and another one when a program's process has ended.

It runs alone, with the service's variables, and imports nothing of this repository. What it notes of a run are the
lines of the program that ran, the exceptions that passed through them, and for each call of an operation the frames of
the program that led to it. Each request carries the number of its call in a header.
"""

import contextlib
import gc
import io
import itertools
import json
import logging
import os
import runpy
import signal
import sys
import threading
import traceback

import boto3
import botocore.client
import botocore.endpoint

HEADER = "x-recorder-call"
COMPREHENSIONS = {"<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>"}


@contextlib.contextmanager
def untraced():
    """Without a look at each function of libraries that is called: it takes its time."""
    tracing = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracing)


class Watch:
    """What is noted of one run."""

    def __init__(self, folder):
        self.folder = folder + os.sep
        self.own = threading.local()
        self.begin()

    def begin(self):
        self.lines = set()
        self.raised = set()
        self.calls = []
        self.numbers = itertools.count()

    def is_own(self, path):
        return path is not None and path.startswith(self.folder)

    def trace(self, frame, event, argument):
        name = frame.f_code.co_filename
        if not name.startswith(self.folder):
            return None
        return self.local

    def local(self, frame, event, argument):
        name = frame.f_code.co_filename[len(self.folder) :]
        if event == "line":
            self.lines.add((name, frame.f_lineno))
        elif event == "exception":
            self.raised.add(argument[0].__name__)
        return self.local

    def stack(self):
        """The program's frames, from the outermost: file, line, function, and whether it is a coroutine's."""
        frames = []
        frame, inner = sys._getframe(2), None
        while frame is not None:
            code = frame.f_code
            if code.co_filename.startswith(self.folder):
                name = code.co_filename[len(self.folder) :]
                if code.co_name in COMPREHENSIONS:
                    inner = inner or frame.f_lineno
                else:
                    frames.append([name, inner or frame.f_lineno, code.co_name, int(code.co_flags & 0x80 > 0)])
                    inner = None
            frame = frame.f_back
        return frames[::-1]

    def install(self):
        watch, call, send = self, botocore.client.BaseClient._make_api_call, botocore.endpoint.Endpoint.make_request
        client_of = boto3.session.Session.client

        def make_api_call(client, operation, params):
            entry = {
                "operation": operation,
                "stack": watch.stack(),
                "names": sorted(params),
                "payload_type": type(params["Payload"]).__name__ if "Payload" in params else None,
                "read_timeout": client.meta.config.read_timeout,
                "error": None,
            }
            watch.own.number = next(watch.numbers)
            watch.calls.append(entry)
            try:
                with untraced():
                    return call(client, operation, params)
            except Exception as error:
                entry["error"] = type(error).__name__
                raise

        def make_request(endpoint, model, request):
            request["headers"][HEADER] = str(watch.own.number)
            return send(endpoint, model, request)

        def make_client(session, *arguments, **named):
            with untraced():
                return client_of(session, *arguments, **named)

        botocore.client.BaseClient._make_api_call = make_api_call
        boto3.session.Session.client = make_client
        botocore.endpoint.Endpoint.make_request = make_request


class Context:
    """What Lambda hands to a handler."""

    function_name = "program"
    aws_request_id = "11111111-2222-3333-4444-555555555555"
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:program"

    @staticmethod
    def get_remaining_time_in_millis():
        return 300_000


def run(order, watch):
    """One run of a program, whose modules are imported anew."""
    folder = order["folder"]
    os.environ.update(order["environment"])
    printed, logged = io.StringIO(), io.StringIO()
    root = logging.StreamHandler(logged)
    root.addFilter(lambda entry: not entry.name.startswith(("botocore", "boto3", "urllib3", "asyncio")))
    logging.getLogger().handlers = [root]
    for name in [name for name, module in sys.modules.items() if watch.is_own(getattr(module, "__file__", None))]:
        del sys.modules[name]
    watch.begin()
    answer = {"escaped": None, "message": "", "returned": None}
    threading.settrace(watch.trace)
    sys.settrace(watch.trace)
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            if order["entry"] == "script":
                runpy.run_path(os.path.join(folder, "app.py"), run_name="__main__")
            else:
                module = runpy.run_path(os.path.join(folder, "app.py"), run_name="app")
                answer["returned"] = repr(module["handler"](order["event"], Context()))
        except BaseException as error:
            answer["escaped"], answer["message"] = type(error).__name__, str(error)
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join(1000)
    sys.settrace(None)
    threading.settrace(None)
    answer["printed"] = printed.getvalue() + logged.getvalue()
    if os.path.exists("kept.txt"):
        with open("kept.txt", encoding="utf-8") as file:
            answer["returned"] = file.read()
        os.remove("kept.txt")
    answer["lines"] = {}
    for name, line in sorted(watch.lines):
        answer["lines"].setdefault(name, []).append(line)
    answer["raised"] = sorted(watch.raised)
    answer["calls"] = watch.calls
    return answer


def serve(order, out):
    """The runs of one program, until a line says that there are no more."""
    os.chdir(order["folder"])
    sys.path.insert(0, order["folder"])
    logging.getLogger().setLevel(logging.INFO)
    watch = Watch(order["folder"])
    watch.install()
    while "end" not in order:
        signal.alarm(order["patience"])
        try:
            answer = run(order, watch)
        except BaseException:
            answer = {"broken": traceback.format_exc()}
        out.write(json.dumps(answer) + "\n")
        out.flush()
        order = json.loads(sys.stdin.readline())


def main():
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    boto3.client("lambda").close()
    gc.disable()
    gc.freeze()
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            try:
                serve(json.loads(line), out)
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        out.write(json.dumps({"ended": status}) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
