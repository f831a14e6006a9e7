"""Where things are put together: Django settings, urls, wiring, the command line."""
