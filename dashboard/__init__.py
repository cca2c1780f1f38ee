"""What people touch: the web application, its jobs and services, and the command line."""
