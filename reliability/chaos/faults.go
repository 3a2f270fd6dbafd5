package main

import (
	"slices"
	"time"

	broken "ecrmirror/testkit/fault"
)

// What the operations of the stand-ins are called.
const (
	v2      = "v2.*"
	objects = "s3.GetObject"
	ecrAPI  = "ecr.*"
)

// allFaults returns all rows in order.
func allFaults() []fault {
	return slices.Concat(sourceFaults(), wrongBytes(), refusals(), destinationFaults(), elsewhere(), together(),
		ecrFaults(), fromECRFaults())
}

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

func wrongBytes() []fault {
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

func refusals() []fault {
	both := func(kind broken.Kind, change ...func(*broken.Rule)) []broken.Rule {
		return slices.Concat(one(v2, kind, change...), one(objects, kind, change...))
	}
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
		{id: "500", title: "source: 500, 10%", source: both(broken.Fail, rate(0.1)), cause: `500`},
		{id: "503", title: "source: 503, 10%", source: both(broken.Fail, rate(0.1), unavailable), cause: `503`},
		{
			id: "503-after", title: "source: 503 with Retry-After: 1, 10%",
			source: both(broken.Fail, rate(0.1), unavailable, retryAfter(time.Second)), cause: `503`,
		},
		{id: "500-ever", title: "source: 500 to everything", source: both(broken.Fail), end: transient(), cause: `500`},
		{id: "deny", title: "source: 403 to everything", source: one(v2, broken.Deny), end: permanent(), cause: `403`},
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

func destinationFaults() []fault {
	uploads := "v2.P* upload"
	return []fault{
		{
			id: "to-reset", title: "destination: connections reset before an answer, 5%",
			dest: one(v2, broken.Reset, rate(0.05)), cause: brokenOff,
		},
		{
			id: "to-lose", title: "destination: replies lost after the effect, 5%", dest: one(v2, broken.Lose, rate(0.05)),
			cause: brokenOff,
		},
		{id: "to-500", title: "destination: 500, 5%", dest: one(v2, broken.Fail, rate(0.05)), cause: `500`},
		{
			id: "to-503", title: "destination: 503 with Retry-After: 1, 10%",
			dest: one(v2, broken.Fail, rate(0.1), unavailable, retryAfter(time.Second)), cause: `503`,
		},
		{
			id: "to-429", title: "destination: 429 without Retry-After, 5%",
			dest: one(v2, broken.Throttle, rate(0.05)), cause: `429`,
		},
		{
			id: "to-429-after", title: "destination: 429 with Retry-After: 1, 5%",
			dest: one(v2, broken.Throttle, rate(0.05), retryAfter(time.Second)), cause: `429`,
		},
		{
			id: "to-slow", title: "destination: takes 4 MB/s a connection",
			dest: one(uploads, broken.Slow, speed(4e6)), end: always(),
		},
		{
			id: "to-late", title: "destination: answers 1 s late, 30%",
			dest: one(v2, broken.Delay, rate(0.3), delay(time.Second)), end: always(),
		},
		{
			id: "to-500-ever", title: "destination: 500 to every upload", dest: one(uploads, broken.Fail),
			end: transient(), cause: `500`,
		},
		{
			id: "to-tag-ever", title: "destination: 500 to every manifest", dest: one("v2.PUT manifest", broken.Fail),
			end: transient(), cause: `500`,
		},
		{
			id: "to-deny", title: "destination: 403 to every upload", dest: one(uploads, broken.Deny),
			end: permanent(), cause: `403`,
		},
		{
			id: "to-one", title: "one of two destinations: 500 to every upload", way: toTwo,
			dest: one(uploads, broken.Fail), end: transient(), cause: `500`,
		},
		{
			id: "to-mute", title: "destination: no answer to any upload, for ever", long: true,
			dest: one(uploads, broken.Delay, delay(time.Hour)), end: transient(),
			cause: `progress|time|answer|deadline`,
		},
	}
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
			id: "dns", title: "source: its name does not resolve", sourceHost: "registry.invalid:5000",
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
