// Package checks holds what is looked at before the service is deployed to an account. A check
// reads; it changes nothing.
package checks

import (
	"context"
	"errors"
	"fmt"
	"io"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"ecrmirror/internal/printable"
)

// A State says what a finding means.
type State int

// States.
const (
	OK      State = iota // as it must be
	Fix                  // something must be done
	Unknown              // nobody here tells: the endpoint does not have it, or AWS has no such question
	Unasked              // AWS would tell, but these credentials may not ask, or no answer came
)

func (s State) String() string { return [...]string{"ok", "FIX", "?", "?"}[s] }

// A Finding is a line of the report.
type Finding struct {
	State State
	What  string // what was looked at
	Text  string // what it is; with Fix, and what to do; with Unknown and Unasked, why it is not known
}

func okay(what, format string, args ...any) Finding {
	return Finding{OK, what, fmt.Sprintf(format, args...)}
}

func fix(what, format string, args ...any) Finding {
	return Finding{Fix, what, fmt.Sprintf(format, args...)}
}

func unknown(what, format string, args ...any) Finding {
	return Finding{Unknown, what, fmt.Sprintf(format, args...)}
}

func unasked(what, format string, args ...any) Finding {
	return Finding{Unasked, what, fmt.Sprintf(format, args...)}
}

// Print writes findings, one a line.
func Print(w io.Writer, findings []Finding) error {
	for _, f := range findings {
		line := printable.Fit(f.What, f.Text)
		if _, err := fmt.Fprintf(w, "%-3s  %s: %s\n", f.State, line[0], line[1]); err != nil {
			return err
		}
	}
	return nil
}

// asked returns the finding for a question that got no answer. Who asks needs the action.
func asked(what, action string, err error) Finding {
	var refused smithy.APIError
	var reply *awshttp.ResponseError
	switch {
	case errors.As(err, &refused) && denied(refused.ErrorCode()):
		return unasked(what, "these credentials may not ask: it takes %s", action)
	case errors.As(err, &refused) && absent(refused.ErrorCode()):
		return unknown(what, "the endpoint does not have %s (%s)", action, refused.ErrorCode())
	case errors.As(err, &refused):
		return unasked(what, "%s was refused: %s: %s", action, refused.ErrorCode(), refused.ErrorMessage())
	case errors.As(err, &reply):
		return unknown(what, "the endpoint's reply to %s (HTTP %d) could not be read: %s", action, reply.HTTPStatusCode(), reason(err))
	}
	return unasked(what, "could not reach %s: %s", action, reason(err))
}

// denied says whether a code means that a permission lacks. AWS's services have several.
func denied(code string) bool {
	switch code {
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError":
		return true
	}
	return false
}

// absent says whether a code means that an emulator lacks the service or the operation.
func absent(code string) bool {
	switch code {
	case "NotImplemented", "UnknownOperationException", "UnknownError", "InvalidAction", "HTTP 404", "HTTP 501", "404", "501":
		return true
	}
	return false
}

// codeOf returns the code of a refusal, "" if it is none.
func codeOf(err error) string {
	var refused smithy.APIError
	if errors.As(err, &refused) {
		return refused.ErrorCode()
	}
	return ""
}

// A Check looks at one thing.
type Check func(ctx context.Context, w World) []Finding

// All returns the checks, in the order of the report.
func All() []Check {
	return []Check{stackState, bootstrap, image, sizes, linkedRoles, fargateQuotas, ec2Quotas, functionQuota, zones, network, grants, rights, creates}
}
