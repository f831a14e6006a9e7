"""Sources that are asked instead of telling: EC-CUBE's Web API, read page by page behind a cursor."""
