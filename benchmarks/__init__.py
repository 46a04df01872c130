"""Each engine beside its peer: `make bench` (docs/reference/benchmarks.md)."""
