"""Settings of the web process and the workers, read from the environment and nowhere else.

Every variable is named in docs/reference/settings.md. A value that is missing or odd stops the start with one
sentence.
"""

from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError, validate

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env(prefix="VINLOOP_")

try:
    SECRET_KEY = env.str("SECRET_KEY")
    DATABASE = env.dj_db_url("DATABASE_URL")
    BROKER_URL = env.str("BROKER_URL")
    DATA_DIR = env.path("DATA_DIR")
    ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS")
    HTTPS = env.bool("HTTPS")
    STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / "var" / "static")
    CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
    LEASE_SECONDS = env.int("LEASE_SECONDS", 300, validate=validate.Range(min=30))
    MAX_UPLOAD_MEGABYTES = env.int("MAX_UPLOAD_MEGABYTES", 40, validate=validate.Range(min=1))
    MAX_TRANSFER_MEGABYTES = env.int("MAX_TRANSFER_MEGABYTES", 1000, validate=validate.Range(min=1))
    PREDICTION_SECONDS = env.int("PREDICTION_SECONDS", 60, validate=validate.Range(min=5))
    LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
except EnvError as error:
    raise ImproperlyConfigured(f"{error}. See docs/reference/settings.md for what it holds.") from error

if len(SECRET_KEY) < 40:
    raise ImproperlyConfigured("VINLOOP_SECRET_KEY needs 40 random characters or more.")
if not DATABASE["ENGINE"].endswith("postgresql"):
    raise ImproperlyConfigured(
        "VINLOOP_DATABASE_URL must name a PostgreSQL database: postgres://user:password@host/name."
    )
if not BROKER_URL.startswith(("redis://", "rediss://", "redis+socket://")):
    raise ImproperlyConfigured("VINLOOP_BROKER_URL must speak the Redis protocol: redis://host:port/0.")

DEBUG = False
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "labeling",
    "webapp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "webapp.throttling.LoginThrottle",
    "webapp.errors.DomainErrorMiddleware",
]
ROOT_URLCONF = "webapp.urls"
WSGI_APPLICATION = "webapp.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "webapp.context.project",
            ],
        },
    }
]

DATABASES = {"default": {**DATABASE, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "labeling.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CSRF_FAILURE_VIEW = "webapp.errors.csrf_failed"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "uploads"},
    },
    "staticfiles": {"BACKEND": "webapp.staticfiles.ModuleManifestStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "blob:", "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "webapp.api.authentication.TokenAuthentication",
        "webapp.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["webapp.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "webapp.errors.handle_api_exception",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "VINloop API",
    "DESCRIPTION": "Photos, tasks, leases, annotations, reviews, snapshots, runs and model versions.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "PhotoStateEnum": "labeling.states.PhotoState",
        "TaskStateEnum": "labeling.states.TaskState",
        "RunStateEnum": "labeling.states.RunState",
        "TransferStateEnum": "labeling.states.TransferState",
        "TransferKindEnum": "labeling.models.TransferKind",
        "PhotoKindEnum": "labeling.models.PhotoKind",
        "ModelVersionStateEnum": "labeling.states.ModelVersionState",
        "LeaseKindEnum": "labeling.models.LeaseKind",
        "PromotionKindEnum": "labeling.models.PromotionKind",
        "BulkKindEnum": "labeling.models.BulkKind",
        "VinSourceEnum": "labeling.models.VinSource",
        "UnseenEnum": "labeling.models.Unseen",
        "VerdictEnum": "labeling.models.Verdict",
        "AuditVerdictEnum": "labeling.pseudo_labels.AuditVerdict",
        "PseudoRoundStateEnum": "labeling.states.PseudoRoundState",
        "RereadingStateEnum": "labeling.states.RereadingState",
        "ShadowStateEnum": "labeling.states.ShadowState",
        "BulkActionStateEnum": "labeling.states.BulkActionState",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
