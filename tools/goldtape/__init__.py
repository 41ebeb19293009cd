"""Record/replay golden files for HTTP services: vcrpy's cassettes, syrupy's snapshots, one command each way."""
