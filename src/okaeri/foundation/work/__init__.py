"""The work loop: duties that run when something is due, and long jobs with progress.

Rows are the queue; no broker, no cron. `loop` runs duties, `jobs` runs long jobs.
"""
