"""Engines: values that know their gradient, and operations of them."""
