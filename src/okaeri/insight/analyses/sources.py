"""What analyses read: shared tables, each made once per refresh, when the first analysis asks."""

from okaeri.insight.analyses.ending_tables import EndingTables


class Sources(EndingTables):
    """All tables of one refresh: of the shop, its goods, their cycles, how people begin and how they end."""
