"""Django settings. What an operator may decide comes from :mod:`querwerk.config.env`; the rest is decided here."""

from datetime import timedelta

from django.utils.csp import CSP

from querwerk.config import env as environment

BASE = environment.BASE
ENV = environment.read()
(ENV.data / "static").mkdir(parents=True, exist_ok=True)

# Identity of the installation
DEBUG = ENV.debug
SECRET_KEY = environment.secret_key(ENV)
ALLOWED_HOSTS = ENV.allowed_hosts
ROOT_URLCONF = "querwerk.config.urls"
WSGI_APPLICATION = "querwerk.config.wsgi.application"

# Rooms from the top floor down, so that an upper room's template wins over a lower one's.
INSTALLED_APPS = [
    "querwerk.newsletter",
    "querwerk.meetings",
    "querwerk.audience",
    "querwerk.desk",
    "querwerk.exchange",
    "querwerk.publishing",
    "querwerk.evidence",
    "querwerk.pilots",
    "querwerk.strategy",
    "querwerk.events",
    "querwerk.matching",
    "querwerk.programmes",
    "querwerk.people",
    "querwerk.core.prose",
    "querwerk.core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_tasks_db",
]
MIDDLEWARE = [
    "querwerk.config.health.HealthMiddleware",
    "querwerk.config.doors.NulMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Compresses what is for one reader; it adds random bytes to each page, which hides the token lengths that BREACH
    # measures. What is for everybody holds no secret and comes compressed out of the store of pages below.
    "querwerk.config.doors.TextGZipMiddleware",
    "querwerk.core.pages.PageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
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
                "querwerk.programmes.pages.surroundings",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "querwerk.core.templatetags.ui",
                "querwerk.core.pictures.tags",
            ],
        },
    },
]

# Data
DATABASES = {"default": ENV.database.django()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Counts for the rate limits, which all processes have to share. Public pages have a store of their own in core.
# Far above the library's 300 entries, beyond which it throws away counts that are still needed.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Files
STATIC_URL = "/static/"
STATIC_ROOT = ENV.data / "static"
MEDIA_ROOT = ENV.data / "media"
MEDIA_URL = "/media/"
# What is made of originals: no backup needs it.
RENDITIONS_ROOT = ENV.data / "renditions"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "querwerk.config.static.StaticStorage"},
}
# Without collected files (tests, a developer's server) the files come from the rooms, under their plain names.
WHITENOISE_USE_FINDERS = not ENV.production
FILE_UPLOAD_PERMISSIONS = 0o640

# Languages and time
LANGUAGE_CODE = ENV.languages[0]
LANGUAGES = [(code, environment.LANGUAGES[code]) for code in ENV.languages]
LOCALE_PATHS = [BASE / "locale"]
TIME_ZONE = ENV.time_zone
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = "querwerk.config.formats"
LANGUAGE_COOKIE_SAMESITE = "Lax"

# E-mail
MAILERS = {"default": ENV.mail.django()}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.mail_sender
ADMINS: list[str] = []  # errors go to the log, never by e-mail

# Protection
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "media-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "manifest-src": [CSP.SELF],
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = ENV.production
SECURE_HSTS_SECONDS = ENV.hsts_days * 86400 if ENV.production else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False  # other subdomains belong to others
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = ENV.production
if ENV.proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.proxies
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a form with many rows of an agenda
SESSION_COOKIE_AGE = int(timedelta(days=ENV.session_days).total_seconds())
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "querwerk_session"
CSRF_COOKIE_NAME = "querwerk_csrf"
# Written after a visit only: a page for the public never touches the session.
SESSION_SAVE_EVERY_REQUEST = False

# Accounts: a code by e-mail or a passkey; no passwords, no sign-up
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:choose"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "querwerk.people.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # whoever enters a code has proved the address
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # strangers get no mail from us because someone typed their address
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if ENV.production else "http"
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are proved by the code at each sign-in, not once and separately
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENV.production  # passkeys on http://localhost

# Log: one line per record on standard error
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "querwerk.config.log.LineFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": ENV.log_level},
    "loggers": {
        "django": {"handlers": [], "level": ENV.log_level, "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # Scanners try foreign host names all day; the answer 400 is enough.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
