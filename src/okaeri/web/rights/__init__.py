"""What is done for one person across all stations: handing out, proving, forgetting."""
