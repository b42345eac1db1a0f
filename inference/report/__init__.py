"""The report of an evaluation for people to look at."""

from inference.report.page import ReportOptions, render_report

__all__ = ["ReportOptions", "render_report"]
