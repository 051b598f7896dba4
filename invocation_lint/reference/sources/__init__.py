"""What moves events to functions: event source mappings, subscriptions, notifications, rules and schedules.

Queues, streams, topics, buses, tables and buckets are moto's (`service/backing.py`); what reads them, gathers batches,
filters, invokes, retries and gives up is in here, on the service's clock. Two ways lead from there to a function:

- A mapping (`mapping_api.py`) polls a queue or a stream and invokes synchronously (`queues.py`, `streams.py`); a pipe
  (`pipes/`) is one with an enrichment and other targets.
- A topic, bucket or rule hands its event on at once: `moto_server.py` reports it, and `deliveries.py` puts it into the
  queue of asynchronous events.

Cognito triggers, API authorizers, Kafka, MQ and DocumentDB sources are left out.
"""
