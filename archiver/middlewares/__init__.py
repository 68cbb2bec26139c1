"""What stands between the spiders and the network, in the order in which a request passes it."""

from archiver.middlewares.contact import Contact
from archiver.middlewares.guard import OriginGuard, Redirects
from archiver.middlewares.retry import Retries
from archiver.middlewares.robots import Robots

__all__ = ["Contact", "OriginGuard", "Redirects", "Retries", "Robots"]
