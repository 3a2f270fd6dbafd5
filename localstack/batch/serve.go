package batch

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"ecrmirror/localstack/awsjson"
)

// operationNames maps the path under [PathPrefix] to the operation's name.
var operationNames = map[string]string{
	"canceljob":                   "CancelJob",
	"createcomputeenvironment":    "CreateComputeEnvironment",
	"createjobqueue":              "CreateJobQueue",
	"deletecomputeenvironment":    "DeleteComputeEnvironment",
	"deletejobqueue":              "DeleteJobQueue",
	"deregisterjobdefinition":     "DeregisterJobDefinition",
	"describecomputeenvironments": "DescribeComputeEnvironments",
	"describejobdefinitions":      "DescribeJobDefinitions",
	"describejobqueues":           "DescribeJobQueues",
	"describejobs":                "DescribeJobs",
	"listjobs":                    "ListJobs",
	"registerjobdefinition":       "RegisterJobDefinition",
	"submitjob":                   "SubmitJob",
	"terminatejob":                "TerminateJob",
	"updatecomputeenvironment":    "UpdateComputeEnvironment",
	"updatejobqueue":              "UpdateJobQueue",
}

// OperationName names the operation that a request asks for, as "SubmitJob", or gives its path if it is not one.
func OperationName(r *http.Request) string {
	if name, ok := operationNames[strings.TrimPrefix(r.URL.Path, PathPrefix)]; ok && r.Method == http.MethodPost {
		return name
	}
	if name, ok := tagOperations[r.Method]; ok && strings.HasPrefix(r.URL.Path, tagsPath) {
		return name
	}
	return r.URL.Path
}

// ServeHTTP answers requests under [PathPrefix].
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out, err := awsjson.Do(r, s.opts.Home, bodyLimit, s.operation(OperationName(r), r))
	if err != nil {
		WriteError(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out) // an error means the client is gone
}

func (s *Service) operation(name string, r *http.Request) awsjson.Operation {
	switch name {
	case "ListTagsForResource", "TagResource", "UntagResource":
		return s.tagOperation(name, r.URL)
	case "CancelJob":
		return awsjson.Func(s.cancelJob)
	case "CreateComputeEnvironment":
		return awsjson.Func(s.createComputeEnvironment)
	case "CreateJobQueue":
		return awsjson.Func(s.createJobQueue)
	case "DeleteComputeEnvironment":
		return awsjson.Func(s.deleteComputeEnvironment)
	case "DeleteJobQueue":
		return awsjson.Func(s.deleteJobQueue)
	case "DeregisterJobDefinition":
		return awsjson.Func(s.deregisterJobDefinition)
	case "DescribeComputeEnvironments":
		return awsjson.Func(s.describeComputeEnvironments)
	case "DescribeJobDefinitions":
		return awsjson.Func(s.describeJobDefinitions)
	case "DescribeJobQueues":
		return awsjson.Func(s.describeJobQueues)
	case "DescribeJobs":
		return awsjson.Func(s.describeJobs)
	case "ListJobs":
		return awsjson.Func(s.listJobs)
	case "RegisterJobDefinition":
		return limited("Job definition", 24<<10, awsjson.Func(s.registerJobDefinition))
	case "SubmitJob":
		return limited("Job", 30<<10, awsjson.Func(s.submitJob))
	case "TerminateJob":
		return awsjson.Func(s.terminateJob)
	case "UpdateComputeEnvironment":
		return awsjson.Func(s.updateComputeEnvironment)
	case "UpdateJobQueue":
		return awsjson.Func(s.updateJobQueue)
	default:
		return nil
	}
}

// limited refuses requests of more than size bytes.
func limited(what string, size int, op awsjson.Operation) awsjson.Operation {
	return func(ctx context.Context, c awsjson.Caller, body []byte) (any, error) {
		if len(body) > size {
			return nil, refused("%s size must be less than %d KiB, got %d KiB", what, size>>10, (len(body)+1023)>>10)
		}
		return op(ctx, c, body)
	}
}
