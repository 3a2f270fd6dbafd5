package ecrtransport

import (
	"fmt"
	"strings"

	"go.podman.io/image/v5/types"

	"ecrmirror/internal/ecr"
	"ecrmirror/internal/imagename"
)

// A Transport implements [types.ImageTransport] for Amazon ECR. It is safe for concurrent use.
type Transport struct{ client *ecr.Client }

var _ types.ImageTransport = (*Transport)(nil)

// New returns a transport that reads and writes by a client.
func New(client *ecr.Client) *Transport { return &Transport{client} }

// Name returns "ecr".
func (t *Transport) Name() string { return "ecr" }

// ParseReference parses HOST/NAME[:TAG][@DIGEST], where the host is one of private ECR or ECR
// Public, or ecr.aws/ARN[:TAG][@DIGEST], with or without "//" before it. The tag is "latest" where
// there is neither tag nor digest. See [imagename.ParseImage].
func (t *Transport) ParseReference(s string) (types.ImageReference, error) {
	s = strings.TrimPrefix(s, "//")
	if strings.Contains(s, "://") {
		return nil, fmt.Errorf("image name %q: has a URL scheme", s)
	}
	name, err := imagename.ParseImage(s)
	if err != nil {
		return nil, err
	}
	return t.NewReference(name)
}

// NewReference returns a reference for a name of kind [imagename.ECR], or of kind
// [imagename.ECRPublic], which is for writing only; other kinds are errors.
func (t *Transport) NewReference(name imagename.Name) (types.ImageReference, error) {
	if name.Kind != imagename.ECR && name.Kind != imagename.ECRPublic {
		return nil, fmt.Errorf("image name %q: is not in Amazon ECR", name)
	}
	named, err := name.Reference()
	if err != nil {
		return nil, err
	}
	return ecrReference{transport: t, name: name, named: named}, nil
}

// ValidatePolicyConfigurationScope accepts every scope: one that matches no reference does no harm.
func (t *Transport) ValidatePolicyConfigurationScope(string) error { return nil }
