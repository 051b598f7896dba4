"""State machines of AWS Step Functions.

moto holds them, and its interpreter of the Amazon States Language (which came out of LocalStack) runs them in moto's
process, under the service's clock. In here is what joins it to the service and what it lacks: tasks reach functions,
queues and tables through the service's own endpoint with the role of their machine (`tasks.py`), expressions of the
JSONata language are evaluated by `jsonata-python` (`expressions.py`), executions are started, stopped and described as
AWS does it (`executions.py`, `tokens.py`), and the service is told of their begin and end (`log.py`).

`moto_machines.py` is what moto's process imports; the interpreter itself is imported at the first request for it, which
takes over a second.

Left out: activities, versions' weights, redriving, logs and traces of executions.
"""
