"""Who they are: every contact a source wrote is resolved to one person, with consent per channel.

In: parties (`intake.api`). Out: `Customer`, the link from party to customer, contact points with
their consent and its proof, suppression, and the 360 page's profile.
"""
