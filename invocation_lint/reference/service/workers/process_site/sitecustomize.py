"""Read by Python at the start of every process that belongs to a local Lambda service (workers, callers, backends).

Two things: a worker ends with the service, even while it is stopped; and time runs at the service's speed, which
`site.json` beside this file holds. Clocks are stretched, and sleeps, waits and socket time-outs last so much shorter;
nothing in a program mentions it. Only the standard library is used, and little of it is imported before it is needed.
"""

import json
import os
import sys
import time

_HERE = os.path.dirname(os.path.abspath(__file__))


def _end_with_the_service(descriptor):
    """Get SIGKILL when the service's end of the pipe `descriptor` closes: when the service ends, however it ends."""
    import fcntl
    import signal

    # Opened anew: signals are asked for by open file, and the inherited one is shared by all workers.
    pipe = os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    os.close(descriptor)
    fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(pipe, 10, signal.SIGKILL)  # F_SETSIG, which older modules do not name
    fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
    try:
        if os.read(pipe, 1) == b"":
            os.kill(os.getpid(), signal.SIGKILL)
    except BlockingIOError:
        pass


def _run_the_next_sitecustomize():
    """Run the sitecustomize that this one hides, if there is one."""
    for folder in sys.path:
        path = os.path.join(folder, "sitecustomize.py")
        if os.path.abspath(folder) != _HERE and os.path.isfile(path):
            with open(path, encoding="utf-8") as file:
                exec(compile(file.read(), path, "exec"), {"__name__": "sitecustomize", "__file__": path})
            return


with open(os.path.join(_HERE, "site.json"), encoding="utf-8") as _file:
    _SITE = json.load(_file)
_LIFELINE = os.environ.pop("LOCAL_LAMBDA_LIFELINE", None)
if _LIFELINE is not None:
    _end_with_the_service(int(_LIFELINE))
if _SITE["factor"] != 1:
    import stretched_time

    stretched_time.install(_SITE["factor"], _SITE["wall_start"], _SITE["monotonic_start"], time)
_run_the_next_sitecustomize()
