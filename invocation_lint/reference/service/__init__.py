"""A local Lambda service: the real Invoke API on loopback, handlers in processes of their own under awslambdaric."""
