"""Evaluation of metrics at one snapshot: values, history, forecast, and the evidence under them."""

from unipact.analysis.evaluation.evaluator import Evaluator, Verification
from unipact.analysis.evaluation.evidence import Page

__all__ = ["Evaluator", "Page", "Verification"]
