"""A program that imports what it is told to, and then forks processes which run as if they had been started anew.

    python fork_server.py DESCRIPTOR MODULE[:FUNCTION] ...

DESCRIPTOR is one end of a socket (forks.py has the other). It reads orders from it, and writes a line of JSON for each
process that began, and one for each that has ended; it ends when the other end is closed. It has one thread, so that a
fork is a whole process. Clocks are stretched from the beginning, at first by 1: what is imported takes them as they
are, and a fork sets their pace by the site of its service, as every process does (sitecustomize.py).
"""

import sys
import time

import stretched_time

stretched_time.install(1, time.time(), time.monotonic(), time)

import array
import gc
import importlib.machinery
import json
import os
import runpy
import select
import signal
import socket
import struct


def serve(control, names, paths):
    """Answer orders until the socket is closed; in a fork, return what it is to run."""
    waking, woken = os.pipe()
    for descriptor in (waking, woken):
        os.set_blocking(descriptor, False)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    say(control, {"imported": names})
    gc.collect()
    gc.freeze()
    while True:
        ready, _, _ = select.select([control, waking], [], [])
        if waking in ready:
            os.read(waking, 4096)
            for pid, status in ended():
                say(control, {"ended": pid, "status": status})
        if control in ready:
            order, descriptors = hear(control)
            if order is None:
                os._exit(0)
            began, begin = os.pipe()
            pid = os.fork()
            if pid == 0:
                os.setsid()  # before anybody knows of it: it is killed by its group
                for descriptor in (began, begin, waking, woken):
                    os.close(descriptor)
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                control.close()
                settle(order, descriptors, paths)
                return order
            os.close(begin)
            os.read(began, 1)
            for descriptor in (began, *descriptors):
                os.close(descriptor)
            say(control, {"began": pid})


def ended():
    """The processes that have ended, with the status that `subprocess` would give them."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        yield pid, os.waitstatus_to_exitcode(status)


def say(control, what):
    control.sendall(json.dumps(what).encode() + b"\n")


def hear(control):
    """An order and the descriptors that came with it; None when the other end is closed."""
    descriptors = array.array("i")
    head, data, _, _ = control.recvmsg(4, socket.CMSG_LEN(8 * descriptors.itemsize))
    for level, kind, held in data:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(held[: len(held) - len(held) % descriptors.itemsize])
    if len(head) < 4:
        return None, []
    (length,) = struct.unpack("!I", head)
    body = b""
    while len(body) < length:
        part = control.recv(length - len(body))
        if not part:
            return None, []
        body += part
    return json.loads(body), list(descriptors)


def settle(order, descriptors, paths):
    """Become the process that was ordered: its streams, variables, folder, import path and clock."""
    empty = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((empty, 0), (descriptors[0], 1), (descriptors[1], 2)):
        os.dup2(source, target)
    for descriptor in (empty, *descriptors[:2]):
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(order["environment"])
    if len(descriptors) > 2:
        os.environ[order["lifeline"]] = str(descriptors[2])
    time.tzset()
    if order["folder"] is not None:
        os.chdir(order["folder"])
    first = os.getcwd() if order["module"] else os.path.dirname(os.path.realpath(order["arguments"][0]))
    added = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.path[:] = [first, *added, *paths]
    importlib.invalidate_caches()
    sys.argv = ["-m" if order["module"] else order["arguments"][0], *order["arguments"][1:]]
    sys.modules.pop("sitecustomize", None)
    try:
        importlib.import_module("sitecustomize")
    except ModuleNotFoundError as error:
        if error.name != "sitecustomize":
            raise


def main():
    """Import, and serve; what a fork is to run."""
    control = socket.socket(fileno=int(sys.argv[1]))
    added = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    paths = [path for path in sys.path[1:] if path not in added]
    for what in sys.argv[2:]:
        name, _, function = what.partition(":")
        module = importlib.import_module(name)
        if function:
            getattr(module, function)()
    if "boto3" in sys.argv[2:]:
        read_models()
    own = ("__main__", "sitecustomize", "stretched_time")
    names = {name: home(name) for name in sys.modules if "." not in name and name not in own}
    return serve(control, names, paths)


def read_models():
    """Read what boto3 needs to know of services that programs often use: to parse it again takes longer than most of
    what a process does with its client. A loader has nothing of the session that it is made for but its search path.
    """
    import functools

    import boto3
    import botocore.session

    botocore.session.create_loader = functools.cache(botocore.session.create_loader)
    session = boto3.session.Session("no-key", "no-secret", region_name="us-east-1")
    for service in ("dynamodb", "events", "kinesis", "lambda", "s3", "sns", "sqs", "stepfunctions"):
        session.client(service, endpoint_url="http://localhost")
    for service in ("dynamodb", "s3", "sqs"):
        session.resource(service, endpoint_url="http://localhost")


def home(name):
    """The folder from which a module was imported."""
    path = getattr(sys.modules[name], "__file__", None) or ""
    return os.path.realpath(os.path.dirname(os.path.dirname(path) if "__init__" in path else path))


def run_file(path):
    """Run a program as the main module, which has nothing of this one."""
    main, loader = globals(), importlib.machinery.SourceFileLoader("__main__", path)
    with open(path, "rb") as file:
        code = compile(file.read(), path, "exec")
    for name in [name for name in main if name not in ("__builtins__", "__name__")]:
        del main[name]
    main.update(dict.fromkeys(("__cached__", "__doc__", "__package__", "__spec__")), __file__=path, __loader__=loader)
    exec(code, main)


if __name__ == "__main__":
    _order = main()
    if _order["module"]:
        runpy.run_module(_order["module"], run_name="__main__", alter_sys=True)
    else:
        run_file(os.path.abspath(_order["arguments"][0]))
