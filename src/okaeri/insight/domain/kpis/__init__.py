"""The KPI catalogue (domain reference §2.3): how each figure is counted, and what it means."""
