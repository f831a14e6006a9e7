"""Kinds of jobs that compute analyses; a job's payload is read by whoever `project/wiring.py` names for it."""

REFRESH = "refresh"
COUNT_REPORTS = "count_reports"
MOVEMENT_BETWEEN = "movement_between"
BALANCE = "balance"
