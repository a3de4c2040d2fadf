"""Places that prices are fetched from, behind one port: the Binance archive, any exchange, folders of files."""
