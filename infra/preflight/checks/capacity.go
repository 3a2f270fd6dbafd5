package checks

import "ecrmirror/infra/assembly"

// vcpus are how many a stack may use at once.
type vcpus struct{ onDemand, spot float64 }

// fargate returns what the stack's compute environments on Fargate may use.
func fargate(s assembly.Stack) vcpus { return capacity(s, "FARGATE", "FARGATE_SPOT") }

// instances returns what the stack's compute environments on EC2 may use.
func instances(s assembly.Stack) vcpus { return capacity(s, "EC2", "SPOT") }

func capacity(s assembly.Stack, onDemand, spot string) vcpus {
	var sum vcpus
	for _, id := range s.OfType("AWS::Batch::ComputeEnvironment") {
		resources, _ := s.Resources[id].Properties["ComputeResources"].(map[string]any)
		most, _ := resources["MaxvCpus"].(float64)
		switch resources["Type"] {
		case onDemand:
			sum.onDemand += most
		case spot:
			sum.spot += most
		}
	}
	return sum
}

// function returns the stack's function and the concurrency that is reserved for it.
func function(s assembly.Stack) (found bool, reserved float64) {
	for _, id := range s.OfType("AWS::Lambda::Function") {
		reserved, _ = s.Resources[id].Properties["ReservedConcurrentExecutions"].(float64)
		return true, reserved
	}
	return false, 0
}
