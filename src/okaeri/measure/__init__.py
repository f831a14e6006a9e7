"""Did it work: experiments with people left out on purpose, and what they prove.

In: assignments (written by whoever treats people) and the warehouse's orders. Out: the difference
per assigned customer with its interval, the smallest effect that could have been seen, a check that
the split was fair.
"""
