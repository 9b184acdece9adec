"""The hub's pages in a real Chromium, with real terminals behind them: `make browser`."""
