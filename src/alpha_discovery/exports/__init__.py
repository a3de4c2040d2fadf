"""An alpha as a file that trades without this package: Python, freqtrade, Pine Script, JSON."""
