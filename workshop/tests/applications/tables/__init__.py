"""The tables of inputs, one for each endpoint of the applications, and what these need to run."""

from collections.abc import Sequence

from workshop.tests.applications.application import Subject
from workshop.tests.applications.tables.booking import BOOKING
from workshop.tests.applications.tables.bookshop import BOOKSHOP
from workshop.tests.applications.tables.exchange import EXCHANGE
from workshop.tests.applications.tables.shipping import SHIPPING
from workshop.tests.applications.tables.temperature import AVERAGE, CONVERT
from workshop.tests.applications.tables.weather import WEATHER

SUBJECTS: Sequence[Subject] = (SHIPPING, EXCHANGE, BOOKING, WEATHER, CONVERT, AVERAGE, BOOKSHOP)
