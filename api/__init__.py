"""What programs ask: health, metrics, later the runs themselves."""
