"""The tables of inputs, one for each endpoint of the applications, and what these need to run."""

from collections.abc import Sequence

from tests.applications.application import Subject
from tests.applications.tables.booking import BOOKING
from tests.applications.tables.bookshop import BOOKSHOP
from tests.applications.tables.exchange import EXCHANGE
from tests.applications.tables.shipping import SHIPPING
from tests.applications.tables.temperature import AVERAGE, CONVERT
from tests.applications.tables.weather import WEATHER

SUBJECTS: Sequence[Subject] = (SHIPPING, EXCHANGE, BOOKING, WEATHER, CONVERT, AVERAGE, BOOKSHOP)
