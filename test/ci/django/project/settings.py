"""One application on either server: DATABASE is `mysql` or `postgresql`, the rest names host, port, account, database."""
import os

import django

if os.environ["DATABASE"] == "mysql":
    import pymysql

    # Django asks for the version of mysqlclient, for which PyMySQL stands in.
    pymysql.version_info = (2, 2, 7, "final", 0)
    pymysql.install_as_MySQLdb()

SECRET_KEY = "only for a test"
USE_TZ = os.environ["USE_TZ"] == "on"
TIME_ZONE = os.environ["TIME_ZONE"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    *os.environ.get("APPS", "zoo").split(","),
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": f"django.db.backends.{os.environ['DATABASE']}",
        "HOST": os.environ["HOST"],
        "PORT": os.environ["PORT"],
        "NAME": os.environ["NAME"],
        "USER": os.environ["ACCOUNT"],
        "PASSWORD": os.environ["PASSWORD"],
        "OPTIONS": {"charset": "utf8mb4"} if os.environ["DATABASE"] == "mysql" else {},
        # The tests of a generated application run on the rows that are there.
        "TEST": {"NAME": os.environ["NAME"]},
    }
}
# What only one of the servers has is left out on the other, with a warning.
SILENCED_SYSTEM_CHECKS = ["models.W036", "models.W037", "models.W038", "models.W039", "models.W043", "models.W044"]
if django.VERSION < (5, 0):
    USE_L10N = True
    SILENCED_SYSTEM_CHECKS.append("settings.W0")
