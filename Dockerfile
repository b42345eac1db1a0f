# The image of every process of docker-compose.yml. Its steps are those of `make`: services/install.py makes .venv.
FROM python:3.12-slim-bookworm

RUN useradd --uid 1000 --create-home vinloop && mkdir -p /app /data && chown vinloop /app /data
USER vinloop
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 VINLOOP_STATIC_ROOT=/app/collected

# The requirements alone first, so that a change of the code keeps this layer.
COPY --chown=vinloop pyproject.toml ./
COPY --chown=vinloop services/install.py services/install.py
RUN python services/install.py web training

COPY --chown=vinloop . .
# Collecting static files touches neither database nor broker; these values exist for this one step.
RUN VINLOOP_SECRET_KEY=for-collecting-static-files-in-this-step-alone \
    VINLOOP_DATABASE_URL=postgres://nobody@localhost/none \
    VINLOOP_BROKER_URL=redis://localhost/0 \
    VINLOOP_DATA_DIR=/data VINLOOP_ALLOWED_HOSTS=localhost VINLOOP_HTTPS=true \
    python manage.py collectstatic --no-input

EXPOSE 8000
CMD ["python", "-m", "gunicorn", "webapp.wsgi", "--bind", "0.0.0.0:8000", "--preload", "--workers", "4", "--threads", "8", "--timeout", "60", "--no-control-socket"]
