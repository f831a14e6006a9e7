"""Every database read and write of rewards: points (inserts only) and coupons."""
