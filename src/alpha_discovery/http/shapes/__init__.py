"""What endpoints take and give, as pydantic models."""
