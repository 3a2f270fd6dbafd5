package main

import (
	"slices"
	"time"

	broken "ecrmirror/testkit/fault"
)

func sourceFaults() []fault {
	return []fault{
		{id: "none", title: "nothing goes wrong", end: always()},
		{
			id: "reset", title: "source: connections reset, 1% per MiB; 8 layers of 64 MiB", large: true,
			source: one(objects, broken.Cut, perMiB(0.01)), extra: 0.03, cause: brokenOff,
		},
		{
			id: "reset-10", title: "source: connections reset, 10% per MiB", source: one(objects, broken.Cut, perMiB(0.1)),
			cause: brokenOff,
		},
		{
			id: "stall", title: "source: bodies stall for 20 s, 2% per MiB",
			source: one(objects, broken.Stall, perMiB(0.02), delay(20*time.Second)), cause: `no byte|progress|time`,
		},
		{
			id: "stall-ever", title: "source: bodies stall for ever, 2% per MiB",
			source: one(objects, broken.Stall, perMiB(0.02)), cause: `no byte|progress|time`,
		},
		{
			id: "short", title: "source: bodies end too early, 2% per MiB",
			source: one(objects, broken.Short, perMiB(0.02)), cause: brokenOff,
		},
		{
			id: "slow-start", title: "source: answers 1 s late, 30%",
			source: slices.Concat(one(v2, broken.Delay, rate(0.3), delay(time.Second)),
				one(objects, broken.Delay, rate(0.3), delay(time.Second))), end: always(),
		},
	}
}

// wrongBytes are those of bytes that are not the image's, or not those that were asked for.
func wrongBytes() []fault { return slices.Concat(wrongBits(), wrongRanges()) }

func wrongBits() []fault {
	return []fault{
		{
			id: "bytes", title: "source: a bit is wrong, 2% per MiB", source: one(objects, broken.Corrupt, perMiB(0.02)),
			end: &end{exact: true, codes: []int{exitFailed}}, cause: `digest`,
		},
		{
			id: "bytes-ever", title: "source: a bit of every body is wrong", source: one(objects, broken.Corrupt),
			end: permanent(), cause: `digest`,
		},
		{
			id: "manifest-bytes", title: "source: a bit of every manifest is wrong",
			source: one("v2.GET manifest", broken.Corrupt), end: permanent(), cause: `digest`,
		},
	}
}

func wrongRanges() []fault {
	return []fault{
		{
			id: "whole", title: "source: 200 and the whole for a range, 30%",
			source: one(objects, broken.Whole, rate(0.3)), end: always(),
		},
		{
			id: "whole-ever", title: "source: 200 and the whole for every range",
			source: one(objects, broken.Whole), end: always(),
		},
		{
			id: "shift", title: "source: another range, and its Content-Range, 10%",
			source: one(objects, broken.Shift, rate(0.1)), end: always(),
		},
		{
			id: "shift-ever", title: "source: another range for every range", source: one(objects, broken.Shift),
			end: &end{exact: true, codes: []int{exitFailed}}, cause: `Content-Range`,
		},
	}
}

// refusals are those of a source that answers with an error.
func refusals() []fault {
	return slices.Concat(expiredURLs(), throttling(), serverErrors(), wrongClocks())
}

func expiredURLs() []fault {
	return []fault{
		{
			id: "expire", title: "source: 403 on an expired URL, 10%", source: one(objects, broken.Expire, rate(0.1)),
			cause: `403`, end: &end{exact: true, codes: []int{exitFailed}},
		},
		{
			id: "expire-1", title: "source: URLs expire after 1 s, connections of 1 MB/s that are reset, 5% per MiB",
			urlExpiry: time.Second, rate: 1e6, source: one(objects, broken.Cut, perMiB(0.05)),
			cause: `403|` + brokenOff,
		},
		{
			id: "expire-ever", title: "source: 403 on every URL", source: one(objects, broken.Expire),
			end: permanent(), cause: `403`,
		},
	}
}

func throttling() []fault {
	return []fault{
		{
			id: "429", title: "source: 429 (and SlowDown) without Retry-After, 10%",
			source: both(broken.Throttle, rate(0.1)), cause: `429|503`,
		},
		{
			id: "429-after", title: "source: 429 with Retry-After: 1, 10%",
			source: one(v2, broken.Throttle, rate(0.1), retryAfter(time.Second)), cause: `429`,
		},
		{
			id: "429-ever", title: "source: 429 to everything, Retry-After: 3600",
			source: one(v2, broken.Throttle, retryAfter(time.Hour)), end: transient(), cause: `429`,
		},
	}
}

// serverErrors have a 403 beside them, which is for good.
func serverErrors() []fault {
	return []fault{
		{id: "500", title: "source: 500, 10%", source: both(broken.Fail, rate(0.1)), cause: `500`},
		{id: "503", title: "source: 503, 10%", source: both(broken.Fail, rate(0.1), unavailable), cause: `503`},
		{
			id: "503-after", title: "source: 503 with Retry-After: 1, 10%",
			source: both(broken.Fail, rate(0.1), unavailable, retryAfter(time.Second)), cause: `503`,
		},
		{id: "500-ever", title: "source: 500 to everything", source: both(broken.Fail), end: transient(), cause: `500`},
		{id: "deny", title: "source: 403 to everything", source: one(v2, broken.Deny), end: permanent(), cause: `403`},
	}
}

func wrongClocks() []fault {
	return []fault{
		{
			id: "clock-ahead", title: "source: 429, 10%, Retry-After a date in 1 s, by a clock an hour ahead",
			source: one(v2, broken.Throttle, rate(0.1), retryAfter(time.Second), clock(time.Hour)), cause: `429`,
		},
		{
			id: "clock-behind", title: "source: the same by a clock an hour behind",
			source: one(v2, broken.Throttle, rate(0.1), retryAfter(time.Second), clock(-time.Hour)), cause: `429`,
		},
	}
}

// both returns the rule for the registry and for the objects that it redirects to.
func both(kind broken.Kind, change ...func(*broken.Rule)) []broken.Rule {
	return slices.Concat(one(v2, kind, change...), one(objects, kind, change...))
}
