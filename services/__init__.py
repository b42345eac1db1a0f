"""One machine's services: PostgreSQL and Valkey from wheels, and the manager that runs the whole system."""
