"""Screens: pages for the staff, public pages for customers. Asks the stations' `api`, decides nothing."""
