"""What happens to the things that are followed, a module a kind."""
