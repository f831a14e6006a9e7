"""Simulated and replayed shops that live through the product's public doors.

In: a seed (a made-up shop whose true effects are known) or a file of real orders (whose true effect
is zero, since nobody in it ever got a message). Out: a shop in a data folder, and what the product
says about it beside the truth. The product never imports this package.
"""
