"""Time at another speed, inside one process: clocks go `factor` times as fast, waits last that much shorter.

Scaled: the `time` module, `datetime.now/utcnow/today`, `threading` waits and joins, `select` and `selectors` (so
asyncio), socket time-outs, signal timers, and SQLite's notion of now. Not scaled: waits inside C extensions, a
`Lock.acquire` with a time-out, file times.
"""

import copyreg
import datetime as datetime_module
import importlib.abc
import importlib.util
import os
import sys


class _Builtin:
    """Calls a function; like the builtin that it stands for, it does not become a method inside a class.

    It is pickled by name, and so is the builtin or its stand-in in the process that unpickles it.
    """

    def __init__(self, module, name, function):
        self.__module__, self.__name__, self.__qualname__ = module.__name__, name, name
        self._function = function

    def __call__(self, *arguments, **keywords):
        return self._function(*arguments, **keywords)

    def __reduce__(self):
        return self.__name__


def _replace(module, **functions):
    for name, function in functions.items():
        setattr(module, name, _Builtin(module, name, function))


class _Pace:
    """How time runs now: `factor` times as fast as on the wall, which it equalled at the moment of the two starts."""

    factor = wall_start = monotonic_start = None


def install(factor, wall_start, monotonic_start, time):
    """Stretch this process's time: at the moment `wall_start` (and `monotonic_start`) it equals the wall's. A process
    that has done so may set another pace, before it waits for anything."""
    is_new = _Pace.factor is None
    _Pace.factor, _Pace.wall_start, _Pace.monotonic_start = factor, wall_start, monotonic_start
    if not is_new:
        return
    _stretch_clocks(time)
    _stretch_datetime(time)
    _shorten_waits()
    _shorten_sockets()
    _shorten_signals()
    if "sqlite3" in sys.modules:
        _set_sqlite_now(sys.modules["sqlite3"], time)
    else:
        sys.meta_path.insert(0, _AfterImport("sqlite3", lambda module: _set_sqlite_now(module, time)))


def _stretch_clocks(time):
    real_monotonic, real_sleep = time.monotonic, time.sleep
    real = {name: getattr(time, name) for name in ("localtime", "gmtime", "ctime", "strftime", "clock_gettime")}

    def now():
        return _Pace.wall_start + (real_monotonic() - _Pace.monotonic_start) * _Pace.factor

    def monotonic():
        return _Pace.monotonic_start + (real_monotonic() - _Pace.monotonic_start) * _Pace.factor

    def clock_gettime(clock):
        if clock == time.CLOCK_REALTIME:
            return now()
        return monotonic() if clock == time.CLOCK_MONOTONIC else real["clock_gettime"](clock)

    _replace(
        time,
        time=now,
        time_ns=lambda: int(now() * 1e9),
        monotonic=monotonic,
        monotonic_ns=lambda: int(monotonic() * 1e9),
        perf_counter=monotonic,
        perf_counter_ns=lambda: int(monotonic() * 1e9),
        sleep=lambda seconds: real_sleep(seconds / _Pace.factor),
        clock_gettime=clock_gettime,
        clock_gettime_ns=lambda clock: int(clock_gettime(clock) * 1e9),
        localtime=lambda seconds=None: real["localtime"](now() if seconds is None else seconds),
        gmtime=lambda seconds=None: real["gmtime"](now() if seconds is None else seconds),
        ctime=lambda seconds=None: real["ctime"](now() if seconds is None else seconds),
        strftime=lambda form, moment=None: real["strftime"](form, time.localtime() if moment is None else moment),
    )


def _stretch_datetime(time):
    """`datetime.now` and its kin read the C clock, so the class is replaced; its instances are the real ones."""
    real = datetime_module.datetime

    class Meta(type):
        def __instancecheck__(cls, value):
            return isinstance(value, real) if cls is datetime else type.__instancecheck__(cls, value)

        def __subclasscheck__(cls, other):
            return issubclass(other, real) if cls is datetime else type.__subclasscheck__(cls, other)

        def __eq__(cls, other):
            return other is cls or (cls is datetime and other is real)

        def __hash__(cls):
            return hash(real) if cls is datetime else type.__hash__(cls)

    class datetime(real, metaclass=Meta):
        def __new__(cls, *arguments, **keywords):
            return real.__new__(real if cls is datetime else cls, *arguments, **keywords)

        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(time.time(), tz)

        @classmethod
        def today(cls):
            return cls.fromtimestamp(time.time())

        @classmethod
        def utcnow(cls):
            return cls.fromtimestamp(time.time(), datetime_module.timezone.utc).replace(tzinfo=None)

    datetime.__module__, datetime.__name__, datetime.__qualname__ = "datetime", "datetime", "datetime"
    for name in ("min", "max", "resolution"):
        setattr(datetime, name, getattr(real, name))
    datetime_module.datetime = datetime
    copyreg.pickle(real, lambda value: (datetime, value.__reduce_ex__(2)[1]))


def _shorten_waits():
    import select
    import threading

    def scaled(timeout):
        return timeout if timeout is None or timeout < 0 else timeout / _Pace.factor

    real_select = select.select
    _replace(select, select=lambda r, w, x, timeout=None: real_select(r, w, x, scaled(timeout)))
    import selectors

    for name in ("PollSelector", "EpollSelector"):
        selector = getattr(selectors, name, None)
        if selector is not None:
            selector.select = _with_scaled(selector.select, scaled)
    threading.Condition.wait = _with_scaled(threading.Condition.wait, scaled)
    threading.Thread.join = _with_scaled(threading.Thread.join, scaled)
    if hasattr(threading, "_time"):  # taken from `time` when threading was imported, perhaps before us
        threading._time = sys.modules["time"].monotonic


def _with_scaled(method, scaled):
    def call(self, timeout=None):
        return method(self, scaled(timeout))

    call.__name__, call.__doc__ = method.__name__, method.__doc__
    return call


def _shorten_sockets():
    import socket

    class_ = socket.socket
    real_set, real_get = class_.settimeout, class_.gettimeout
    real_default_set, real_default_get = socket.setdefaulttimeout, socket.getdefaulttimeout

    def settimeout(self, value):
        real_set(self, None if value is None else value / _Pace.factor)

    def gettimeout(self):
        value = real_get(self)
        return None if value is None else value * _Pace.factor

    class_.settimeout, class_.gettimeout = settimeout, gettimeout
    class_.timeout = property(gettimeout)
    _replace(
        socket,
        setdefaulttimeout=lambda value: real_default_set(None if value is None else value / _Pace.factor),
        getdefaulttimeout=lambda: None if real_default_get() is None else real_default_get() * _Pace.factor,
    )


def _shorten_signals():
    import signal

    real_set, real_get = signal.setitimer, signal.getitimer

    def setitimer(which, seconds, interval=0.0):
        return tuple(value * _Pace.factor for value in real_set(which, seconds / _Pace.factor, interval / _Pace.factor))

    def alarm(seconds):
        return int(-(-setitimer(signal.ITIMER_REAL, seconds)[0] // 1))

    getitimer = lambda which: tuple(value * _Pace.factor for value in real_get(which))  # noqa: E731
    _replace(signal, setitimer=setitimer, alarm=alarm, getitimer=getitimer)


class _AfterImport(importlib.abc.MetaPathFinder):
    """Calls a function with one module, right after its import."""

    def __init__(self, name, then):
        self.name, self.then = name, then

    def find_spec(self, name, path=None, target=None):
        if name != self.name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            self.then(module)

        spec.loader.exec_module = exec_module
        return spec


def _set_sqlite_now(sqlite3, time):
    """Give every connection date functions whose `now` is the stretched one; the real ones do the rest."""
    plain = sqlite3.connect
    calculators = {}
    functions = ("date", "time", "datetime", "julianday", "unixepoch")

    def evaluate(name, leading, arguments):
        moment, *modifiers = arguments or ("now",)
        if moment is None:
            return None
        if isinstance(moment, str) and moment.lower() == "now":
            moment = "%.6f" % (time.time() / 86400 + 2440587.5) if name == "julianday" else time.time()
            modifiers = modifiers if name == "julianday" else ["unixepoch", *modifiers]
        values = [*leading, moment, *modifiers]
        marks = ", ".join("?" * len(values))
        if (process := os.getpid()) not in calculators:  # a connection is not for forks
            calculators[process] = plain(":memory:", check_same_thread=False)
        return calculators[process].execute(f"SELECT {name}({marks})", values).fetchone()[0]

    def prepare(connection):
        for name in functions:
            connection.create_function(name, -1, lambda *given, name=name: evaluate(name, [], given))
        connection.create_function("strftime", -1, lambda form, *given: evaluate("strftime", [form], given))
        for name, function in (("timestamp", "datetime"), ("date", "date"), ("time", "time")):
            connection.create_function("current_" + name, 0, lambda function=function: evaluate(function, [], ()))
        return connection

    def connect(*arguments, **keywords):
        return prepare(plain(*arguments, **keywords))

    sqlite3.connect = connect
    if "sqlite3.dbapi2" in sys.modules:
        sys.modules["sqlite3.dbapi2"].connect = connect
