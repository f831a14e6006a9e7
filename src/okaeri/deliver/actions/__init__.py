"""Use cases of delivery: render, claim, send, recover, unsubscribe, receipts."""
