package main

import (
	"slices"
	"time"

	broken "ecrmirror/testkit/fault"
)

const uploads = "v2.P* upload"

func destinationFaults() []fault {
	return slices.Concat(failingDestinations(), slowDestinations(), refusingDestinations())
}

// failingDestinations are those that fail now and then.
func failingDestinations() []fault {
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
	}
}

func slowDestinations() []fault {
	return []fault{
		{
			id: "to-slow", title: "destination: takes 4 MB/s a connection",
			dest: one(uploads, broken.Slow, speed(4e6)), end: always(),
		},
		{
			id: "to-late", title: "destination: answers 1 s late, 30%",
			dest: one(v2, broken.Delay, rate(0.3), delay(time.Second)), end: always(),
		},
	}
}

// refusingDestinations are those that never take the image.
func refusingDestinations() []fault {
	return []fault{
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
