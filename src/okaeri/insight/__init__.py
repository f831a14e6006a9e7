"""What they do: class, ranks, freshness, second purchase, drop-off, cohorts, segments.

In: warehouse tables `orders`, `order_lines`. Out: one `CustomerInsight` row per customer, reports
that pages read, month ends as `PortfolioSnapshot` rows, segments as rule trees with bitmaps.
"""
