"""What to do: journeys decide who is treated how, content says it, playbooks are ready to use.

In: orders and insight (who), consent (may we), arms (treated or left out on purpose).
Out: enrolments with every decision, requests to `deliver`, grants to `rewards`, in one transaction.
"""
