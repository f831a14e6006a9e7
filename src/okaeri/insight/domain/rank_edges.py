"""Edges of R and F ranks (domain reference §2.2); M edges are the shop's own quintiles."""

# Most days of recency for ranks 5, 4, 3, 2. The ends are the field's start values: R5 within 30 days
# and R1 from 366 for goods used up, R1 from 731 for goods bought now and then.
R_EDGES = {"repeat": (30, 90, 180, 365), "ad_hoc": (60, 180, 365, 730)}
# Fewest purchases for ranks 2, 3, 4, 5: 1, 2, 3-4, 5-11, 12 and more.
F_EDGES = (2, 3, 5, 12)
