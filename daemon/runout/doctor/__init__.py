"""Looks over a box and says in words what ails it and what to do."""
