package ecr

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"ecrmirror/internal/printable"
)

// A RepositoryTemplate says how missing repositories are created. The zero value means ECR's
// defaults. Its members have the names, in JSON, and the values that they have in ECR's repository
// creation templates and in CreateRepository. [ParseRepositoryTemplate] reads and checks one.
//
// Of a template for repositories in several regions, a KMS key has to be named in a way that holds
// in each of them, as an alias does. In ECR Public only ResourceTags mean anything; a template that
// asks for more creates no repository there.
type RepositoryTemplate struct {
	// ImageTagMutability is MUTABLE, which is also what "" means, IMMUTABLE,
	// IMMUTABLE_WITH_EXCLUSION or MUTABLE_WITH_EXCLUSION.
	ImageTagMutability ecrtypes.ImageTagMutability `json:"imageTagMutability"`
	// ImageTagMutabilityExclusionFilters are 1 to 5 patterns of tags for which it is the other way
	// round, for the two values with EXCLUSION: {"filterType": "WILDCARD", "filter": "dev-*"}.
	ImageTagMutabilityExclusionFilters []ecrtypes.ImageTagMutabilityExclusionFilter `json:"imageTagMutabilityExclusionFilters"`
	// EncryptionConfiguration has an encryptionType, AES256, KMS or KMS_DSSE, and for the latter two
	// a kmsKey, without which it is AWS's key for ECR. It can't be changed later.
	EncryptionConfiguration *ecrtypes.EncryptionConfiguration `json:"encryptionConfiguration"`
	// ImageScanningConfiguration has scanOnPush, for registries that don't say which of their
	// repositories to scan.
	ImageScanningConfiguration *ecrtypes.ImageScanningConfiguration `json:"imageScanningConfiguration"`
	// ResourceTags are at most 50: {"Key": "team", "Value": "a"}.
	ResourceTags []ecrtypes.Tag `json:"resourceTags"`
	// RepositoryPolicy is the text, of at most 10,240 bytes, of the policy that lets other accounts
	// in; "" means none.
	RepositoryPolicy string `json:"repositoryPolicy"`
	// LifecyclePolicy is the text, of 100 to 30,720 bytes, of the rules by which images expire; ""
	// means none.
	LifecyclePolicy string `json:"lifecyclePolicy"`
}

// templateMembers is for the message about a member that is none.
const templateMembers = "imageTagMutability, imageTagMutabilityExclusionFilters, encryptionConfiguration, " +
	"imageScanningConfiguration, resourceTags, repositoryPolicy and lifecyclePolicy"

// ParseRepositoryTemplate reads a template from a JSON document, {} being ECR's defaults. It refuses
// members it does not know, and values that ECR would refuse for any repository; the error says what
// is wrong with which member.
func ParseRepositoryTemplate(document []byte) (*RepositoryTemplate, error) {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.DisallowUnknownFields()
	var t *RepositoryTemplate
	if err := decoder.Decode(&t); err != nil {
		return nil, explainJSON(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after the JSON document")
	}
	if t == nil {
		return nil, errors.New("the template is null; write {} for ECR's defaults")
	}
	for _, check := range []func() error{t.checkMutability, t.checkEncryption, t.checkTags, t.checkPolicies} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// explainJSON says in the document's own terms what the decoder says in Go's.
func explainJSON(err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("the template is empty; write {} for ECR's defaults")
	case errors.As(err, &wrong) && wrong.Field == "":
		return fmt.Errorf("the template is a JSON %s, not an object", wrong.Value)
	case errors.As(err, &wrong) && (wrong.Field == "repositoryPolicy" || wrong.Field == "lifecyclePolicy"):
		return fmt.Errorf("%s is a JSON %s; it must be a string that holds the policy's JSON", wrong.Field, wrong.Value)
	case errors.As(err, &wrong):
		return fmt.Errorf("%s can't be a JSON %s", wrong.Field, wrong.Value)
	case strings.HasPrefix(err.Error(), "json: unknown field"): // encoding/json has no type for it; only words follow from it
		return fmt.Errorf("%s; a template has %s", shown(strings.TrimPrefix(err.Error(), "json: ")), templateMembers)
	}
	return fmt.Errorf("not valid JSON: %w", err)
}

// shown is a text of the document in an error about it, where it may be of any length.
func shown(text string) string { return printable.Short(text, 128) }
