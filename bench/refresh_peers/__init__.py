"""The peers of the nightly refresh, each run as a module in a process of its own."""
