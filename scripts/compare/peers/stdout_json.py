"""Keeps standard output for JSON lines: what libraries print goes to standard error."""
import json
import os

_out = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)


def print_json(**fields):
    _out.write(json.dumps(fields) + "\n")
