"""What a running laboratory tells those who watch it: Prometheus metrics, structured logs."""
