package batch

import (
	"encoding/json"
	"net/http"

	"ecrmirror/localstack/awsjson"
)

// PathPrefix is where Batch's operations are: POST /v1/<operation in lower case>.
const PathPrefix = "/v1/"

// bodyLimit is the size of the largest request read, in bytes; Batch's own limits are smaller.
const bodyLimit = 1 << 20

// WriteError answers err as Batch does: the code in a header, the message in the body.
func WriteError(w http.ResponseWriter, err error) {
	e := awsjson.ErrorOf(err)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-ErrorType", e.Code)
	w.WriteHeader(e.Status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": e.Message}) // an error means the client is gone
}

// refused is Batch's answer to a request it cannot do: a ClientException.
func refused(format string, args ...any) *awsjson.Error {
	e := awsjson.Errorf("ClientException", format, args...)
	e.Message = "Error executing request, Exception : " + e.Message
	return e
}

// exists is Batch's answer to the creation of what is there, which has a status of its own:
// cloudformation-coverage-roadmap #2463 shows it.
func exists(name string) *awsjson.Error {
	e := refused("Object already exists: %s", name)
	e.Status = http.StatusConflict
	return e
}
