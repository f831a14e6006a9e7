"""Every read and write of the outbox: outbox (in), claims (out), brakes, views."""
