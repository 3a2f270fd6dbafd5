package lambda

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/lambdaruntime"
)

// PathPrefix is where the operations are.
const PathPrefix = "/2015-03-31/functions"

// payloadLimit is the most bytes of an event.
const payloadLimit = 6 << 20

// OperationName names the operation that a request asks for; "" for those that are not here.
func OperationName(r *http.Request) string {
	rest, ok := strings.CutPrefix(r.URL.Path, PathPrefix)
	_, what, _ := strings.Cut(strings.Trim(rest, "/"), "/")
	switch {
	case !ok:
		return ""
	case r.Method == http.MethodGet && strings.Trim(rest, "/") == "":
		return "ListFunctions"
	case r.Method == http.MethodGet && what == "":
		return "GetFunction"
	case r.Method == http.MethodGet && what == "configuration":
		return "GetFunctionConfiguration"
	case r.Method == http.MethodPost && what == "invocations":
		return "Invoke"
	}
	return ""
}

// ServeHTTP answers requests under [PathPrefix].
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := awsjson.CallerOf(r, s.opts.Home)
	if err != nil {
		writeError(w, err)
		return
	}
	name, _, _ := strings.Cut(strings.Trim(strings.TrimPrefix(r.URL.Path, PathPrefix), "/"), "/")
	switch operation := OperationName(r); operation {
	case "ListFunctions":
		write(w, map[string]any{"Functions": s.configurations(c)})
	case "GetFunction", "GetFunctionConfiguration":
		s.serveFunction(w, c, name, operation == "GetFunction")
	case "Invoke":
		s.serveInvoke(w, r, c, name)
	default:
		writeError(w, &awsjson.Error{
			Status: http.StatusNotImplemented, Code: "NotImplemented",
			Message: "the stand-in for Lambda does not have " + r.Method + " " + r.URL.Path,
		})
	}
}

// configurations are those of the caller's functions, by name.
func (s *Service) configurations(c awsjson.Caller) []any {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []any{}
	for _, k := range slices.SortedFunc(maps.Keys(s.functions),
		func(a, b key) int { return strings.Compare(a.name, b.name) }) {
		if k.account == c.Account && k.region == c.Region {
			list = append(list, s.functions[k].configuration())
		}
	}
	return list
}

// serveFunction answers with a function's configuration, and with where its code is, too.
func (s *Service) serveFunction(w http.ResponseWriter, c awsjson.Caller, name string, withCode bool) {
	s.mu.Lock()
	f, err := s.find(c.Account, c.Region, name)
	s.mu.Unlock()
	switch {
	case err != nil:
		writeError(w, err)
	case withCode:
		write(w, map[string]any{
			"Configuration": f.configuration(),
			"Code":          map[string]string{"ImageUri": f.Code.ImageURI, "RepositoryType": "ECR"},
		})
	default:
		write(w, f.configuration())
	}
}

func (s *Service) serveInvoke(w http.ResponseWriter, r *http.Request, c awsjson.Caller, name string) {
	payload, err := awsjson.Body(r, payloadLimit)
	if err != nil {
		writeError(w, err)
		return
	}
	switch kind := r.Header.Get("X-Amz-Invocation-Type"); kind {
	case "Event":
		if err := s.InvokeLater(c.Account, c.Region, name, payload); err != nil {
			writeError(w, err)
			return
		}
		w.WriteHeader(http.StatusAccepted)
		return
	case "", "RequestResponse":
	default:
		writeError(w, invalid("the stand-in for Lambda has no invocations of type %s", kind))
		return
	}
	out, err := s.Invoke(r.Context(), c.Account, c.Region, name, payload)
	if err != nil {
		writeFailure(w, err)
		return
	}
	_, _ = w.Write(out) // an error means the client is gone
}

// writeFailure answers an invocation that has failed. What Lambda refuses is an error of its API. What goes
// wrong in the function is a reply like others, with a header that says so.
func writeFailure(w http.ResponseWriter, err error) {
	var known *awsjson.Error
	if errors.As(err, &known) {
		writeError(w, err)
		return
	}
	failure := &lambdaruntime.FunctionError{Type: "Runtime.ExitError", Message: err.Error()}
	var reported *lambdaruntime.FunctionError
	if errors.As(err, &reported) {
		failure = reported
	}
	w.Header().Set("X-Amz-Function-Error", "Unhandled")
	write(w, failure)
}

// configuration is the function as the API has it.
func (f *function) configuration() map[string]any {
	return map[string]any{
		"FunctionName": f.FunctionName, "FunctionArn": f.arn, "Role": f.Role, "Description": f.Description,
		"PackageType":   f.PackageType,
		"Architectures": f.Architectures, "MemorySize": f.MemorySize, "Timeout": f.Timeout,
		"Environment": f.Environment, "Version": "$LATEST",
		"State": "Active", "LastUpdateStatus": "Successful",
		"LastModified":        f.modified.UTC().Format("2006-01-02T15:04:05.000+0000"),
		"LoggingConfig":       map[string]string{"LogGroup": f.LoggingConfig.LogGroup},
		"ImageConfigResponse": map[string]any{"ImageConfig": f.ImageConfig},
	}
}

func write(w http.ResponseWriter, out any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out) // an error means the client is gone
}

func writeError(w http.ResponseWriter, err error) {
	e := awsjson.ErrorOf(err)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-ErrorType", e.Code)
	w.WriteHeader(e.Status)
	_ = json.NewEncoder(w).Encode(map[string]string{"Type": "User", "Message": e.Message})
}
