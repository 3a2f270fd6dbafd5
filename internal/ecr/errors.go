package ecr

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"

	"ecrmirror/internal/awserror"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/transient"
)

// Errors that callers decide on. They are found by errors.Is.
var (
	// ErrRepositoryNotFound: the repository does not exist, or not for this caller.
	ErrRepositoryNotFound = errors.New("repository not found")
	// ErrRepositoryIncomplete: a missing repository was created, but a policy of its template could
	// not be set. It is there now, so that trying again does not set it either.
	ErrRepositoryIncomplete = transient.Final("the repository was created incompletely")
	// ErrImageNotFound: the repository has no such tag or digest, or the tag has another digest
	// than the one asked for.
	ErrImageNotFound = errors.New("image not found")
	// ErrImmutableTag: the tag is there, with another digest, and the repository does not let it
	// move.
	ErrImmutableTag = errors.New("tag is immutable")
	// ErrLayersNotFound: a manifest names a config or layer that its repository lacks, or a layer
	// that can't be read.
	ErrLayersNotFound = errors.New("layers not found")
	// ErrReferencedImagesNotFound: an index names an image that its repository lacks.
	ErrReferencedImagesNotFound = errors.New("referenced images not found")
	// ErrLayerTooLarge: ECR takes no blob of this size.
	ErrLayerTooLarge = errors.New("layer too large for ECR")
	// ErrUploadNotFound: ECR forgot an upload when it was too late to begin again. The blob has to
	// be read anew.
	ErrUploadNotFound = transient.New("upload not found")
	// ErrDigestMismatch: content does not have the digest it was asked for, or announced, by.
	ErrDigestMismatch = errors.New("digest mismatch")
)

// Codes of ECR's that are decided on in several places.
const (
	codeRepositoryNotFound = "RepositoryNotFoundException"
	codeRepositoryExists   = "RepositoryAlreadyExistsException"
	codeAccessDenied       = "AccessDeniedException"
)

// sentinels gives the errors that ECR's codes mean: those of exceptions, and those of failures of
// single images in a batch.
var sentinels = map[string]error{
	codeRepositoryNotFound:              ErrRepositoryNotFound,
	"ImageNotFoundException":            ErrImageNotFound,
	"ImageNotFound":                     ErrImageNotFound,
	"ImageTagDoesNotMatchDigest":        ErrImageNotFound,
	"LayersNotFoundException":           ErrLayersNotFound,
	"LayerInaccessibleException":        ErrLayersNotFound,
	"ReferencedImagesNotFoundException": ErrReferencedImagesNotFound,
	"UploadNotFoundException":           ErrUploadNotFound,
	"InvalidLayerException":             ErrDigestMismatch,
	"ImageDigestDoesNotMatchException":  ErrDigestMismatch,
}

// A callError is a call that failed.
type callError struct {
	operation  string
	name       imagename.Name
	err        error
	writes     bool // what is there would be written to, and is worth creating
	createHint string
}

func (e *callError) Error() string {
	return fmt.Sprintf(
		"%s %s %s: %s%s",
		service(e.name),
		e.operation,
		repositoryName(e.name),
		awserror.Text(e.err),
		e.hint(),
	)
}

// passing are the codes that pass beside those that pass with any AWS service.
var passing = map[string]bool{
	"UploadNotFoundException": true,
	// The registry behind a pull-through cache.
	"UnableToGetUpstreamImageException": true,
	"UnableToGetUpstreamLayerException": true,
	"UpstreamTooManyRequests":           true,
	"UpstreamUnavailable":               true,

	"UnableToListUpstreamImageReferrersException": true,
}

// Transient reports whether another try may help: the call was throttled, or AWS, the network or the registry behind a
// pull-through cache failed. LimitExceededException is one of ECR's quotas, not of its rates.
func (e *callError) Transient() bool {
	code := errorCode(e.err)
	return code != "LimitExceededException" && (passing[code] || awserror.Transient(e.err))
}

// LacksContent reports whether ECR says that the repository lacks what a manifest refers to.
func (e *callError) LacksContent() bool {
	return errors.Is(e, ErrLayersNotFound) || errors.Is(e, ErrReferencedImagesNotFound)
}

// refusing are the codes by which PutImage refuses a manifest for what it is. The first is also its answer to types of
// manifests that it does not know (https://github.com/aws/containers-roadmap/issues/2306, /2783).
var refusing = map[string]bool{
	"InvalidParameterException":   true,
	"UnsupportedCommandException": true, // ECR Public's
}

// RefusesManifest reports whether ECR does not take a manifest, for good, or not under that tag.
func (e *callError) RefusesManifest() bool {
	return e.operation == "PutImage" && (refusing[errorCode(e.err)] || errors.Is(e.err, ErrImmutableTag))
}

// Unwrap returns the SDK's error and the sentinel that its code means.
func (e *callError) Unwrap() []error {
	if sentinel := sentinels[errorCode(e.err)]; sentinel != nil {
		return []error{e.err, sentinel}
	}
	return []error{e.err}
}

// A MissingRepositoryError says that a repository of private ECR does not exist, or not for this
// caller. It is an [ErrRepositoryNotFound].
type MissingRepositoryError struct{ name imagename.Name }

func (e *MissingRepositoryError) Error() string {
	return "repository " + repositoryName(e.name) + " does not exist"
}

// Unwrap returns [ErrRepositoryNotFound].
func (e *MissingRepositoryError) Unwrap() error { return ErrRepositoryNotFound }

// CreateCommand returns the AWS CLI's command that creates the repository.
func (e *MissingRepositoryError) CreateCommand() string { return createCommand(e.name) }

// hint says what to do about a missing repository that something was to be written to.
func (e *callError) hint() string {
	if !e.writes || !errors.Is(e, ErrRepositoryNotFound) {
		return ""
	}
	return "; to create it: " + strings.TrimSpace(createCommand(e.name)+" "+e.createHint)
}

// createCommand is how people create a repository.
func createCommand(name imagename.Name) string {
	if name.Kind == imagename.ECRPublic {
		_, repository := name.SplitAlias()
		return fmt.Sprintf("aws ecr-public create-repository --region %s --repository-name %s",
			publicRegion, repository)
	}
	return fmt.Sprintf("aws ecr create-repository --registry-id %s --region %s --repository-name %s",
		name.ECR.Account, name.ECR.Region, name.Repository)
}

// service names the API of an image's registry as AWS's command line does.
func service(name imagename.Name) string {
	if name.Kind == imagename.ECRPublic {
		return "ecr-public"
	}
	return "ecr"
}

// repositoryName names a repository as people write it.
func repositoryName(name imagename.Name) string { return name.Host + "/" + name.Repository }

// errorCode returns the code of ECR's answer, or "".
func errorCode(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}
