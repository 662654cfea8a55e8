"""The settings of a small shop, as many stand: one file, and DATABASE_URL from the `.env` beside manage.py."""
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pymysql

# Django asks for the version of mysqlclient, for which PyMySQL stands in.
pymysql.version_info = (2, 2, 7, "final", 0)
pymysql.install_as_MySQLdb()

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = dict(
    line.split("=", 1) for line in (BASE_DIR / ".env").read_text().splitlines() if line and not line.startswith("#")
)
ENGINES = {"mysql": "mysql", "postgresql": "postgresql"}


def database(text):
    url = urlsplit(text)
    return {
        "ENGINE": f"django.db.backends.{ENGINES[url.scheme]}",
        "NAME": url.path[1:],
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname,
        "PORT": url.port,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"charset": "utf8mb4"} if url.scheme == "mysql" else {},
    }


SECRET_KEY = "only for a test"
ALLOWED_HOSTS = ["127.0.0.1"]
USE_TZ = True
TIME_ZONE = "UTC"
ROOT_URLCONF = "project.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "shop"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/order/"

DATABASES = {"default": database(ENVIRONMENT["DATABASE_URL"])}

# Whoever reads the file at each request needs no reload after a flip.
if ENVIRONMENT.get("FOLLOW_ENV") == "on":
    MIDDLEWARE.insert(0, "shop.follow.FollowEnvironment")
