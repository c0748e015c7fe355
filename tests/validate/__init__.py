"""Tests of kg-builder validate."""
