"""Okaeri (おかえり): understand every customer, act for each one, prove what the action changed."""

__version__ = "0.1.0"
