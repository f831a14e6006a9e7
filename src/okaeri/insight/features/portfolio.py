"""The customer portfolio: head count, money and time by class."""

import ibis.expr.types as ir


def compute_portfolio(customers: ir.Table) -> ir.Table:
    """One row per class with at least one customer (stage, is_lapsed).

    customers, net_minor, net_12m_minor (sums); mean and median of tenure_days and net_minor;
    at_risk: how many are in the warning band.
    """
    return customers.group_by("stage", "is_lapsed").agg(
        customers=customers.count(),
        at_risk=customers.is_at_risk.ifelse(1, 0).sum(),
        f2_late=customers.is_f2_late.ifelse(1, 0).sum(),
        net_minor=customers.net_minor.sum(),
        net_12m_minor=customers.net_12m_minor.sum(),
        at_risk_net_12m_minor=customers.is_at_risk.ifelse(customers.net_12m_minor, 0).sum(),
        mean_tenure_days=customers.tenure_days.mean(),
        mean_net_minor=customers.net_minor.mean(),
        median_tenure_days=customers.tenure_days.median(),
        median_net_minor=customers.net_minor.median(),
    )
