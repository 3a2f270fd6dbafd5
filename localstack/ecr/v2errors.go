package ecr

import (
	"encoding/json"
	"errors"
	"net/http"

	"ecrmirror/localstack/awsjson"
)

// refusals say how the API's refusals look under /v2/.
var refusals = map[string]struct {
	status int
	code   string
}{
	"RepositoryNotFoundException":       {http.StatusNotFound, "NAME_UNKNOWN"},
	"ImageTagAlreadyExistsException":    {http.StatusBadRequest, "TAG_INVALID"},
	"LayersNotFoundException":           {http.StatusBadRequest, "MANIFEST_BLOB_UNKNOWN"},
	"ReferencedImagesNotFoundException": {http.StatusBadRequest, "MANIFEST_BLOB_UNKNOWN"},
	"ImageDigestDoesNotMatchException":  {http.StatusBadRequest, "DIGEST_INVALID"},
	// https://github.com/opcr-io/policy/issues/149, https://github.com/aws/containers-roadmap/issues/2783
	"InvalidParameterException": {http.StatusMethodNotAllowed, "UNSUPPORTED"},
	"LimitExceededException":    {http.StatusForbidden, "DENIED"},
}

// writeRefusal answers with err in the shape of the registry API.
func writeRefusal(w http.ResponseWriter, err error) {
	refusal, ok := errors.AsType[*awsjson.Error](err)
	if !ok {
		writeV2Error(w, http.StatusInternalServerError, "UNKNOWN", err.Error())
		return
	}
	as, known := refusals[refusal.Code]
	if !known {
		as.status, as.code = http.StatusInternalServerError, "UNKNOWN"
	}
	writeV2Error(w, as.status, as.code, refusal.Message)
}

func writeV2Error(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []map[string]string{{"code": code, "message": message}}})
}
