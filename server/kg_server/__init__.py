"""A read-only store in, SPARQL and linked-data pages out."""
