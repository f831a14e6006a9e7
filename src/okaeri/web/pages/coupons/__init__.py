"""Pages: coupons, what they give and what became of them."""
