"""Pure rules of intake: cells, days, amounts, contacts, keys and what an order is worth."""
