package checks

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// costs are what resources cost by themselves, whatever is done with them: list prices of
// us-east-1 in November 2026, of a month with 720 hours. docs/operations.md#costs has all of it.
var costs = map[string]struct {
	each float64
	what string
}{
	"AWS::CloudWatch::Alarm":  {0.10, "alarm"},
	"AWS::EC2::NatGateway":    {0.045 * 720, "NAT gateway"},
	"AWS::EC2::EIP":           {0.005 * 720, "public address"},
	"AWS::CloudWatch::Metric": {0.30, "metric"},
}

// creates says what a first deployment makes, and what costs money while nothing is mirrored.
func creates(_ context.Context, w World) []Finding {
	counts := map[string]int{}
	for _, r := range w.Stack.Resources {
		service, _, _ := strings.Cut(strings.TrimPrefix(r.Type, "AWS::"), "::")
		counts[service]++
	}
	var made []string
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		made = append(made, fmt.Sprintf("%d %s", counts[kind], kind))
	}
	total, parts := standing(w)
	return []Finding{
		okay("will be made", "%d resources: %s", len(w.Stack.Resources), strings.Join(made, ", ")),
		okay("will cost", "about $%.2f a month before anything is mirrored: %s. "+
			"Jobs, traffic and storage come on top", total, strings.Join(parts, ", ")),
	}
}

// standing returns what the stack costs a month by being there.
func standing(w World) (total float64, parts []string) {
	add := func(n int, each float64, what string) {
		if n > 0 {
			total += float64(n) * each
			parts = append(parts, fmt.Sprintf("%d × %s $%.2f", n, what, each))
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(costs)) {
		add(len(w.Stack.OfType(kind)), costs[kind].each, costs[kind].what)
	}
	const metrics = 8 // that a sweep writes
	if len(w.Stack.OfType("AWS::Events::Rule")) > 0 {
		add(metrics, costs["AWS::CloudWatch::Metric"].each, costs["AWS::CloudWatch::Metric"].what)
	}
	zones := 0 // in which an interface endpoint is, each at $0.01 an hour
	for _, id := range w.Stack.OfType("AWS::EC2::VPCEndpoint") {
		properties := w.Stack.Resources[id].Properties
		if subnets, ok := properties["SubnetIds"].([]any); ok && properties["VpcEndpointType"] == "Interface" {
			zones += len(subnets)
		}
	}
	add(zones, 0.01*720, "interface endpoint")
	return total, parts
}
