"""What lies beneath every station: clock, money, ids, text, errors, settings, warehouse, work loop.

Nothing in here has an opinion about customers; every other station may import it.
"""
