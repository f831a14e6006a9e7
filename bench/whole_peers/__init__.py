"""Every contender answers the same questions about the same two Parquet files (`bench.whole`)."""
