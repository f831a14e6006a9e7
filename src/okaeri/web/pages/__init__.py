"""Pages for the staff, one folder per resource: `views.py` asks the stations, `urls.py` names them."""
