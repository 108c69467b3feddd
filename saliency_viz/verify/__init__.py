"""`python -m saliency_viz verify MODEL`: anyone proves any checkpoint in minutes. proof.py runs the checks.

Imports nothing by itself: the command line stays quick.
"""
