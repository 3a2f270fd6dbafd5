package main

import (
	"fmt"
	"slices"
	"time"

	broken "ecrmirror/testkit/fault"
)

// ecrFaults are those of a destination in ECR, by its API.
func ecrFaults() []fault {
	return slices.Concat(
		[]fault{{id: "ecr-none", title: "ECR: nothing goes wrong", way: toECR, end: always()}},
		ecrThrottling(), ecrLostReplies(), ecrFailures(), ecrRefusals(), ecrClocks(), []fault{ecrTogether()},
	)
}

// ecrThrottling has a row for each operation. ECR throttles in two ways; they take turns.
func ecrThrottling() (list []fault) {
	for i, operation := range []string{
		"BatchCheckLayerAvailability", "InitiateLayerUpload", "UploadLayerPart",
		"CompleteLayerUpload", "PutImage", "DescribeImages",
	} {
		how := code("ThrottlingException", 400)
		if i%2 == 1 {
			how = code("ThrottleException", 429)
		}
		list = append(list, fault{
			id: "ecr-throttle-" + shortName(operation), title: "ECR: " + operation + " throttled, 30%", way: toECR,
			dest: one("ecr."+operation, broken.Throttle, rate(0.3), how), cause: `Throttl`,
		})
	}
	return list
}

// ecrLostReplies has a row for each operation that changes something.
func ecrLostReplies() (list []fault) {
	for _, lost := range []struct {
		operation string
		share     float64
	}{{"InitiateLayerUpload", 0.2}, {"UploadLayerPart", 0.2}, {"CompleteLayerUpload", 0.2}, {"PutImage", 0.4}} {
		list = append(list, fault{
			id: "ecr-lose-" + shortName(lost.operation), way: toECR,
			title: fmt.Sprintf("ECR: replies of %s lost after the effect, %.0f%%", lost.operation, 100*lost.share),
			dest:  one("ecr."+lost.operation, broken.Lose, rate(lost.share)), cause: brokenOff,
		})
	}
	return list
}

func ecrFailures() []fault {
	return []fault{
		{
			id: "ecr-reset", title: "ECR: connections reset before an answer, 10%", way: toECR,
			dest: one(ecrAPI, broken.Reset, rate(0.1)), cause: brokenOff,
		},
		{
			id: "ecr-500", title: "ECR: 500, 10%", way: toECR, dest: one(ecrAPI, broken.Fail, rate(0.1)),
			cause: `ServerException`,
		},
		{
			id: "ecr-slow", title: "ECR: takes 4 MB/s a connection", way: toECR,
			dest: one("ecr.UploadLayerPart", broken.Slow, speed(4e6)), end: always(),
		},
	}
}

// ecrRefusals are those that another try does not mend while they last.
func ecrRefusals() []fault {
	expired := `ExpiredToken|credentials have expired`
	return []fault{
		{
			id: "ecr-expired", title: "ECR: credentials expire after half of the parts, for ever", way: toECR,
			dest: one("ecr.UploadLayerPart", broken.Throttle, rate(0.5), code("ExpiredTokenException", 400)),
			end:  transient(), cause: expired,
		},
		{
			id: "ecr-expired-ever", title: "ECR: credentials had expired before", way: toECR,
			dest: one(ecrAPI, broken.Throttle, code("ExpiredTokenException", 400)), end: transient(), cause: expired,
		},
		{
			id: "ecr-deny", title: "ECR: PutImage denied", way: toECR, dest: one("ecr.PutImage", broken.Deny),
			end: permanent(), cause: `AccessDenied`,
		},
		{
			id: "ecr-500-ever", title: "ECR: 500 to every UploadLayerPart", way: toECR, slow: true,
			dest: one("ecr.UploadLayerPart", broken.Fail), end: transient(), cause: `ServerException`,
		},
	}
}

func ecrClocks() []fault {
	return []fault{
		{
			id: "ecr-ahead", title: "ECR: its clock is an hour ahead", way: toECR,
			dest: one(ecrAPI, broken.Skew, clock(time.Hour)), end: always(),
		},
		{
			id: "ecr-behind", title: "ECR: its clock is an hour behind", way: toECR,
			dest: one(ecrAPI, broken.Skew, clock(-time.Hour)), end: always(),
		},
	}
}

func ecrTogether() fault {
	return fault{
		id:    "ecr-all",
		title: "ECR: throttling 10%, 500 3%, lost replies 3%, resets 3%; source: resets 2% per MiB, 503 3%",
		way:   toECR,
		source: slices.Concat(one(objects, broken.Cut, perMiB(0.02)), one(v2, broken.Fail, rate(0.03), unavailable),
			one(objects, broken.Fail, rate(0.03), unavailable)),
		dest: slices.Concat(one(ecrAPI, broken.Throttle, rate(0.1)), one(ecrAPI, broken.Fail, rate(0.03)),
			one(ecrAPI, broken.Lose, rate(0.03)), one(ecrAPI, broken.Reset, rate(0.03))),
		cause: `(?i)throttl|ServerException|503|` + brokenOff,
	}
}

// fromECRFaults are those of a source in ECR, by its API.
func fromECRFaults() []fault {
	return append([]fault{
		{
			id: "from-ecr-expire", title: "from ECR: 403 on an expired presigned URL, 10%", way: fromECR,
			source: one(objects, broken.Expire, rate(0.1)),
			end:    &end{exact: true, codes: []int{exitFailed}}, cause: `403`,
		},
		{
			id: "from-ecr-reset", title: "from ECR: connections reset, 10% per MiB", way: fromECR,
			source: one(objects, broken.Cut, perMiB(0.1)), cause: brokenOff,
		},
		{
			id: "from-ecr-short", title: "from ECR: bodies end too early, 5% per MiB", way: fromECR,
			source: one(objects, broken.Short, perMiB(0.05)), cause: brokenOff,
		},
		{
			id: "from-ecr-bytes-ever", title: "from ECR: a bit of every body is wrong", way: fromECR,
			source: one(objects, broken.Corrupt), end: permanent(), cause: `digest`,
		},
		{
			id: "from-ecr-throttle", title: "from ECR: every API throttled, 20%", way: fromECR,
			source: one(ecrAPI, broken.Throttle, rate(0.2)), cause: `Throttl`,
		},
	}, fromECRTogether())
}

func fromECRTogether() fault {
	return fault{
		id:    "from-ecr-all",
		title: "from ECR: throttling 10%, SlowDown 5%, 403 5%, resets 2% per MiB; destination: 500 1%, 429 2%",
		way:   fromECR,
		source: slices.Concat(one(ecrAPI, broken.Throttle, rate(0.1)), one(objects, broken.Throttle, rate(0.05)),
			one(objects, broken.Expire, rate(0.05)), one(objects, broken.Cut, perMiB(0.02))),
		dest:  slices.Concat(one(v2, broken.Fail, rate(0.01)), one(v2, broken.Throttle, rate(0.02))),
		cause: `(?i)throttl|429|500|503|403|` + brokenOff,
	}
}
