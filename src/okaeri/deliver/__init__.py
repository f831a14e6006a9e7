"""To the person: the outbox, the contact policy, pacing, channels, receipts.

In: requests with an opaque source and an idempotency key. Out: messages on their way, each with its
state and its reason. Knows nothing of journeys.
"""
