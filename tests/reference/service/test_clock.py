"""The clock factor: the service's timers, the clocks and waits of its processes, the database's now."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import time

import pytest

from invocation_lint.reference.service.clock import Clock

PROGRAM = """
import asyncio, concurrent.futures, datetime, json, queue, select, signal, socket, sqlite3, threading, time

real = time.clock_gettime(time.CLOCK_BOOTTIME)
now, begun = time.time(), time.monotonic()
results = {"now": now, "datetime": datetime.datetime.now(datetime.timezone.utc).timestamp(),
           "today": datetime.date.today().isoformat(), "utcnow": datetime.datetime.utcnow().isoformat()}
time.sleep(2)
threading.Event().wait(2)
slow = threading.Thread(target=time.sleep, args=(600,), daemon=True)
slow.start()
slow.join(2)
try:
    queue.Queue().get(timeout=2)
except queue.Empty:
    pass
async def nap():
    await asyncio.sleep(2)
    try:
        await asyncio.wait_for(asyncio.Event().wait(), 2)
    except asyncio.TimeoutError:
        pass
asyncio.run(nap())
select.select([], [], [], 2)
listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname(), timeout=2)
results["timeout"] = client.gettimeout()
try:
    client.recv(1)
except TimeoutError:
    pass
with concurrent.futures.ThreadPoolExecutor(1) as pool:
    try:
        pool.submit(time.sleep, 4).result(timeout=2)
    except concurrent.futures.TimeoutError:
        pass
class Rang(Exception): pass
def ring(*_): raise Rang
signal.signal(signal.SIGALRM, ring)
signal.alarm(2)
try:
    time.sleep(600)
except Rang:
    pass
results["passed"] = time.monotonic() - begun
results["wall"] = time.clock_gettime(time.CLOCK_BOOTTIME) - real
database = sqlite3.connect(":memory:")
database.execute("CREATE TABLE t (id INTEGER, made TEXT DEFAULT CURRENT_TIMESTAMP)")
database.execute("INSERT INTO t (id) VALUES (1)")
results["database"] = [database.execute("SELECT made FROM t").fetchone()[0],
    *database.execute("SELECT datetime('now'), strftime('%s', 'now'), datetime('now', '-1 day'), julianday('now'),"
                      " datetime('2020-01-01', '+1 day'), unixepoch(), datetime(NULL), date('now')").fetchone()]
results["end"] = time.time()
print(json.dumps(results))
"""


def test_a_clock_runs_as_often_as_its_factor():
    clock = Clock(1000)
    before = clock.time()
    time.sleep(0.05)
    assert 50 <= clock.time() - before < 2000
    assert clock.wall_seconds(60) == pytest.approx(0.06)
    assert clock.stamp(0.5) == "1970-01-01T00:00:00.500Z"
    with pytest.raises(ValueError, match="at least 1"):
        Clock(0.5)


def test_a_caller_waits_and_reads_clocks_at_the_services_speed(bench, tmp_path):
    service = bench.service(clock_factor=20)
    time.sleep(0.2)  # so that the two times are four seconds apart
    before = time.time()
    program = tmp_path / "caller.py"
    program.write_text(textwrap.dedent(PROGRAM), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-W", "ignore", program],
        env=service.caller_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    seen = json.loads(run.stdout)
    assert seen["now"] > before + 3
    assert abs(seen["now"] - seen["datetime"]) < 30
    assert seen["timeout"] == pytest.approx(2)
    assert 18 <= seen["passed"] < 180  # nine waits of two seconds
    assert seen["passed"] == pytest.approx(seen["wall"] * 20, rel=0.05)
    made, now, epoch, yesterday, julian, fixed, unix, nothing, date = seen["database"]
    assert made <= now
    assert abs(int(epoch) - seen["end"]) < 40
    assert abs(unix - seen["end"]) < 40
    assert abs((julian - 2440587.5) * 86400 - seen["end"]) < 40
    assert (fixed, nothing, date[:4]) == ("2020-01-02 00:00:00", None, now[:4])
    assert yesterday < now


def test_datetime_stays_usable(bench, tmp_path):
    program = tmp_path / "caller.py"
    program.write_text(
        textwrap.dedent(
            """
            import copy, datetime, logging, pickle, select, selectors, sqlite3, time

            class Own(datetime.datetime):
                pass

            now = datetime.datetime.now()
            assert isinstance(now, datetime.datetime) and isinstance(now, datetime.date)
            assert not isinstance(datetime.date.today(), datetime.datetime)
            assert type(now) == datetime.datetime and {datetime.datetime: 1}[type(now)] == 1
            assert isinstance(Own.now(), Own) and not isinstance(now, Own)
            assert isinstance(datetime.datetime(2020, 1, 1) - datetime.datetime.min, datetime.timedelta)
            assert pickle.loads(pickle.dumps(now)) == now == copy.deepcopy(now)
            assert datetime.datetime.fromisoformat(now.isoformat()) == now
            assert datetime.datetime.strptime("2020", "%Y").year == 2020
            assert issubclass(Own, datetime.datetime) and issubclass(type(now), datetime.datetime)
            sqlite3.connect(":memory:").execute("SELECT ?", (now,))

            class Formatter(logging.Formatter):
                converter = time.gmtime

            record = logging.LogRecord("n", 20, "p", 1, "m", (), None)
            assert Formatter("%(asctime)s").format(record)[:4] == str(now.year)
            assert selectors.SelectSelector().select(0.01) == []
            assert pickle.loads(pickle.dumps(time.sleep)) is time.sleep
            """
        ),
        encoding="utf-8",
    )
    environment = bench.service(clock_factor=5).caller_environment()
    run = subprocess.run(
        [sys.executable, "-W", "ignore", program], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


def test_a_handlers_remaining_time_is_in_the_services_seconds(bench, invoke):
    source = """
        import time

        def handler(event, context):
            before = context.get_remaining_time_in_millis()
            time.sleep(10)
            return [before, context.get_remaining_time_in_millis()]
    """
    service = bench.service(bench.function("f", source, timeout=60), clock_factor=20)
    before, after = invoke(service, "f")["Payload"]
    assert 30_000 < before <= 60_000
    assert 10_000 <= before - after < 55_000
    execution = service.executions()[0]
    assert execution.ended - execution.started >= 10


def test_queues_keep_the_services_time(bench):
    service = bench.service(clock_factor=20)
    sqs = service.client("sqs")
    try:
        url = sqs.create_queue(QueueName="q", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="x")
        hidden = service.clock.time()
        assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1
        for wait in (0, 20):
            began = service.clock.time()
            answer = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=wait)
            assert service.clock.time() - began >= wait or "Messages" in answer
            assert "Messages" not in answer or service.clock.time() - hidden >= 60
        found = lambda: "Messages" in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)  # noqa: E731
        assert service.clock.wait_until(found, 400)
    finally:
        sqs.close()


def test_at_factor_one_nothing_is_touched(bench):
    environment = bench.service().caller_environment()
    code = "import time, datetime, sys; print(time.sleep, datetime.datetime, 'stretched_time' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "<built-in function sleep> <class 'datetime.datetime'> False"


def test_a_sitecustomize_of_the_users_runs_as_well(bench, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import builtins\nbuiltins.SEEN = True\n", encoding="utf-8")
    service = bench.service(layers=[tmp_path])
    run = subprocess.run(
        [sys.executable, "-c", "print(SEEN)"],
        env=service.caller_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "True"
