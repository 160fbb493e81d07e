"""The tables of SuperOffice are declared here, each beside what it is for."""

import sqlalchemy as sa

METADATA = sa.MetaData()
