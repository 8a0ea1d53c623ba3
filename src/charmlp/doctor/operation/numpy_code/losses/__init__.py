"""Losses of parameters: functions and objects that return them, their data, and what they are made of."""
