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
	MetricFailed    = "Failed"     // entries that failed, or a destination of which failed
	MetricUnreached = "NotReached" // entries that the sweep had not looked at when its time was over
	// seconds for which the destination is behind that has been for longest; 0 = none is behind
	MetricOldestLag = "OldestLag"
	MetricDuration  = "Duration" // milliseconds that the sweep took
)
