package dynamodb

import (
	"encoding/json"
	"hash/crc32"
	"net/http"
	"strconv"

	"ecrmirror/localstack/awsjson"
)

// namespaces are what stands before the names of errors in __type.
const (
	coralNamespace = "com.amazon.coral.validate#"
	ownNamespace   = "com.amazonaws.dynamodb.v20120810#"
)

// reply answers with out or with err, and the checksum that DynamoDB's clients check.
func reply(w http.ResponseWriter, out any, err error) {
	status := http.StatusOK
	if err != nil {
		e := awsjson.ErrorOf(err)
		status, out = e.Status, errorBody(e)
	}
	body, encodeErr := json.Marshal(out)
	if encodeErr != nil {
		status, body = http.StatusInternalServerError, []byte(`{"__type":"InternalServerError"}`)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	w.WriteHeader(status)
	_, _ = w.Write(body) // an error means the client is gone
}

func errorBody(e *awsjson.Error) map[string]any {
	namespace := ownNamespace
	if e.Code == "ValidationException" {
		namespace = coralNamespace
	}
	body := map[string]any{"__type": namespace + e.Code, "message": e.Message}
	for name, value := range e.Members {
		body[name] = value
	}
	return body
}
