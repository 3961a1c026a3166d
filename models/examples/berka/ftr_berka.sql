-- One row per loan: what was known before the day it was granted. Supplied, see examples/berka.

{{ supplied_features() }}
