package ecr

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/opencontainers/go-digest"

	"ecrmirror/localstack/awsjson"
)

// refuse is a refusal with HTTP status 400, as all of ECR's modelled errors are.
func refuse(code, format string, args ...any) error {
	return awsjson.Errorf(code, format, args...)
}

// where says which repository a refusal is about, in AWS's words.
func where(id repositoryID) string {
	return fmt.Sprintf("the repository with name '%s' in the registry with id '%s'", id.Name, id.Account)
}

func repositoryNotFound(id repositoryID) error {
	return refuse("RepositoryNotFoundException",
		"The repository with name '%s' does not exist in the registry with id '%s'", id.Name, id.Account)
}

func uploadNotFound(id repositoryID, uploadID string) error {
	return refuse("UploadNotFoundException", "The upload with id '%s' was not found in %s", uploadID, where(id))
}

func unrecognized() error {
	return refuse("UnknownOperationException", "The requested operation is not recognized by the service.")
}

func limitExceeded(format string, args ...any) error {
	return refuse("LimitExceededException", format, args...)
}

// missing says what a manifest refers to and the repository does not hold.
func missing(what string, digests []digest.Digest, id repositoryID) string {
	list := make([]string, len(digests))
	for i, d := range digests {
		list[i] = d.String()
	}
	return fmt.Sprintf("%s with digests '[%s]' required for pushing image into repository with name '%s' in the "+
		"registry with id '%s' do not exist",
		what, strings.Join(list, ", "), id.Name, id.Account)
}

// An s3Error is a refusal in S3's shape.
type s3Error struct {
	XMLName xml.Name `xml:"Error"`
	Status  int      `xml:"-"`
	Code    string
	Message string
}

func (e *s3Error) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(e.Status)
	// The reply is on its way: a write error means the client is gone.
	_, _ = io.WriteString(w, xml.Header)
	_ = xml.NewEncoder(w).Encode(e)
}
