"""The processes that run functions: where they live, how they are told of events, what they write."""
