"""Data in: files and feeds of orders, customers, products become canonical rows.

In: files of any cart (`connectors/<cart>`), webhooks, the HTTP API, shops that are asked (`polling`),
the tag, forms.
Out: `Order`, `OrderLine`, `Product`, `Party` (a contact exactly as a source wrote it), each with a
change number, so that others read what is new since the last time they looked.
"""
