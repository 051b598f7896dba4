"""Who invokes whom in a project: behind `invocation-lint graph`."""
