"""unipact: a framework agreement between a university and an enterprise that you can run."""

__version__ = "0.1.0"
