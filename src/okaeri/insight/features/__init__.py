"""Ibis features: tables in, one table out; they run unchanged on DuckDB and Spark.

Two traps of Ibis 12 beside those of the design: the parameters of every list lambda need names of
their own (equal names in one expression are taken for one another), and a place in a list must be a
32-bit number on Spark.
"""
