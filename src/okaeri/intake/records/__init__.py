"""Records beside orders: subscriptions, inquiries, calls, payments, and how new each word is."""
