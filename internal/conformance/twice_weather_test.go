package conformance

import (
	"math/rand/v2"
	"net/http"
	"time"

	"ecrmirror/testkit/fault"
)

// weather draws what breaks for a program: nothing in one case of four, else a few kinds of faults, each of 1 to 6% of
// calls, or more of calls that are rare, up to all. In one case of ten it is a storm: three times as many.
func weather(random *rand.Rand, kinds []fault.Rule) []fault.Rule {
	if random.IntN(4) == 0 {
		return nil
	}
	storm := 1.0
	if random.IntN(10) == 0 {
		storm = 3
	}
	rules := make([]fault.Rule, 1+random.IntN(4))
	for i := range rules {
		rules[i] = kinds[random.IntN(len(kinds))]
		if rules[i].Rate == 0 {
			rules[i].Rate = 0.01 + 0.05*random.Float64()
		}
		rules[i].Rate = max(rules[i].Rate, min(0.5, storm*rules[i].Rate))
		if rules[i].Kind == fault.Delay {
			rules[i].Delay = time.Duration(random.Int64N(int64(300 * time.Millisecond)))
		}
	}
	return rules
}

// atSource is what breaks at a registry that is read.
func atSource() []fault.Rule {
	return []fault.Rule{
		{Operation: "v2.*", Kind: fault.Throttle},
		{Operation: "v2.*", Kind: fault.Fail},
		{Operation: "v2.*", Kind: fault.Fail, Status: http.StatusServiceUnavailable},
		{Operation: "v2.*", Kind: fault.Reset},
		{Operation: "v2.*", Kind: fault.Delay},
		{Operation: "s3.GetObject", Kind: fault.Cut, Rate: 0.1},
		{Operation: "s3.GetObject", Kind: fault.Short, Rate: 0.1},
		{Operation: "s3.GetObject", Kind: fault.Reset, Rate: 0.1},
		{Operation: "s3.GetObject", Kind: fault.Fail, Rate: 0.1},
		{Operation: "s3.GetObject", Kind: fault.Throttle, Rate: 0.1},
		{Operation: "s3.GetObject", Kind: fault.Stall, Rate: 0.1, Delay: 200 * time.Millisecond},
		{Operation: "s3.GetObject", Kind: fault.Delay, Rate: 0.3},
		{Operation: "s3.GetObject", Kind: fault.Fail, Rate: 1},
	}
}

// inECRAndElsewhere is what breaks in ECR, whether it is read or written, and at a registry that is written.
func inECRAndElsewhere() []fault.Rule {
	return []fault.Rule{
		{Operation: "ecr.*", Kind: fault.Throttle},
		{Operation: "ecr.*", Kind: fault.Throttle, Code: "ThrottleException", Status: http.StatusTooManyRequests},
		{Operation: "ecr.*", Kind: fault.Fail},
		{Operation: "ecr.*", Kind: fault.Reset},
		{Operation: "ecr.*", Kind: fault.Lose},
		{Operation: "ecr.*", Kind: fault.Delay},
		{Operation: "ecr.PutImage", Kind: fault.Lose, Rate: 0.3},
		{Operation: "ecr.PutImage", Kind: fault.Delay, Rate: 0.5},
		{Operation: "ecr.CompleteLayerUpload", Kind: fault.Lose, Rate: 0.2},
		{Operation: "ecr.CompleteLayerUpload", Kind: fault.Delay, Rate: 0.5},
		{Operation: "ecr.UploadLayerPart", Kind: fault.Lose, Rate: 0.1},
		{Operation: "ecr.UploadLayerPart", Kind: fault.Slow, Rate: 0.3, Speed: 1 << 20},
		{Operation: "ecr.UploadLayerPart", Kind: fault.Throttle, Code: "UploadNotFoundException"},
		{Operation: "s3.GetObject", Kind: fault.Cut, Rate: 0.1},
		{Operation: "v2.*", Kind: fault.Throttle},
		{Operation: "v2.*", Kind: fault.Fail},
		{Operation: "v2.*", Kind: fault.Fail, Status: http.StatusServiceUnavailable},
		{Operation: "v2.*", Kind: fault.Reset},
		{Operation: "v2.*", Kind: fault.Lose},
		{Operation: "v2.*", Kind: fault.Delay},
		{Operation: "v2.PUT manifest", Kind: fault.Lose, Rate: 0.3},
		{Operation: "v2.PUT manifest", Kind: fault.Delay, Rate: 0.5},
		{Operation: "v2.PUT upload", Kind: fault.Lose, Rate: 0.2},
		{Operation: "v2.PUT upload", Kind: fault.Slow, Rate: 0.3, Speed: 1 << 20},
		{Operation: "v2.PUT upload", Kind: fault.Fail, Rate: 1},
		{Operation: "v2.PUT manifest", Kind: fault.Fail, Rate: 1},
	}
}
