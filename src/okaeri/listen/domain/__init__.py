"""Questions that come with the product, links to them, and what an answer may be."""
