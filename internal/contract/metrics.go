package contract

// Metrics of a sweep, in CloudWatch. Infrastructure makes alarms of them.
const (
	MetricNamespace = "ecrmirror"
	MetricTable     = "Table" // the one dimension: the name of the table of entries

	MetricEntries   = "Entries"           // entries looked at
	MetricCurrent   = "Current"           // entries with nothing to do
	MetricStale     = "StaleDestinations" // destinations that differed
	MetricSubmitted = "JobsSubmitted"
	MetricDeferred  = "Deferred"   // entries put off because a registry is rate-limited
	MetricFailed    = "Failed"     // entries of which something failed
	MetricUnreached = "NotReached" // entries that a sweep has not looked at when its time was up
	MetricOldestLag = "OldestLag"  // seconds; since when the destination is behind that is longest, 0 = none is
	MetricDuration  = "Duration"   // milliseconds that the sweep took
)
