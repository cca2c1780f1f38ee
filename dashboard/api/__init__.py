"""The HTTP interface for programs: its models, its OpenAPI description and its routes."""
