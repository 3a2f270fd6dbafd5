// Package resources makes the resources of CloudFormation's stacks in the other stand-ins, through
// their front doors as everybody. What has no stand-in is recorded: it has an id and
// attributes, and does nothing.
package resources

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ecrmirror/localstack/identity"
	"ecrmirror/localstack/lambda"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/cloudformation"
)

// Options configure [Providers].
type Options struct {
	Config    func(awsjson.Caller) aws.Config // of clients of an account and region
	Roles     Roles
	Functions Functions
	// Operations of the stand-ins that have no clients here: SQS, CloudWatch Logs, CloudWatch, EventBridge.
	Queues, Logs, Metrics, Events awsjson.Operations
}

// into decodes properties into the input of an SDK client, whose members have the same names.
// Those in without are left out.
func into(properties map[string]any, input any, without ...string) error {
	properties = maps.Clone(properties)
	for _, name := range without {
		delete(properties, name)
	}
	doc, err := json.Marshal(properties)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(doc))
	d.DisallowUnknownFields()
	if err := d.Decode(input); err != nil {
		return fmt.Errorf("properties: %w", err)
	}
	return nil
}

// named is the name that the properties give, or the one that CloudFormation has made up.
func named(r cloudformation.Request, property string) string {
	if name, ok := r.Properties[property].(string); ok {
		return name
	}
	return r.Name
}

// text is a property that is a string; "" if there is none.
func text(r cloudformation.Request, property string) string {
	value, _ := r.Properties[property].(string)
	return value
}

// handlerCodes are what CloudFormation calls the answers of services.
var handlerCodes = map[int]string{
	http.StatusBadRequest: "InvalidRequest", http.StatusForbidden: "AccessDenied", http.StatusNotFound: "NotFound",
	http.StatusConflict: "AlreadyExists",
}

// handlerCode is what CloudFormation calls the answer of a service, whose code may say more than its status.
func handlerCode(status int, code string) string {
	if strings.Contains(code, "AlreadyExists") || strings.Contains(code, "ResourceInUse") {
		return "AlreadyExists"
	}
	if name, ok := handlerCodes[status]; ok {
		return name
	}
	return "GeneralServiceException"
}

// A refusal is a service's, in the form that CloudFormation's events have it.
type refusal struct{ service, code, message, handlerCode string }

func (e *refusal) Error() string {
	return fmt.Sprintf("%s (Service: %s, %s) (HandlerErrorCode: %s)", e.message, e.service, e.code, e.handlerCode)
}

// told returns the error of an SDK client as CloudFormation tells it.
func told(service string, err error) error {
	if err == nil {
		return nil
	}
	var own *awsjson.Error
	if errors.As(err, &own) {
		own = awsjson.ErrorOf(own)
		return &refusal{
			service: service, message: own.Message, code: fmt.Sprintf("Status Code: %d", own.Status),
			handlerCode: handlerCode(own.Status, own.Code),
		}
	}
	var api smithy.APIError
	if !errors.As(err, &api) {
		return err
	}
	e := &refusal{
		service: service, message: api.ErrorMessage(), code: "Code: " + api.ErrorCode(),
		handlerCode: "GeneralServiceException",
	}
	var response *awshttp.ResponseError
	if errors.As(err, &response) {
		status := response.HTTPStatusCode()
		e.code, e.handlerCode = fmt.Sprintf("Status Code: %d", status), handlerCode(status, api.ErrorCode())
	}
	return e
}

// absent tells whether a service refuses because the thing is not there.
func absent(err error, codes ...string) bool {
	var own *awsjson.Error
	if errors.As(err, &own) {
		return slices.Contains(codes, own.Code)
	}
	var api smithy.APIError
	return errors.As(err, &api) && slices.Contains(codes, api.ErrorCode())
}

// Roles are where roles and their policies take effect.
type Roles interface {
	PutRole(identity.Role) error
	DeleteRole(arn string) bool
	Roles(account string) []identity.Role
}

// Functions are where functions run.
type Functions interface {
	Put(c awsjson.Caller, f lambda.Function, isNew bool) (arn string, err error)
	SetRetries(c awsjson.Caller, nameOrARN string, retries int) error
	Delete(c awsjson.Caller, name string)
}
