"""Django's settings, each read from the environment once, failing loudly when wrong (docs/operating/settings.md)."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

PACKAGE = Path(__file__).resolve().parent


def _read(name: str, default: str) -> str:
    value = os.environ.get(f"MADANG_{name}", default).strip()
    if not value and default:
        raise ImproperlyConfigured(f"MADANG_{name} is set but empty; leave it out for its default, {default!r}.")
    return value


def _flag(name: str) -> bool:
    value = _read(name, "no").lower()
    if value not in {"yes", "no"}:
        raise ImproperlyConfigured(f"MADANG_{name} must be yes or no, not {value!r}.")
    return value == "yes"


def _number(name: str, default: int, low: int, high: int) -> int:
    value = _read(name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"MADANG_{name} must be a whole number from {low} to {high}, not {value!r}.")
    return int(value)


def _folder(name: str) -> Path | None:
    value = os.environ.get(f"MADANG_{name}", "").strip()
    if value and not (Path(value).is_absolute() and Path(value).is_dir()):
        raise ImproperlyConfigured(f"MADANG_{name} must be a folder that is there, named from the root, not {value!r}.")
    return Path(value) if value else None


def _place(name: str) -> str:
    value = os.environ.get(f"MADANG_{name}", "").strip()
    if value and not re.fullmatch(r"https?://[^/?#@\s]+(/[^?#\s]*)?", value):
        raise ImproperlyConfigured(f"MADANG_{name} must be an address such as https://doi.org, not {value!r}.")
    return value


def _numbers(name: str, default: str, low: int, high: int) -> tuple[int, ...]:
    """Whole numbers with commas between them, ascending; none at all is `none`."""
    value = _read(name, default)
    parts = [] if value.lower() == "none" else [part.strip() for part in value.split(",")]
    if any(not part.isascii() or not part.isdigit() or not low <= int(part) <= high for part in parts):
        raise ImproperlyConfigured(
            f"MADANG_{name} must be whole numbers from {low} to {high} with commas between them, or none; "
            f"not {value!r}."
        )
    return tuple(sorted({int(part) for part in parts}))


def _named(name: str) -> dict[str, str]:
    """`one=package.Class, other=package.Class` as a mapping; empty when it is not set."""
    pairs = [pair.partition("=") for pair in os.environ.get(f"MADANG_{name}", "").split(",") if pair.strip()]
    if any(not (key.strip() and path.strip()) for key, _, path in pairs):
        raise ImproperlyConfigured(f"MADANG_{name} must read name=package.Class, with commas between several.")
    return {key.strip(): path.strip() for key, _, path in pairs}


def _zone(name: str, default: str) -> ZoneInfo:
    value = _read(name, default)
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ImproperlyConfigured(f"MADANG_{name} must name a time zone such as {default}, not {value!r}.") from error


def _database(url: str, home: Path) -> dict[str, object]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        # 4 MB of cache a connection, as each of the web's threads has one; more makes no page of the benchmark faster
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-4096;"
        options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas}
        name = unquote(parts.path) or str(home / "madang.sqlite3")
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": options}
    if parts.scheme == "postgresql" and parts.path.strip("/"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
        }
    raise ImproperlyConfigured("MADANG_DATABASE_URL must read sqlite:///path or postgresql://user:password@host/name.")


def _key(home: Path, name: str) -> str:
    """A secret of this centre: from the environment, else from keys/ in its home, made at the first start."""
    given = os.environ.get(f"MADANG_{name.upper()}")
    if given:
        return given
    path = home / "keys" / name
    if not path.exists():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(48))
    return path.read_text()


MADANG_HOME = Path(_read("HOME", str(Path.home() / ".madang"))).expanduser().resolve()
MADANG_ZONE = _zone("TIME_ZONE", "Asia/Seoul")
MADANG_BASE_URL = _read("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
MADANG_MAIL_URL = _read("MAIL_URL", "folder:")
MADANG_MAIL_FROM = _read("MAIL_FROM", "madang@centre.example")
MADANG_CENTRE_NAME = {
    "ko": _read("CENTRE_NAME_KO", "마당 AI 컴퓨팅 센터"),
    "en": _read("CENTRE_NAME_EN", "Madang AI Compute Centre"),
}
MADANG_ENVIRONMENTS = _folder("ENVIRONMENTS")
MADANG_PACKAGES = _folder("PACKAGES")
MADANG_BACKEND = _read("BACKEND", "madang.compute.local.LocalBackend")
MADANG_BACKEND_FILE = _read("BACKEND_FILE", "")
MADANG_TENANT_JOBS = _read("TENANT_JOBS", "sandboxed")
MADANG_LOGIN_TRIES = _number("LOGIN_TRIES", 10, 1, 1000)
MADANG_UPLOAD_LIMIT_MB = _number("UPLOAD_LIMIT_MB", 50, 1, 2048)
MADANG_JOB_NOTICE_HOURS = _number("JOB_NOTICE_HOURS", 24, 0, 168)
MADANG_IDLE_MINUTES = _number("IDLE_MINUTES", 60, 10, 10_080)
MADANG_IDLE_STOP_MINUTES = _number("IDLE_STOP_MINUTES", 0, 0, 10_080)
MADANG_IDLE_KEEP_HOURS = _number("IDLE_KEEP_HOURS", 24, 1, 168)
MADANG_CLOSE_GRACE_DAYS = _number("CLOSE_GRACE_DAYS", 5, 0, 60)
MADANG_PAYMENT_DAYS = _number("PAYMENT_DAYS", 30, 0, 365)
MADANG_MISSED_PERCENT = _number("MISSED_PERCENT", 0, 0, 100)
MADANG_LATE_CANCEL_PERCENT = _number("LATE_CANCEL_PERCENT", 0, 0, 100)
MADANG_QUESTION_HOURS = _number("QUESTION_HOURS", 48, 1, 720)
MADANG_LATE_CANCEL_HOURS = _number("LATE_CANCEL_HOURS", 24, 1, 720)
MADANG_CHASE_DAYS = _numbers("CHASE_DAYS", "1,14,30,60", 0, 3650)
MADANG_PAY_TO = {"ko": _read("PAY_TO_KO", ""), "en": _read("PAY_TO_EN", "")}
MADANG_SUPPLIER = {
    "number": _read("SUPPLIER_NUMBER", ""),
    "name": _read("SUPPLIER_NAME", ""),
    "representative": _read("SUPPLIER_REPRESENTATIVE", ""),
    "address": _read("SUPPLIER_ADDRESS", ""),
    "business_type": _read("SUPPLIER_BUSINESS_TYPE", ""),
    "business_item": _read("SUPPLIER_BUSINESS_ITEM", ""),
    "email": _read("SUPPLIER_EMAIL", ""),
}
MADANG_BUDGET_SHARES = _numbers("BUDGET_SHARES", "50,80,100", 1, 100)
MADANG_DOI_RESOLVER = _place("DOI_RESOLVER")
MADANG_SMALL_CELL = _number("SMALL_CELL", 5, 2, 100)
MADANG_GENERATED = _flag("GENERATED")
MADANG_BEHIND_PROXY = _flag("BEHIND_PROXY")
MADANG_SIGNERS = _named("SIGNERS")
if MADANG_TENANT_JOBS not in {"sandboxed", "off"}:
    raise ImproperlyConfigured("MADANG_TENANT_JOBS must be sandboxed or off.")
if urlsplit(MADANG_MAIL_URL).scheme not in {"folder", "smtp", "smtps", "smtp+starttls"}:
    raise ImproperlyConfigured("MADANG_MAIL_URL must begin with folder:, smtp://, smtps:// or smtp+starttls://.")
if urlsplit(MADANG_BASE_URL).scheme not in {"http", "https"}:
    raise ImproperlyConfigured("MADANG_BASE_URL must begin with http:// or https://.")

SECRET_KEY = _key(MADANG_HOME, "secret_key")
MADANG_DIGEST_KEY = _key(MADANG_HOME, "digest_key")
DEBUG = False
ALLOWED_HOSTS = [urlsplit(MADANG_BASE_URL).hostname or "127.0.0.1", "127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = [MADANG_BASE_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "madang.portal",
]
MIDDLEWARE = [
    "madang.portal.proxies.ProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "madang.portal.doors.DoorMiddleware",
    "madang.portal.faces.ActorMiddleware",
    "madang.portal.faces.RefusalMiddleware",
    "madang.portal.idempotency.faces.IdempotencyMiddleware",
]
ROOT_URLCONF = "madang.portal.urls"
WSGI_APPLICATION = "madang.portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "madang.portal.faces.page_context",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "madang.portal.templatetags.madang"],
        },
    }
]
DATABASES = {"default": _database(_read("DATABASE_URL", "sqlite://"), MADANG_HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "portal.Person"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/log-in/"
LOGIN_REDIRECT_URL = "/home/"
PASSWORD_RESET_TIMEOUT = 3 * 3600

LANGUAGE_CODE = _read("LANGUAGE", "ko")
LANGUAGES = [("ko", "한국어"), ("en", "English")]
if LANGUAGE_CODE not in dict(LANGUAGES):
    raise ImproperlyConfigured("MADANG_LANGUAGE must be ko or en.")
# Lists of the API: how many rows without a `limit`, and the most that one answer holds.
NINJA_PAGINATION_PER_PAGE = 100
NINJA_PAGINATION_MAX_LIMIT = 1000

LANGUAGE_COOKIE_NAME = "madang_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [PACKAGE.parent / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = MADANG_ZONE.key

STATIC_URL = "/static/"
STATIC_ROOT = MADANG_HOME / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# A job's files, each with its path and digest: a few more than a job may have, which then says so in words.
DATA_UPLOAD_MAX_NUMBER_FILES = 1010
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3 * DATA_UPLOAD_MAX_NUMBER_FILES

SECURE = urlsplit(MADANG_BASE_URL).scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "madang_session"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_ENGINE = "django.contrib.sessions.backends.db"
CSRF_COOKIE_NAME = "madang_csrf"
CSRF_FAILURE_VIEW = "madang.portal.home.not_allowed"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if MADANG_BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
# Person.email is unique on lower(email) by a constraint, which this check does not recognise.
SILENCED_SYSTEM_CHECKS = ["auth.E003"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
