package ecr

import (
	"net/http"
	"strings"
)

// OperationName returns what the statistics call a request to the API, for a blob or
// under /v2/: "ecr.PutImage", "s3.GetObject", "v2.GET blob"; "" if it is none of these.
func OperationName(req *http.Request) string {
	switch operation, ok := strings.CutPrefix(req.Header.Get("X-Amz-Target"), targetPrefix); {
	case ok:
		return "ecr." + operation
	case strings.HasPrefix(req.URL.Path, BlobPrefix):
		return "s3." + operationOf(req.Method)
	case strings.HasPrefix(req.URL.Path, "/v2/"):
		return "v2." + req.Method + " " + parseV2(req).kind
	}
	return ""
}

// operationOf names what S3 would log the request as.
func operationOf(method string) string {
	switch method {
	case http.MethodGet:
		return "GetObject"
	case http.MethodHead:
		return "HeadObject"
	}
	return method
}
