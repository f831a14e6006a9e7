"""Their voice: answers to one-question surveys, given by a signed link, heard by staff.

In: a request to ask one customer. Out: answers, the satisfaction of a customer, people to call back.
"""
