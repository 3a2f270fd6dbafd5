package main

import (
	"slices"
	"time"

	broken "ecrmirror/testkit/fault"
)

// allFaults returns all rows in order.
func allFaults() []fault {
	one := slices.Concat(sourceFaults(), wrongBytes(), refusals(), destinationFaults(), elsewhere(), together(),
		ecrFaults(), fromECRFaults())
	return slices.Concat(one, aimedFaults(), ofRequests(one))
}

// elsewhere is what goes wrong beside the copy: credentials, names, clocks.
func elsewhere() []fault {
	return []fault{
		{
			id: "tokens", title: "source: tokens expire after 200 ms, and answers are late",
			sourceTokens: 200 * time.Millisecond, source: one(objects, broken.Delay, delay(100*time.Millisecond)),
			cause: `401`,
		},
		{
			id: "to-tokens", title: "destination: tokens expire after 1 s, and it takes 4 MB/s a connection",
			destTokens: time.Second, dest: one("v2.P* upload", broken.Slow, speed(4e6)), cause: `401`,
		},
		{
			id: "token-clock", title: "both: token servers' clocks are an hour behind", sourceTokens: time.Minute,
			destTokens: time.Minute, clock: -time.Hour, end: always(),
		},
		{
			id: "dns", title: "source: its name does not resolve", sourceHost: unresolvable,
			cause: `registry\.invalid`, end: &end{},
		},
		{
			id: "refused", title: "source: nobody listens there", sourceHost: "127.0.0.1:9", cause: `refused`,
			end: transient(),
		},
	}
}

// together is several at once.
func together() []fault {
	source := slices.Concat(
		one(objects, broken.Cut, perMiB(0.02)), one(objects, broken.Short, perMiB(0.01)),
		one(objects, broken.Stall, perMiB(0.005), delay(10*time.Second)),
		one(objects, broken.Expire, rate(0.03)), one(objects, broken.Fail, rate(0.03)),
		one(objects, broken.Whole, rate(0.03)),
		one(v2, broken.Throttle, rate(0.03), retryAfter(time.Second)), one(v2, broken.Fail, rate(0.03), unavailable),
		one(v2, broken.Reset, rate(0.02)),
	)
	dest := slices.Concat(
		one(v2, broken.Throttle, rate(0.02)), one(v2, broken.Fail, rate(0.01)), one(v2, broken.Reset, rate(0.01)),
		one(v2, broken.Lose, rate(0.01)),
		one(v2, broken.Delay, rate(0.05), delay(500*time.Millisecond)),
	)
	causes := `(?i)403|500|503|429|no byte|progress|time|` + brokenOff
	return []fault{
		{
			id:     "source-all",
			title:  "source: resets, short bodies, stalls, 403, 500, 503, 429, whole for a range; 0.5 to 3% each",
			source: source, cause: causes,
		},
		{
			id: "both-all", title: "the same, and at the destination 429, 500, resets, lost replies at 1 to 2% each",
			source: source, dest: dest, cause: causes,
		},
	}
}
