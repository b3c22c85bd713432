"""Vinyl Scratch Detector's Random Forest and SVM, where trained ones are installed."""
