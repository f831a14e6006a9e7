"""How many orders are still to come, from whom, and of what size: models of buying until one stops.

In: arrays of (repeat purchases, time of the last one, time observed). Out: parameters with their
uncertainty, chances, expectations and whole predictive distributions. Pure numpy and scipy; time is in
any one unit (the product uses weeks).
"""
