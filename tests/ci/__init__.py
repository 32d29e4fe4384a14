"""Tests of the workflow itself."""
