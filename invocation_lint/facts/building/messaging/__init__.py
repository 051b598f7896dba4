"""Facts about what is sent: batches, messages and executions, from the syntax of the functions around the calls."""
