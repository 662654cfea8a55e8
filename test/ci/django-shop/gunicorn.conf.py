"""The application is loaded before the fork: a reload forks anew and imports nothing, so that it takes no second."""

preload_app = True
worker_class = "gthread"
workers = 1
threads = 12
keepalive = 60
pidfile = "gunicorn.pid"
errorlog = "web.log"


def post_fork(server, worker):
    """What was loaded before the fork may be from before a flip."""
    from project.reread import reread_databases

    reread_databases()
