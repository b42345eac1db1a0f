"""The Celery interface: each job translates its arguments and makes one call into the domain."""
