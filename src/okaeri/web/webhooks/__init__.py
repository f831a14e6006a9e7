"""Telling other programs what happened: signed, at least once, with ids that stay (Standard Webhooks).

1. `gathering` follows the stations' own orders; event, deliveries and place in one transaction.
2. `sending` claims one delivery, sends it, notes what became of it. Killed in between, it is sent
   again with the same id: the receiver keeps ids and does nothing twice.
"""
