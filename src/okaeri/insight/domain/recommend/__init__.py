"""What to recommend to whom: neighbours of items, habits, and which of several methods earns its place.

Pure numpy and scipy. Items are numbers from 0, days are counted since 1970-01-01.
"""
