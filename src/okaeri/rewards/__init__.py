"""What we give: points in one double-entry ledger that balances to zero.

In: grants from journeys. Out: balances, the entries behind each, and their sum, which is always 0.
"""
