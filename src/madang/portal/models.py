"""Every table of the portal, gathered from its domains for Django."""

from madang.portal.agreements import models as _agreements  # noqa: F401
from madang.portal.applications import models as _applications  # noqa: F401
from madang.portal.approvals import models as _approvals  # noqa: F401
from madang.portal.awards import models as _awards  # noqa: F401
from madang.portal.billing import models as _billing  # noqa: F401
from madang.portal.calls import models as _calls  # noqa: F401
from madang.portal.decisions import models as _decisions  # noqa: F401
from madang.portal.files import models as _files  # noqa: F401
from madang.portal.forecasts import models as _forecasts  # noqa: F401
from madang.portal.idempotency import models as _idempotency  # noqa: F401
from madang.portal.indicators import models as _indicators  # noqa: F401
from madang.portal.jobs import models as _jobs  # noqa: F401
from madang.portal.journal import models as _journal  # noqa: F401
from madang.portal.ledger import models as _ledger  # noqa: F401
from madang.portal.outbox import models as _outbox  # noqa: F401
from madang.portal.people import models as _people  # noqa: F401
from madang.portal.plans import models as _plans  # noqa: F401
from madang.portal.policies import models as _policies  # noqa: F401
from madang.portal.prices import models as _prices  # noqa: F401
from madang.portal.receipts import models as _receipts  # noqa: F401
from madang.portal.resources import models as _resources  # noqa: F401
from madang.portal.reviews import models as _reviews  # noqa: F401
from madang.portal.screening import models as _screening  # noqa: F401
from madang.portal.studies import models as _studies  # noqa: F401
