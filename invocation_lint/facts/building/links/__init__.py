"""From a call site to the functions that it invokes, by what is deployed, and on to what their handlers need."""
