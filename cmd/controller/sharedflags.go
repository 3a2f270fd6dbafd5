package main

import "slices"

// The flags that commands share.
var (
	tableFlags    = []string{"table"}
	logFlags      = []string{"verbose", "log-format"}
	allowFlags    = []string{"allow-source", "allow-destination"}
	registryFlags = []string{"insecure-registry", "auth-parameter", "auth-secret", "assume-role"}
	planFlags     = slices.Concat(
		tableFlags, []string{"ledger"}, registryFlags, allowFlags, logFlags,
		[]string{createsFlag, timeLimitFlag, mostTagsFlag, mostNamesFlag},
	)
	statusFlags = []string{"table", "ledger", mostTagsFlag, mostNamesFlag}
	jobFlags    = slices.Concat(planFlags, []string{"queue", "job-definition", jobParametersFlag, metricsFlag})
	sweepFlags  = slices.Concat(jobFlags, []string{artifactsByDefaultFlag})
	eventFlags  = slices.Concat(jobFlags, []string{"account"})
	putFlags    = slices.Concat(tableFlags, allowFlags)
)
